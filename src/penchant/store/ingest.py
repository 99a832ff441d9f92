"""Ingest: read the shop's tables, clean them, keep them as Parquet, and set bad rows aside.

All tables are read before any is written, and they are replaced as one: a failed or killed ingest
leaves what was there before, or is finished by the next command that writes.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from penchant import columns as c
from penchant.errors import BuildError, InputError, NotFoundError
from penchant.files import json_bytes, read_json
from penchant.settings import TableSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.journal import replace_together
from penchant.store.rejects import rejects_csv
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
    allow_empty: bool = False,
) -> tuple[TableReport, ...]:
    """Read tables into a shop.

    Args:
        shop: The shop to write to.
        sources: {table name: file path or frame}; tables not named stay as they are.
        as_of: Now; interactions more than a day after it are rejected.
        settings: The shop's own column aliases.
        append: Add to what is there, a row with a known key replacing the old one; otherwise a
            named table is replaced as a whole.
        allow_empty: Replace even a table that has rows by one that has none.

    Returns:
        One report per table, in order of `columns.TABLES`.

    Raises:
        InputError: if nothing is named, a table cannot be read at all, or one without rows would
            replace one that has some.
        BuildError: if the disk is full; then no table was replaced.
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
        files: dict[Path, bytes] = {}
        for load in loads:
            if not append and not allow_empty:
                _check_not_emptied(shop, load)
            files |= _files_of(shop, load, append=append)
        replace_together(files, shop.journal)
    return tuple(load.report for load in loads)


def load_table(shop: ShopDirectory, table: str) -> pl.DataFrame:
    """Give a table as it was ingested; an empty one if it never was.

    Args:
        shop: The shop.
        table: A name of `columns.TABLES`.

    Raises:
        BuildError: if the file is damaged.
    """
    path = table_file(shop, table)
    if not path.is_file():
        return empty_table(table)
    try:
        frame = pl.read_parquet(path)
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise _damaged(path, table, f"{error}") from error
    missing = set(empty_table(table).columns).difference(frame.columns)
    if missing:
        raise _damaged(path, table, f"it lacks {', '.join(sorted(missing))}")
    return frame


def load_report(shop: ShopDirectory, table: str) -> TableReport | None:
    """Give the report of the last ingest of a table, if there was one.

    Args:
        shop: The shop.
        table: A name of `columns.TABLES`.

    Raises:
        BuildError: if the file is damaged.
    """
    path = _report_file(shop, table)
    if not path.is_file():
        return None
    try:
        return TableReport.from_dict(read_json(path))
    except (BuildError, KeyError, TypeError, ValueError) as error:
        raise _damaged(path, table, f"{error}") from error


def table_file(shop: ShopDirectory, table: str) -> Path:
    """Give the file a table is kept in.

    Args:
        shop: The shop.
        table: A name of `columns.TABLES`.
    """
    return shop.data / f"{table}.parquet"


def _report_file(shop: ShopDirectory, table: str) -> Path:
    return shop.data / f"{table}.report.json"


def _damaged(path: Path, table: str, what: str) -> BuildError:
    shown = what.splitlines()[0].rstrip(".") if what else "it cannot be read"
    option = table.replace("_", "-")
    return BuildError(
        f"{path} is damaged: {shown}. Read the table again with: "
        f"penchant ingest {path.parent.parent} --{option} FILE"
    )


def _check_not_emptied(shop: ShopDirectory, load: TableLoad) -> None:
    """An export that went wrong often is a header alone; it must not take the shop's rows away."""
    if not load.frame.is_empty():
        return
    rows = load_table(shop, load.table).height
    if rows:
        raise InputError(
            f"{load.report.source} has no usable row and would replace the shop's {rows:,} rows of "
            f"{load.table}. Check the export; if the table is to be emptied, give --allow-empty "
            "(in Python: allow_empty=True)."
        )


def _files_of(shop: ShopDirectory, load: TableLoad, *, append: bool) -> dict[Path, bytes]:
    frame = load.frame
    if append:
        frame = _merged(load_table(shop, load.table), frame, load.table)
    return {
        shop.rejects / f"{load.table}.csv": rejects_csv(load.rejects),
        table_file(shop, load.table): _parquet(frame),
        _report_file(shop, load.table): json_bytes(load.report.to_dict()),
    }


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
