"""Settings of showing: which products may be shown, and how each surface ranks them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from penchant.errors import InputError
from penchant.settings.knobs import CENTURY, MOST, Checked, Weighting, knob

VISUAL: Final = "visual"
SIMILAR: Final = "similar"
COLLABORATIVE: Final = "collaborative"
COMPLEMENTS: Final = "complements"
RECENT: Final = "recent"
PAIRINGS: Final = "pairings"
POPULAR: Final = "popular"
TRENDING: Final = "trending"
NEWEST: Final = "newest"
SOURCES: Final = (
    VISUAL,
    SIMILAR,
    COLLABORATIVE,
    COMPLEMENTS,
    PAIRINGS,
    RECENT,
    POPULAR,
    TRENDING,
    NEWEST,
)
"""Where products come from, by name."""

MAX_K: Final = 1000
"""Products that may be asked for at once."""

GUARDS: Final = ("gender", "age_group", "category")

PRODUCT_PAGE: Final = "product_page"
HOMEPAGE: Final = "homepage"
NEW_ARRIVALS: Final = "new_arrivals"
CART: Final = "cart"
POST_PURCHASE: Final = "post_purchase"
SURFACES: Final = (PRODUCT_PAGE, HOMEPAGE, NEW_ARRIVALS, CART, POST_PURCHASE)
"""The places in a shop."""

RECIPE: Final = "recipe"
POPULARITY: Final = "popularity"
RANDOM: Final = "random"
NOTHING: Final = "nothing"
POLICIES: Final = (RECIPE, POPULARITY, RANDOM, NOTHING)
"""Ways of filling a surface; all but the first are there to compare it with."""

DEFAULT_WEIGHTS: Mapping[str, Weighting] = MappingProxyType(
    {
        HOMEPAGE: {VISUAL: 0.40, COLLABORATIVE: 0.35, POPULAR: 0.15, RECENT: 0.10},
        PRODUCT_PAGE: {SIMILAR: 0.60, COLLABORATIVE: 0.20, VISUAL: 0.15, POPULAR: 0.05},
        NEW_ARRIVALS: {VISUAL: 1.0},
        CART: {COMPLEMENTS: 0.45, SIMILAR: 0.25, VISUAL: 0.20, POPULAR: 0.10},
        POST_PURCHASE: {COMPLEMENTS: 0.35, VISUAL: 0.30, COLLABORATIVE: 0.25, POPULAR: 0.10},
    }
)
"""What sources weigh on a surface where nothing is set and nothing was fitted."""


def _weights(surface: str) -> Any:
    parts = ", ".join(f"{name} {part:.2f}" for name, part in DEFAULT_WEIGHTS[surface].items())
    return knob(
        {},
        "Weight of each source, per standard deviation of its scores; empty: fitted on the shop's "
        f"own purchases where that is done and they suffice, else {parts}.",
        at_least=0,
        at_most=MOST,
        keys=SOURCES,
    )


def _diversity(default: float) -> Any:
    return knob(
        default,
        "0 ranks by score alone; towards 1, products unlike those already shown come first.",
        at_least=0,
        at_most=1,
    )


@dataclass(frozen=True, slots=True)
class RecommendSettings(Checked):
    """Which products may be shown."""

    k: int = knob(10, "Products shown when nothing else is asked.", at_least=1, at_most=MAX_K)
    in_stock_only: bool = knob(True, "Show only products that can be bought now.")
    hide_owned: bool = knob(True, "Never show a product the customer bought and kept.")
    hide_owned_variants: bool = knob(True, "Nor other colors of it: products of the same group_id.")
    one_per_group: bool = knob(True, "Show one product of each group_id.")
    min_similarity: float = knob(
        -1.0,
        "Cosine below which a product is not shown as matching a taste; popular ones fill up.",
        at_least=-1,
        at_most=1,
    )
    price_band: float = knob(
        0.0,
        "How many times cheaper or dearer than all the customer ever liked a product may be, 1 or "
        "more; 0: any price.",
        at_least=0,
    )
    deny: tuple[str, ...] = knob((), "product_ids that are never shown.")
    allow: tuple[str, ...] = knob((), "The only product_ids that are shown; empty: all.")
    pinned: tuple[str, ...] = knob((), "product_ids that come first wherever they may be shown.")
    boost_collections: Weighting = knob(
        {},
        "Added to the score of a collection's products, in standard deviations.",
        at_least=-MOST,
        at_most=MOST,
    )
    segment_columns: tuple[str, ...] = knob(
        ("gender", "age_group", "customer_segment"),
        "Customer columns that together make a segment, for what is popular among customers alike.",
    )
    trending_days: float = knob(
        14.0, "Days that count for what is trending.", above=0, at_most=CENTURY
    )
    new_days: float = knob(
        30.0, "Days for which a product is a new arrival.", above=0, at_most=CENTURY
    )
    candidates: int = knob(60, "Products each source proposes, at most.", at_least=10)
    seed: int = knob(0, "Seed of what is drawn for exploring.")

    def __post_init__(self) -> None:
        """Refuse a price band that shuts out what the customer liked."""
        Checked.__post_init__(self)
        if 0 < self.price_band < 1:
            raise InputError(f"price_band is {self.price_band:g}, must be >= 1, or 0: any price.")


@dataclass(frozen=True, slots=True)
class SurfaceSettings(Checked):
    """How one place in the shop ranks products."""

    policy: str = knob(
        RECIPE,
        "How it is filled. recipe: as all below says. popularity: what everybody likes most. "
        "random: drawn by lot. nothing: not at all. The last three are to compare with.",
        choices=POLICIES,
    )
    weights: Weighting = _weights(HOMEPAGE)
    diversity: float = _diversity(0.0)
    explore: float = knob(
        0.1,
        "Share of the slots drawn from the next best products, to learn and to surprise.",
        at_least=0,
        at_most=0.5,
    )
    guards: tuple[str, ...] = knob(
        ("gender", "age_group"),
        "What a product must share with what it is shown for, where both are known: gender, "
        "age_group, category.",
        choices=GUARDS,
    )


@dataclass(frozen=True, slots=True)
class ProductPageSettings(SurfaceSettings):
    """The product page: what is like the product shown."""

    weights: Weighting = _weights(PRODUCT_PAGE)


@dataclass(frozen=True, slots=True)
class HomepageSettings(SurfaceSettings):
    """The homepage: what matches the customer's taste."""

    diversity: float = _diversity(0.1)


@dataclass(frozen=True, slots=True)
class NewArrivalsSettings(SurfaceSettings):
    """The new-arrivals e-mail: new products that match the customer's taste."""

    weights: Weighting = _weights(NEW_ARRIVALS)
    diversity: float = _diversity(0.1)


@dataclass(frozen=True, slots=True)
class CartSettings(SurfaceSettings):
    """The cart: what completes the look, of other categories."""

    weights: Weighting = _weights(CART)


@dataclass(frozen=True, slots=True)
class PostPurchaseSettings(SurfaceSettings):
    """After the purchase: what goes with what was just bought."""

    weights: Weighting = _weights(POST_PURCHASE)
    diversity: float = _diversity(0.1)
