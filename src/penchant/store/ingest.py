"""Ingest: read the shop's tables, clean them, keep them as Parquet, and set bad rows aside.

All tables are read before any is written, and each is replaced atomically: a failed ingest
leaves what was there before.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from penchant import columns as c
from penchant.errors import InputError, NotFoundError
from penchant.files import disk_error, read_json, write_atomically, write_json
from penchant.settings import TableSettings
from penchant.shop_directory import ShopDirectory
from penchant.tables import TableLoad, TableReport, empty_table, read_table

if TYPE_CHECKING:
    from penchant.tables import Source

KEYS: Mapping[str, tuple[str, ...]] = {
    c.PRODUCTS: (c.PRODUCT_ID,),
    c.CUSTOMERS: (c.CUSTOMER_ID,),
    c.ORDERS: (c.ORDER_ID,),
    c.ORDER_ITEMS: (c.ORDER_ID, c.PRODUCT_ID),
}


def ingest(
    shop: ShopDirectory,
    sources: Mapping[str, Source],
    *,
    as_of: datetime,
    settings: TableSettings,
    append: bool = False,
) -> tuple[TableReport, ...]:
    """Read tables into a shop.

    Args:
        shop: The shop to write to.
        sources: {table name: file path or frame}; tables not named stay as they are.
        as_of: Now; interactions more than a day after it are rejected.
        settings: The shop's own column aliases.
        append: Add to what is there, a row with a known key replacing the old one; otherwise a
            named table is replaced as a whole.

    Returns:
        One report per table, in order of `columns.TABLES`.

    Raises:
        InputError: if nothing is named, or a table cannot be read at all.
    """
    if not sources:
        raise InputError(f"No table was named. Give at least one of: {', '.join(c.TABLES)}.")
    for table in sources:
        if table not in c.TABLES:
            raise NotFoundError("table", table, c.TABLES)
    loads = [
        read_table(table, sources[table], as_of=as_of, aliases=settings.aliases)
        for table in c.TABLES
        if table in sources
    ]
    with shop.writing():
        for load in loads:
            _keep(shop, load, append=append)
    return tuple(load.report for load in loads)


def load_table(shop: ShopDirectory, table: str) -> pl.DataFrame:
    """Give a table as it was ingested; an empty one if it never was.

    Args:
        shop: The shop.
        table: A name of `columns.TABLES`.
    """
    path = table_file(shop, table)
    return pl.read_parquet(path) if path.is_file() else empty_table(table)


def load_report(shop: ShopDirectory, table: str) -> TableReport | None:
    """Give the report of the last ingest of a table, if there was one.

    Args:
        shop: The shop.
        table: A name of `columns.TABLES`.
    """
    path = shop.data / f"{table}.report.json"
    return TableReport.from_dict(read_json(path)) if path.is_file() else None


def table_file(shop: ShopDirectory, table: str) -> Path:
    """Give the file a table is kept in.

    Args:
        shop: The shop.
        table: A name of `columns.TABLES`.
    """
    return shop.data / f"{table}.parquet"


def _keep(shop: ShopDirectory, load: TableLoad, *, append: bool) -> None:
    frame = load.frame
    if append:
        frame = _merged(load_table(shop, load.table), frame, load.table)
    rejects = shop.rejects / f"{load.table}.csv"
    try:
        write_atomically(rejects, load.rejects.write_csv().encode())
        write_atomically(table_file(shop, load.table), _parquet(frame))
        write_json(shop.data / f"{load.table}.report.json", load.report.to_dict())
    except OSError as error:
        raise disk_error(error, table_file(shop, load.table)) from error


def _merged(old: pl.DataFrame, new: pl.DataFrame, table: str) -> pl.DataFrame:
    """Put new rows over old ones; order stays that of the key."""
    both = pl.concat([old, new], how="diagonal")
    if table in KEYS:
        return both.unique(KEYS[table], keep="last", maintain_order=True).sort(KEYS[table])
    order = [c.CUSTOMER_ID, c.TIMESTAMP, c.PRODUCT_ID, c.INTERACTION_TYPE, c.INTERACTION_ID]
    return both.unique(maintain_order=True).sort(order, maintain_order=True)


def _parquet(frame: pl.DataFrame) -> bytes:
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()
