"""Made-up work of a given size: customers, interactions and vectors, skewed as in a real shop."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.maths.rows import unit_rows
from penchant.taste.histories import ACTION_CODES, Histories, History

END = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 180
ACTIONS = (c.VIEW, c.CLICK, c.ADD_TO_CART, c.ADD_TO_WISHLIST, c.PURCHASE)
ACTION_SHARES = (0.6, 0.15, 0.12, 0.05, 0.08)


@dataclass(frozen=True, slots=True, eq=False)
class Workload:
    """Interactions of customers with products, as rows.

    Attributes:
        vectors: Shape (n_products, dim), unit rows.
        customer_row: Shape (n,).
        events: Aligned with customer_row.
        n_customers: Customer rows.
    """

    vectors: NDArray[np.float32]
    customer_row: NDArray[np.int32]
    events: History
    n_customers: int

    def histories(self) -> Histories:
        """Give the interactions by customer."""
        return Histories.from_rows(self.customer_row, self.events, n_customers=self.n_customers)

    def embeddings(self) -> dict[str, NDArray[np.float32]]:
        """Give {product_id: vector}."""
        return {f"P{row:07}": vector for row, vector in enumerate(self.vectors)}

    def frame(self) -> pl.DataFrame:
        """Give the interactions as a shop would have them."""
        names = pl.Series([c.ACTIONS[code] for code in self.events.action.tolist()])
        return pl.DataFrame(
            {
                c.CUSTOMER_ID: pl.Series(self.customer_row).cast(pl.String).str.zfill(8),
                c.PRODUCT_ID: "P" + pl.Series(self.events.product_row).cast(pl.String).str.zfill(7),
                c.INTERACTION_TYPE: names,
                c.TIMESTAMP: pl.Series(self.events.time_us).cast(pl.Datetime("us", "UTC")),
            }
        )


def make_workload(
    rng: np.random.Generator,
    *,
    n_customers: int,
    n_interactions: int,
    n_products: int,
    dim: int,
) -> Workload:
    """Draw a workload: few popular products, many rare ones; many views, few purchases.

    Args:
        rng: Draws everything.
        n_customers: Customers; each gets about n_interactions / n_customers interactions.
        n_interactions: Interactions in all.
        n_products: Products.
        dim: Columns of the vectors.
    """
    vectors = unit_rows(rng.standard_normal((n_products, dim), dtype=np.float32))
    popular = (n_products * rng.random(n_interactions) ** 2).astype(np.int32)
    codes = np.array([ACTION_CODES[name] for name in ACTIONS], np.int8)
    end_us = int(END.timestamp()) * 1_000_000
    span_us = int(timedelta(days=DAYS).total_seconds()) * 1_000_000
    events = History(
        product_row=popular,
        action=rng.choice(codes, n_interactions, p=ACTION_SHARES),
        time_us=end_us - rng.integers(0, span_us, n_interactions),
        trust=np.ones(n_interactions, np.float32),
    )
    customer_row = rng.integers(0, n_customers, n_interactions).astype(np.int32)
    return Workload(vectors, customer_row, events, n_customers)
