"""A crowd for the sample shop: any number of customers whose true tastes are known.

The sample shop has twenty customers with stories, too few for an experiment. A crowd likes the
styles its jewellery was designed in, and its half year of interactions follows from that.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.sample.behaviour import Habits, draw_events, draw_tastes
from penchant.sample.catalogue import product_rows
from penchant.sample.design import STYLES, designs

if TYPE_CHECKING:
    import polars as pl

DAYS: Final = 180
"""Of history."""

EACH: Final = 12
"""Interactions of a customer in that time, on average."""


@dataclass(frozen=True, slots=True, eq=False)
class Crowd:
    """Customers of the sample shop, and the truth about them.

    Attributes:
        customer_ids: Sorted.
        tastes: Shape (n_customers, n_styles), what they like from now on; rows sum to 1.
        product_style: {product_id: style it was designed in, a column of `tastes`}.
        prices: {product_id: price}.
        interactions: The table of what they did.
    """

    customer_ids: tuple[str, ...]
    tastes: NDArray[np.float64]
    product_style: dict[str, int]
    prices: dict[str, float]
    interactions: pl.DataFrame

    def likings(self, customer_row: int, product_ids: tuple[str, ...]) -> NDArray[np.float64]:
        """Give how much a customer likes products, in [0, 1]: the share of their style.

        Args:
            customer_row: Row of the customer.
            product_ids: Of the sample shop.
        """
        styles = [self.product_style[one] for one in product_ids]
        return np.asarray(self.tastes[customer_row, styles])


def gather_crowd(rng: np.random.Generator, *, n_customers: int, end: datetime) -> Crowd:
    """Make up a crowd and what it did in the half year before a moment.

    Args:
        rng: Decides everything.
        n_customers: How many, >= 1.
        end: When the experiment begins, with a time zone.

    Raises:
        InputError: if there is nobody.

    Example:
        >>> from datetime import UTC
        >>> rng = np.random.default_rng(0)
        >>> crowd = gather_crowd(rng, n_customers=5, end=datetime(2026, 7, 1, tzinfo=UTC))
        >>> crowd.tastes.shape, crowd.customer_ids[0]
        ((5, 8), 'C100000')
    """
    import polars as pl

    from penchant.sample import frames

    if n_customers < 1:
        raise InputError(f"n_customers is {n_customers}, must be >= 1.")
    products, ids = product_rows(), frames.numbered("C", n_customers)
    style_of = {one.product_id: STYLES.index(one.style) for one in designs()}
    style = np.array([style_of[one.product_id] for one in products])
    tastes = draw_tastes(
        rng, n_customers=n_customers, n_styles=len(STYLES), multi_style_share=0.3, drift_share=0.0
    )
    events = draw_events(
        rng,
        tastes,
        n_events=EACH * n_customers,
        product_style=style,
        popularity=np.asarray((rng.permutation(len(style)) + 1.0) ** -0.8, np.float64),
        habits=Habits(gift_share=0.05, return_share=0.05, days=DAYS),
    )
    product_ids = [one.product_id for one in products]
    table = frames.interaction_frame(
        events, ids, pl.Series(product_ids, dtype=pl.String), days=DAYS, end=end
    )
    return Crowd(
        customer_ids=tuple(ids.to_list()),
        tastes=tastes.first,
        product_style=style_of,
        prices={one.product_id: one.price for one in products},
        interactions=table,
    )
