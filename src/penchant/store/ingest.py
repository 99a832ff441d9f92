"""Ingest: read the shop's tables, clean them, keep them as Parquet, and set bad rows aside.

All tables are read before any is written, and they are replaced as one: a failed or killed ingest
leaves what was there before, or is finished by the next command that writes.
"""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from penchant import columns as c
from penchant.errors import BuildError, InputError, NotFoundError
from penchant.files import json_bytes, read_json
from penchant.settings import TableSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.journal import Leaving, replace_together, stamp_of
from penchant.store.parts import merged, rejects_of, report_of
from penchant.store.rejects import rejects_csv
from penchant.tables import TableLoad, TableReport, empty_table, read_table

if TYPE_CHECKING:
    from penchant.tables import Source


@dataclass(frozen=True, slots=True, eq=False)
class Arrival:
    """A table to be taken in.

    Attributes:
        table: A name of `columns.TABLES`.
        source: File path or frame.
        leaving: How its file is put away when it has been taken in; None: it stays.
    """

    table: str
    source: Source
    leaving: Leaving | None = None


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
    arrivals = [Arrival(table, source) for table, source in sources.items()]
    added = c.TABLES if append else ()
    return take_in(
        shop, arrivals, as_of=as_of, settings=settings, append=added, allow_empty=allow_empty
    )


def take_in(
    shop: ShopDirectory,
    arrivals: Sequence[Arrival],
    *,
    as_of: datetime,
    settings: TableSettings,
    append: Collection[str],
    allow_empty: bool = False,
) -> tuple[TableReport, ...]:
    """Read tables into a shop, some of them in several parts, as one step.

    Taking in the same again changes nothing: exact copies of an interaction count once, and of
    other tables a row replaces those of its key.

    Args:
        shop: The shop to write to.
        arrivals: Oldest first; the last one of a table that is replaced counts.
        as_of: As for `ingest`.
        settings: The shop's own column aliases.
        append: Tables that are added to; the others are replaced as a whole.
        allow_empty: Replace even a table that has rows by one that has none.

    Returns:
        One report per table, in order of `columns.TABLES`.

    Raises:
        InputError: as `ingest`, or if a file changes while it is read.
        BuildError: if the disk is full; then no table was replaced, and no file put away.
    """
    if not arrivals:
        raise InputError(f"No table was named. Give at least one of: {', '.join(c.TABLES)}.")
    parts: dict[str, list[Arrival]] = {}
    for one in arrivals:
        if one.table not in c.TABLES:
            raise NotFoundError("table", one.table, c.TABLES)
        parts[one.table] = [*parts.get(one.table, ()), one] if one.table in append else [one]
    loads = {
        table: [_loaded(one, as_of, settings) for one in parts[table]]
        for table in c.TABLES
        if table in parts
    }
    with shop.writing():
        files: dict[Path, bytes] = {}
        for table, several in loads.items():
            if table not in append and not allow_empty:
                _check_not_emptied(shop, several[0])
            files |= _files_of(shop, table, several, append=table in append)
        leaving = [one.leaving for one in arrivals if one.leaving is not None]
        _check_unchanged(leaving)
        replace_together(files, shop.journal, put_away=leaving)
    return tuple(report_of(several) for several in loads.values())


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
    path = report_file(shop, table)
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


def report_file(shop: ShopDirectory, table: str) -> Path:
    """Give the file the report of a table's last ingest is kept in.

    Args:
        shop: The shop.
        table: A name of `columns.TABLES`.
    """
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


def _loaded(one: Arrival, as_of: datetime, settings: TableSettings) -> TableLoad:
    return read_table(one.table, one.source, as_of=as_of, aliases=settings.aliases)


def _check_unchanged(leaving: Sequence[Leaving]) -> None:
    for one in leaving:
        if stamp_of(one.file) != one.stamp:
            raise InputError(
                f"{one.file} changed while it was read. Write it elsewhere and move it there when "
                "it is whole; then run the command again. Nothing was taken in."
            )


def _files_of(
    shop: ShopDirectory, table: str, loads: Sequence[TableLoad], *, append: bool
) -> dict[Path, bytes]:
    frames = [load.frame for load in loads]
    frame = merged(load_table(shop, table), frames, table) if append else frames[0]
    return {
        shop.rejects / f"{table}.csv": rejects_csv(rejects_of(loads)),
        table_file(shop, table): parquet_bytes(frame),
        report_file(shop, table): json_bytes(report_of(loads).to_dict()),
    }


def parquet_bytes(frame: pl.DataFrame) -> bytes:
    """Give a table as the bytes it is kept in.

    Args:
        frame: Cleaned.
    """
    buffer = io.BytesIO()
    frame.write_parquet(buffer, compression="zstd", statistics=False)
    return buffer.getvalue()
