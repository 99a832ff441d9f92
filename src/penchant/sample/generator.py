"""Makes shops of any size whose customers' tastes are known, to test, show and measure with.

Everything is drawn from one generator: equal seeds and settings give equal shops.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.sample.behaviour import Habits, draw_events, draw_tastes
from penchant.sample.planting import plant_catalogue, plant_embeddings
from penchant.types import Embeddings, Mask

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class GeneratorSettings:
    """How large a generated shop is, and how its customers behave.

    `gift_share` and `return_share` are shares of purchases, `drift_share` and `multi_style_share`
    shares of customers, all 0..1. `popularity_skew` 0 is even, 1 is Zipf's law. Returns come on top
    of `n_interactions`.
    """

    n_products: int = 1000
    n_customers: int = 500
    n_interactions: int = 10_000
    n_styles: int = 8
    dim: int = 1280
    gift_share: float = 0.08
    drift_share: float = 0.1
    multi_style_share: float = 0.3
    popularity_skew: float = 0.8
    return_share: float = 0.05
    days: int = 180
    end: datetime = datetime(2026, 6, 30, tzinfo=UTC)

    def __post_init__(self) -> None:
        """Refuse sizes and shares that make no shop."""
        for name in ("n_products", "n_customers", "n_styles", "dim", "days"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}, must be >= 1.")
        for name in ("gift_share", "drift_share", "multi_style_share", "return_share"):
            if not 0 <= getattr(self, name) <= 1:
                raise InputError(f"{name} is {getattr(self, name)}, must be in [0, 1].")
        if self.n_interactions < 0 or self.popularity_skew < 0:
            raise InputError(
                f"n_interactions is {self.n_interactions}, popularity_skew is "
                f"{self.popularity_skew}, both must be >= 0."
            )
        if self.n_products < 3 * self.n_styles:
            raise InputError(
                f"n_products is {self.n_products}, must be >= 3 * n_styles ({3 * self.n_styles}): "
                "every style needs a product. Lower n_styles."
            )
        if self.end.tzinfo is None:
            raise InputError(f"end is {self.end}, without a time zone. Pass a UTC datetime.")


@dataclass(frozen=True, slots=True)
class GeneratedShop:
    """A shop and the truth behind it.

    Rows of `product_style`, `embeddings` and `products` follow `product_ids` (sorted); rows of
    `customer_styles` (before a drift), `later_styles` (from the middle of the time on) and `drifts`
    follow `customer_ids` (sorted); `is_gift` follows `interactions`, sorted by time. Every purchase
    is in `interactions` and in `orders` with `order_items`: use one or the other.
    """

    product_ids: tuple[str, ...]
    product_style: NDArray[np.int64]
    embeddings: Embeddings
    products: pl.DataFrame
    customer_ids: tuple[str, ...]
    customer_styles: NDArray[np.float64]
    later_styles: NDArray[np.float64]
    drifts: Mask
    interactions: pl.DataFrame
    is_gift: Mask
    orders: pl.DataFrame
    order_items: pl.DataFrame


def generate_shop(
    rng: np.random.Generator, *, settings: GeneratorSettings | None = None
) -> GeneratedShop:
    """Make a shop whose tastes, gifts and drifts are known.

    Args:
        rng: Decides everything; equal states give equal shops.
        settings: Sizes and shares; the defaults make a small shop in about a second.

    Returns:
        The shop. A million interactions take a few seconds, 20,000 vectors of 1280 a few more.

    Example:
        >>> small = GeneratorSettings(n_products=60, n_customers=20, n_interactions=300, dim=16)
        >>> shop = generate_shop(np.random.default_rng(0), settings=small)
        >>> shop.embeddings.shape, shop.product_ids[0], shop.customer_ids[0]
        ((60, 16), '100000', 'C100000')
    """
    from penchant.sample import frames

    s = settings or GeneratorSettings()
    catalogue = plant_catalogue(
        rng, n_products=s.n_products, n_styles=s.n_styles, popularity_skew=s.popularity_skew
    )
    embeddings = plant_embeddings(rng, catalogue, dim=s.dim)
    tastes = draw_tastes(
        rng,
        n_customers=s.n_customers,
        n_styles=s.n_styles,
        multi_style_share=s.multi_style_share,
        drift_share=s.drift_share,
    )
    events = draw_events(
        rng,
        tastes,
        n_events=s.n_interactions,
        product_style=catalogue.style,
        popularity=catalogue.popularity,
        habits=Habits(s.gift_share, s.return_share, s.days),
    )
    product_ids = frames.numbered("", s.n_products)
    customer_ids = frames.numbered("C", s.n_customers)
    products = frames.product_frame(rng, catalogue, product_ids, end=s.end)
    interactions = frames.interaction_frame(
        events, customer_ids, product_ids, days=s.days, end=s.end
    )
    orders, items = frames.order_frames(interactions, events.gift, products)
    return GeneratedShop(
        product_ids=tuple(product_ids.to_list()),
        product_style=catalogue.style,
        embeddings=embeddings,
        products=products,
        customer_ids=tuple(customer_ids.to_list()),
        customer_styles=tastes.first,
        later_styles=tastes.later,
        drifts=tastes.drifts,
        interactions=interactions,
        is_gift=events.gift,
        orders=orders,
        order_items=items,
    )


def generate_interactions(
    rng: np.random.Generator,
    *,
    product_ids: Sequence[str],
    categories: Sequence[str],
    n_customers: int,
    n_interactions: int,
    end: datetime,
    days: int = 180,
) -> pl.DataFrame:
    """Make interactions with given products, by customers who favour one or two categories.

    For trying penchant on a shop's own photos before any customer data is at hand.

    Args:
        rng: Decides everything.
        product_ids: The shop's products.
        categories: The category of each product, same order.
        n_customers: How many customers, >= 1.
        n_interactions: How many interactions, before a few returns.
        end: The latest time, with a time zone.
        days: How many days before `end` they begin.

    Returns:
        Columns interaction_id, customer_id, product_id, interaction_type, timestamp (UTC), by time.

    Raises:
        InputError: if there is no product, or the two sequences differ in length.

    Example:
        >>> rng = np.random.default_rng(0)
        >>> end = datetime(2026, 6, 30, tzinfo=UTC)
        >>> found = generate_interactions(
        ...     rng,
        ...     product_ids=["a", "b"],
        ...     categories=["hat", "bag"],
        ...     n_customers=2,
        ...     n_interactions=5,
        ...     end=end,
        ... )
        >>> found.height >= 5
        True
    """
    import polars as pl

    from penchant.sample import frames

    if not product_ids or len(product_ids) != len(categories):
        raise InputError(
            f"product_ids has {len(product_ids)} entries and categories {len(categories)}, both "
            "must have the same number, at least 1."
        )
    names, style = np.unique(np.asarray(categories, dtype=np.str_), return_inverse=True)
    tastes = draw_tastes(
        rng, n_customers=n_customers, n_styles=len(names), multi_style_share=0.4, drift_share=0.0
    )
    events = draw_events(
        rng,
        tastes,
        n_events=n_interactions,
        product_style=style,
        popularity=np.asarray((rng.permutation(len(style)) + 1.0) ** -0.8, dtype=np.float64),
        habits=Habits(gift_share=0.05, return_share=0.05, days=days),
    )
    ids = pl.Series(list(product_ids), dtype=pl.String)
    return frames.interaction_frame(
        events, frames.numbered("C", n_customers), ids, days=days, end=end
    )
