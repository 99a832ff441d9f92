"""Whom a shop saw lately, and what they did, as if an experiment had run: for planning one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.experiments.planning.power import MAX_WEEKS
from penchant.experiments.units.live_lines import live_lines
from penchant.experiments.units.of_database import PAGE_OF_UNITS
from penchant.experiments.units.orders import AT, DAY_US, UNIT, OrderBook, no_lines, order_book
from penchant.experiments.units.outcomes import FIRST, cap_of, matrix_of, with_orders
from penchant.experiments.units.seen import Window, answered, seen_by
from penchant.experiments.units.shown_sums import SHOWN_SCHEMA, no_units, shown_sums
from penchant.joined_tables import open_database
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import load_table

if TYPE_CHECKING:
    from penchant.store.database.database import Database

WEEK_US: Final = 7 * DAY_US
WINSORIZE: Final = 0.999
"""Quantile at which revenue is capped, as an experiment does unless told otherwise."""

MIN_UNITS: Final = 100
"""Customers whose window is over, below which the shop's own figures are not relied on."""

LOG: Final = "log"
TABLES: Final = "tables"


@dataclass(frozen=True, slots=True, eq=False)
class Traffic:
    """Customers of the last weeks.

    Attributes:
        values: Shape (n, len(UNIT_COLUMNS)): those whose window is over.
        by_week: Different customers who had come after 1, 2, ... whole weeks.
        source: LOG, where they were shown something; TABLES, where they did anything at all.
        buyers_only: True where nothing but purchases is known.
    """

    values: NDArray[np.float64]
    by_week: tuple[int, ...]
    source: str
    buyers_only: bool = False


def traffic_of_log(
    shop: ShopDirectory, surface: str, as_of_us: int, span_us: int
) -> Traffic | None:
    """Give the customers to whom something was rendered on a surface.

    Args:
        shop: The shop.
        surface: Where.
        as_of_us: The reference time.
        span_us: Length of a customer's window, from the first exposure on.

    Returns:
        None where there are too few, or less than a week of them.

    Raises:
        StoreError: if the database does not answer.
    """
    store = open_database(shop)
    if store is None:
        return None
    since_us = as_of_us - MAX_WEEKS * WEEK_US
    window = Window("", (surface,), since_us - span_us, as_of_us, as_of_us)
    with closing(store):
        pages = list(_shown(store.database, window, since_us, span_us))
        lines = [
            live_lines(store.database, window.since_us, as_of_us, action)
            for action in (c.PURCHASE, c.RETURN)
        ]
    units = pl.concat([no_units(), *pages])
    book = order_book(load_table(shop, c.ORDERS), load_table(shop, c.ORDER_ITEMS), *lines)
    return _traffic(units, book, (since_us, as_of_us, span_us), LOG)


def traffic_of_tables(shop: ShopDirectory, as_of_us: int, span_us: int) -> Traffic | None:
    """Give the customers who did anything, by the tables; their windows begin with that.

    Args:
        shop: The shop.
        as_of_us: The reference time; that of the newest row where that is earlier.
        span_us: Length of a customer's window.

    Returns:
        None where there are too few, or less than a week of them.
    """
    orders, interactions = load_table(shop, c.ORDERS), load_table(shop, c.INTERACTIONS)
    done = pl.concat(
        [
            _moments(interactions, c.TIMESTAMP),
            _moments(orders, c.ORDER_DATE),
        ]
    ).filter(pl.col(AT) < as_of_us)
    if done.is_empty():
        return None
    until_us = min(as_of_us, int(done[AT].max()) + 1)  # type: ignore[arg-type]
    since_us = until_us - MAX_WEEKS * WEEK_US
    first = done.filter(pl.col(AT) >= since_us).group_by(UNIT).agg(pl.col(AT).min().alias(FIRST))
    units = first.with_columns(
        pl.lit(None if kind == pl.String() else 0.0, kind).alias(name)
        for name, kind in SHOWN_SCHEMA.items()
        if name not in (UNIT, FIRST)
    )
    book = order_book(orders, load_table(shop, c.ORDER_ITEMS), no_lines(), no_lines())
    only = not (interactions[c.INTERACTION_TYPE] != c.PURCHASE).any()
    return _traffic(units, book, (since_us, until_us, span_us), TABLES, buyers_only=only)


def _shown(
    database: Database, window: Window, since_us: int, span_us: int
) -> Iterator[pl.DataFrame]:
    """Give what customers were shown, by pages, as if all had been assigned at one moment."""
    for after, page in answered(database, window, PAGE_OF_UNITS):
        everyone = pl.DataFrame({UNIT: page}).with_columns(
            pl.lit("all").alias("variant"), pl.lit(since_us).alias("first_us")
        )
        seen = seen_by(database, window, after, page[-1])
        yield shown_sums(everyone, seen, span_us, at_serving=False)


def _moments(frame: pl.DataFrame, column: str) -> pl.DataFrame:
    return frame.select(pl.col(c.CUSTOMER_ID).alias(UNIT), pl.col(column).dt.epoch("us").alias(AT))


def _traffic(
    units: pl.DataFrame,
    book: OrderBook,
    moments: tuple[int, int, int],
    source: str,
    *,
    buyers_only: bool = False,
) -> Traffic | None:
    since_us, until_us, span_us = moments
    first = units[FIRST].to_numpy()
    over = first + span_us <= until_us
    if over.sum() < MIN_UNITS:
        return None
    # a log that is younger begins with its first customer
    begin = since_us if first.min() - since_us < DAY_US else int(first.min())
    weeks = (until_us - begin) // WEEK_US
    if not weeks:
        return None
    known = book.frame.filter(pl.col(AT) < until_us)
    ordered = with_orders(units, known, span_us).filter(over)
    timed = ordered.with_columns(pl.col("took_ms").fill_null(0.0))
    cap = cap_of(timed["revenue"].to_numpy(), WINSORIZE)
    by_week = tuple(int((first < begin + week * WEEK_US).sum()) for week in range(1, weeks + 1))
    return Traffic(matrix_of(timed, cap), by_week, source, buyers_only)
