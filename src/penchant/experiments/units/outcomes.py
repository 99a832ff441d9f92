"""What units did within their attribution window, and over as many days before it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.experiments.statistics.metrics import UNIT_COLUMNS
from penchant.experiments.units.orders import AT, BOUGHT, REFUND, RETURNED_PIECES, REVENUE, UNIT

FIRST: Final = "first_exposed_us"
_CAPPED: Final = "revenue_capped"

OF_ORDERS: Final = (
    "converted", "converted_before", "orders", REVENUE, "revenue_before", BOUGHT, RETURNED_PIECES,
)  # fmt: skip


def with_orders(units: pl.DataFrame, orders: pl.DataFrame, span_us: int) -> pl.DataFrame:
    """Add what each unit ordered in its window, and before it.

    Args:
        units: Columns unit_id and first_exposed_us, a row per unit.
        orders: Columns of ORDER_SCHEMA. A refund takes its amount off the revenue of its moment,
            and is nothing else; so revenue may be below 0.
        span_us: Length of the window, from the first exposure on; as much before counts as before.

    Returns:
        The same rows in the same order, with the columns OF_ORDERS and `ever_bought`: whether there
        is any order before the first exposure.
    """
    theirs = orders.join(units.select(UNIT, FIRST), on=UNIT)
    since = pl.col(AT) - pl.col(FIRST)
    inside = (since >= 0) & (since < span_us)
    before = (since < 0) & (since >= -span_us)
    sale = ~pl.col(REFUND)
    sums = theirs.group_by(UNIT).agg(
        (inside & sale).any().cast(pl.Float64).alias("converted"),
        (before & sale).any().cast(pl.Float64).alias("converted_before"),
        (inside & sale).sum().cast(pl.Float64).alias("orders"),
        pl.col(REVENUE).filter(inside).sum().alias(REVENUE),
        pl.col(REVENUE).filter(before).sum().alias("revenue_before"),
        pl.col(BOUGHT).filter(inside).sum().alias(BOUGHT),
        pl.col(RETURNED_PIECES).filter(inside).sum().alias(RETURNED_PIECES),
        ((since < 0) & sale).any().alias("ever_bought"),
    )
    return units.join(sums, on=UNIT, how="left", maintain_order="left").with_columns(
        *(pl.col(name).fill_null(0.0) for name in OF_ORDERS),
        pl.col("ever_bought").fill_null(value=False),
    )


def matrix_of(units: pl.DataFrame, cap: float | None) -> NDArray[np.float64]:
    """Give the columns of units as one matrix.

    Args:
        units: With all of UNIT_COLUMNS but revenue_capped.
        cap: Revenue of one unit counts up to it; None: all of it. Capped, it is never below 0: one
            large refund of what was bought before the window may decide as little as one order.

    Returns:
        Shape (n_units, len(UNIT_COLUMNS)).
    """
    revenue = pl.col(REVENUE)
    capped = revenue.clip(0.0, cap)
    columns = units.with_columns(capped.alias(_CAPPED)).select(
        pl.col(name).cast(pl.Float64) for name in UNIT_COLUMNS
    )
    return columns.to_numpy(order="c").astype(np.float64, copy=False)


def cap_of(revenue: NDArray[np.float64], quantile: float) -> float | None:
    """Give the revenue at which a unit is capped: the pooled quantile of all variants.

    Args:
        revenue: Shape (n_units,), of all units that count.
        quantile: In (0, 1]; 1: nothing is capped.

    Returns:
        The smallest revenue that at least this share of the units does not exceed; None where
        nothing is capped: so few units bought that the quantile is 0.

    Example:
        >>> cap_of(np.array([0.0, 0.0, 10.0, 500.0]), 0.75)
        10.0
    """
    place = rank_of(len(revenue), quantile)
    if quantile >= 1 or not len(revenue):
        return None
    found = float(np.partition(revenue, place)[place])
    return found if found > 0 else None


def rank_of(n_units: int, quantile: float) -> int:
    """Give the place, from 0 in ascending order, of the unit at a quantile.

    Args:
        n_units: How many there are.
        quantile: In (0, 1].

    Example:
        >>> rank_of(4, 0.75), rank_of(1000, 0.999)
        (2, 998)
    """
    return max(int(np.ceil(round(n_units * quantile, 6))) - 1, 0)


def known_customers(
    unit_ids: NDArray[np.object_], customers: pl.DataFrame, columns: Sequence[str]
) -> pl.DataFrame:
    """Give what the customers table says of units.

    Args:
        unit_ids: Shape (n_units,), str.
        customers: The shop's table.
        columns: Which of its columns.

    Returns:
        A row per unit in their order; null where nothing is known.
    """
    units = pl.DataFrame({c.CUSTOMER_ID: unit_ids}, schema={c.CUSTOMER_ID: pl.String})
    known = customers.select(c.CUSTOMER_ID, *columns).unique(c.CUSTOMER_ID, keep="first")
    return units.join(known, on=c.CUSTOMER_ID, how="left", maintain_order="left").select(*columns)
