"""An experiment of a shop, read: from its database and tables, or from files."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

import polars as pl

from penchant import columns as c
from penchant.errors import InputError
from penchant.experiments.analysis.analyse import analyse
from penchant.experiments.analysis.values import Analysis
from penchant.experiments.experiment import Experiment
from penchant.experiments.units.kept import kept_since
from penchant.experiments.units.of_csv import read_log, units_of_csv
from penchant.experiments.units.of_database import ShopOrders, units_of_database
from penchant.experiments.units.orders import no_lines
from penchant.experiments.units.outcomes import known_customers
from penchant.experiments.units.table import UnitTable
from penchant.joined_tables import open_database
from penchant.settings import Settings
from penchant.settings.showing import NOTHING, SURFACES
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import load_report, load_table
from penchant.tables.report import TableLoad
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.tables.source import Source

TRAITS: Final = (c.CUSTOMER_SEGMENT, c.GENDER)
"""Columns of the customers table that part the customers."""

SIGNS: Final = ("negative_price", "negative_quantity")
"""What reading tables calls values below 0, which it leaves out."""


@dataclass(frozen=True, slots=True)
class LogFiles:
    """Files of an experiment that was run elsewhere.

    Attributes:
        exposures: Who was shown which variant, and when.
        orders: Who bought what; None: the shop's own tables say.
    """

    exposures: Source
    orders: Source | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """An experiment of a shop, read.

    Attributes:
        analysis: What was found.
        loads: How files were read, with every row set aside; none without files.
    """

    analysis: Analysis
    loads: tuple[TableLoad, ...]


def read_experiment(
    shop: ShopDirectory,
    experiment: Experiment,
    *,
    as_of: datetime,
    files: LogFiles | None = None,
    registered: bool = True,
) -> Reading:
    """Read an experiment of a shop.

    Args:
        shop: The shop.
        experiment: Which one.
        as_of: The reference time; what happened later is not known.
        files: Where it was run elsewhere; None: the shop's database says.
        registered: Whether it was started here, and so held to what it said before.

    Raises:
        NotFoundError: if a file does not exist.
        InputError: if the shop has no database and no files are given, or a file is no table.
        StoreError: if the database does not answer.
        MissingExtraError: if tea-tasting is not installed.
    """
    tables = _tables(shop)
    loads: tuple[TableLoad, ...] = ()
    if files is None:
        units = _of_database(shop, experiment, tables, as_of)
    else:
        units, loads = _of_files(experiment, tables, files, as_of)
    known = known_customers(units.unit_ids, load_table(shop, c.CUSTOMERS), TRAITS)
    units = replace(units, traits=pl.concat([units.traits, known], how="horizontal"))
    return Reading(analyse(units, experiment, as_of=as_of, registered=registered), loads)


def _tables(shop: ShopDirectory) -> ShopOrders:
    """Give the orders of a shop, and whether its tables told of any below 0."""
    reports = [load_report(shop, one) for one in (c.ORDERS, c.ORDER_ITEMS)]
    codes = {found.code for one in reports if one is not None for found in one.findings}
    lost = not codes.isdisjoint(SIGNS)
    return ShopOrders(load_table(shop, c.ORDERS), load_table(shop, c.ORDER_ITEMS), lost)


def empty_surfaces(settings: Settings) -> tuple[str, ...]:
    """Name the surfaces that stay empty in a shop.

    Args:
        settings: Of the shop.
    """
    return tuple(one for one in SURFACES if getattr(settings, one).policy == NOTHING)


def _of_database(
    shop: ShopDirectory, experiment: Experiment, tables: ShopOrders, as_of: datetime
) -> UnitTable:
    settings = shop.settings()
    store = open_database(shop, settings.store)
    if store is None:
        raise InputError(
            f"{shop.path} has no database, so nobody knows who was shown what. Serve it, or give "
            "what was shown elsewhere: --exposures FILE.csv"
        )
    with closing(store):
        empty = empty_surfaces(settings)
        kept_us = kept_since(
            store.database,
            microseconds(as_of),
            slate_days=settings.privacy.slate_days,
            exposure_days=settings.privacy.exposure_days,
        )
        return units_of_database(
            store, experiment, tables, as_of=as_of, empty=empty, kept_us=kept_us
        )


def _of_files(
    experiment: Experiment, tables: ShopOrders, files: LogFiles, as_of: datetime
) -> tuple[UnitTable, tuple[TableLoad, ...]]:
    log = read_log(experiment, files.exposures, files.orders, as_of=as_of)
    lines = no_lines()
    book = log.orders or tables.book(lines, lines)
    units = units_of_csv(log, experiment, book, as_of=as_of)
    rejected = sum(one.report.rows_rejected for one in log.loads)
    if rejected:
        units = replace(units, notes={**units.notes, "rejected": rejected})
    return units, log.loads
