"""Experiments run elsewhere, or on static files: exposures and orders as CSV, read with care."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from penchant import columns as c
from penchant.errors import InputError
from penchant.experiments.experiment import Experiment
from penchant.experiments.units.of_database import Beside, span_of, table_of
from penchant.experiments.units.orders import (
    AT,
    BOUGHT,
    DAY_US,
    RETURNED_PIECES,
    REVENUE,
    UNIT,
    OrderBook,
    settled,
)
from penchant.experiments.units.outcomes import FIRST, with_orders
from penchant.settings.showing import SURFACES
from penchant.tables.read import read_as
from penchant.tables.report import TableLoad
from penchant.tables.schema import Column, Kind, TableSchema
from penchant.tables.schemas import SCHEMAS
from penchant.tables.words import CANCELLED, COMPLETED, OPEN, ORDER_WORDS, RETURNED, Vocabulary
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.experiments.units.table import UnitTable
    from penchant.tables.source import Source

EXPOSURES: Final = "exposures"
ORDERS: Final = "orders"
_UNIT_NAMES: Final = (c.CUSTOMER_ID, "unit", *SCHEMAS[c.INTERACTIONS].column(c.CUSTOMER_ID).aliases)

_NOT_IN_FILES: Final = ("exposures_before", "clicks_before", "answers", "fallbacks", "took_ms")

ORDER_LOG: Final = TableSchema(
    table=ORDERS,
    columns=(
        Column(c.ORDER_ID, Kind.ID, ("order", "order_number", "bestellnummer"), required=True),
        Column(UNIT, Kind.ID, _UNIT_NAMES, required=True),
        Column(
            "ordered_at",
            Kind.TIME,
            ("order_date", "timestamp", "date", "created_at", "bestelldatum"),
            required=True,
            past=True,
        ),
        Column(REVENUE, Kind.AMOUNT, ("total_amount", "total", "amount", "value"), required=True),
        Column("status", Kind.WORD, ("order_status",), words=ORDER_WORDS),
        Column(BOUGHT, Kind.AMOUNT, ("quantity", "pieces", "items")),
        Column(RETURNED_PIECES, Kind.QUANTITY, ("returns", "returned_quantity")),
    ),
    key=(c.ORDER_ID,),
    unique_key=True,
)
"""What a CSV of orders may hold."""


@dataclass(frozen=True, slots=True, eq=False)
class CsvLog:
    """An experiment as read from files.

    Attributes:
        exposures: One row per time a unit was exposed: unit_id, variant, exposed_at, exposures,
            clicks, surface.
        orders: None: not given.
        loads: How each file was read, with every row set aside, by line and reason.
    """

    exposures: pl.DataFrame
    orders: OrderBook | None
    loads: tuple[TableLoad, ...]


def exposure_schema(experiment: Experiment) -> TableSchema:
    """Say what a CSV of exposures may hold; a variant the experiment lacks rejects the row.

    Args:
        experiment: Which one.
    """
    names = tuple(one.name for one in experiment.variants)
    variants = Vocabulary(words=names, spellings={}, unknown="reject")
    places = Vocabulary(words=SURFACES, spellings={}, unknown="keep")
    return TableSchema(
        table=EXPOSURES,
        columns=(
            Column(UNIT, Kind.ID, _UNIT_NAMES, required=True),
            Column("variant", Kind.WORD, ("group", "arm"), required=True, words=variants),
            Column(
                "exposed_at",
                Kind.TIME,
                ("shown_at", "timestamp", "date", "first_exposed_at"),
                required=True,
                past=True,
            ),
            Column("exposures", Kind.QUANTITY, ("impressions", "views", "shown")),
            Column("clicks", Kind.QUANTITY, ("clicked",)),
            Column("surface", Kind.WORD, ("page", "place"), words=places),
        ),
        key=(UNIT, "exposed_at"),
    )


def read_log(
    experiment: Experiment, exposures: Source, orders: Source | None, *, as_of: datetime
) -> CsvLog:
    """Read the files of an experiment.

    Args:
        experiment: Which one.
        exposures: Path or frame: unit_id, variant, exposed_at; if known exposures (how many slots,
            1 if absent), clicks and surface. Any number of rows per unit.
        orders: Path or frame: order_id, unit_id, ordered_at, revenue; if known status, bought and
            returned (pieces). None: there is none.
        as_of: The reference time; rows more than a day after it are set aside.

    Raises:
        NotFoundError: if a file does not exist.
        InputError: if it is no table, lacks a needed column, or holds no usable row.
    """
    load = read_as(exposure_schema(experiment), exposures, as_of=as_of)
    if load.frame.is_empty():
        raise InputError(f"{load.report.source} holds no row of this experiment that can be used.")
    if orders is None:
        return CsvLog(load.frame, None, (load,))
    sold = read_as(ORDER_LOG, orders, as_of=as_of)
    return CsvLog(load.frame, _book(sold.frame), (load, sold))


def units_of_csv(
    log: CsvLog, experiment: Experiment, orders: OrderBook, *, as_of: datetime
) -> UnitTable:
    """Give one row per unit of a log.

    The first row of a unit begins its window, and says its variant; its exposures and clicks are
    those of all rows in it. Rows before the start or from the end on are of no unit, and counted.

    Args:
        log: As read.
        experiment: Which one.
        orders: Those of the log, or of the shop.
        as_of: The reference time.
    """
    as_of_us, span_us = microseconds(as_of), span_of(experiment)
    start, end = map(microseconds, (experiment.start, experiment.over_at))
    at = pl.col("exposed_at").dt.epoch("us").alias(AT)
    known = log.exposures.with_columns(at).filter(pl.col(AT) < as_of_us)
    rows = known.filter(pl.col(AT).is_between(start, end, closed="left"))
    told = rows.group_by(UNIT).agg(pl.col("variant").n_unique().alias("n"))
    overridden = told.filter(pl.col(UNIT).is_in(list(experiment.overrides)))
    left = told.join(overridden, on=UNIT, how="anti")
    units = _sums(rows.join(left, on=UNIT, how="semi"), span_us)
    sold = with_orders(units, orders.frame.filter(pl.col(AT) < as_of_us), span_us).sort(UNIT)
    sizes = dict(units["variant"].value_counts().iter_rows())
    outside = {"outside": known.height - rows.height} if known.height > rows.height else {}
    return table_of(
        sold,
        experiment,
        as_of_us,
        Beside(
            {one.name: int(sizes.get(one.name, 0)) for one in experiment.variants},
            {"crossed": left.filter(pl.col("n") > 1).height, "uncounted": overridden.height},
            {**orders.counts, **outside},
        ),
    )


def _sums(rows: pl.DataFrame, span_us: int) -> pl.DataFrame:
    """Sum up the rows of each unit's window."""
    ordered = rows.sort(UNIT, AT, maintain_order=True)
    inside = pl.col(AT) - pl.col(AT).first() < span_us
    return ordered.group_by(UNIT, maintain_order=True).agg(
        pl.col("variant").first(),
        pl.col(AT).first().alias(FIRST),
        pl.col("surface").first(),
        pl.col("exposures").fill_null(1.0).filter(inside).sum(),
        pl.col("clicks").fill_null(0.0).filter(inside).sum(),
        *(pl.lit(0.0).alias(name) for name in _NOT_IN_FILES),
    )


def _book(sold: pl.DataFrame) -> OrderBook:
    """Give the orders that stand; one with a date only counts as made at the end of that day.

    Amounts and pieces below 0 are refunds, as in `settled`.
    """
    states = pl.col("status").fill_null(COMPLETED)
    at = pl.col("ordered_at").dt.epoch("us")
    dated = at % DAY_US == 0
    pieces = pl.col(BOUGHT).fill_null(1.0)
    back = pl.when(states == RETURNED).then(pieces).otherwise(pl.col(RETURNED_PIECES))
    stands = states.is_in([COMPLETED, RETURNED])
    frame = sold.filter(stands).select(
        c.ORDER_ID,
        UNIT,
        (at + pl.when(dated).then(DAY_US - 1).otherwise(0)).alias(AT),
        REVENUE,
        pieces.alias(BOUGHT),
        pl.min_horizontal(back.fill_null(0.0), pieces).alias(RETURNED_PIECES),
    )
    counted = sold.select(
        cancelled=(states == CANCELLED).sum(),
        open=(states == OPEN).sum(),
        unknown=(~states.is_in([COMPLETED, RETURNED, CANCELLED, OPEN])).sum(),
        dates_only=(dated & stands).sum(),
    ).row(0, named=True)
    return settled(frame, {name: n for name, n in counted.items() if n})
