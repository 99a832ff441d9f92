"""Persons in the tables of a shop: rows, rows set aside, examples in reports, marks by hand."""

from __future__ import annotations

import io
import os
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import polars as pl

from penchant import columns as c
from penchant.files import json_bytes, write_atomically
from penchant.privacy.mentions import Mentions, counted, id_header
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import (
    load_report,
    load_table,
    parquet_bytes,
    report_file,
    table_file,
)
from penchant.store.journal import replace_together
from penchant.store.live_tables import CONSENTS, EVENTS, live_file, load_live
from penchant.store.marks import load_marks, write_marks

Note = Callable[[str, str, Mapping[str, int]], None]
"""Told (place, file, {customer_id: rows}) before anything is removed there."""

OF_PEOPLE = (c.CUSTOMERS, c.ORDERS, c.INTERACTIONS)
"""Tables with a customer_id."""


def forget_in_tables(
    shop: ShopDirectory, mentions: Mentions, note: Note, *, aliases: Mapping[str, str]
) -> None:
    """Remove persons from all tables as one step, then from live tables and marks.

    Products name nobody and stay. Order items go with their orders.

    Args:
        shop: The shop; its lock is held.
        mentions: Whom.
        note: Told what was found.
        aliases: The shop's own headers.

    Raises:
        BuildError: if a table is damaged or cannot be written; unless it says otherwise, no table
            was changed then.
    """
    frames = load_people(shop)
    named = {name: mentions.in_ids(frame[c.CUSTOMER_ID]) for name, frame in frames.items()}
    write_without(shop, frames, named, mentions, note, aliases=aliases)
    forget_live(shop, mentions, note)
    forget_marks(shop, mentions, note)


def load_people(shop: ShopDirectory) -> dict[str, pl.DataFrame]:
    """Give the tables with a customer_id, by name.

    Args:
        shop: The shop.
    """
    return {name: load_table(shop, name) for name in OF_PEOPLE}


def write_without(
    shop: ShopDirectory,
    frames: Mapping[str, pl.DataFrame],
    named: Mapping[str, pl.Series],
    mentions: Mentions,
    note: Note,
    *,
    aliases: Mapping[str, str],
) -> None:
    """Leave rows out of the tables, with all that names persons besides, as one step.

    Args:
        shop: The shop; its lock is held.
        frames: Of `load_people`.
        named: By table, aligned: whose row is to be left out, null where it stays.
        mentions: Who is not to be shown by reports and rows set aside.
        note: Told what was found.
        aliases: The shop's own headers.

    Raises:
        BuildError: as `forget_in_tables`.
    """
    contents: dict[Path, bytes] = {}
    for table, frame in frames.items():
        note(table, "data", counted(named[table]))
        if named[table].count():
            rest = frame.filter(named[table].is_null())
            contents[table_file(shop, table)] = parquet_bytes(rest)
    orders = frames[c.ORDERS].with_columns(named[c.ORDERS].alias("name"))
    contents |= _items_of(shop, orders, note)
    for table in c.TABLES:
        contents |= _report_without(shop, table, mentions, note)
        contents |= _rejects_without(shop, table, mentions, note, aliases)
    if contents:
        _replaced(shop, contents)


def _replaced(shop: ShopDirectory, contents: Mapping[Path, bytes]) -> None:
    """Replace files; customers stay as old as they were: that tells since when they say no.

    A kill in between leaves them younger, so that a no of theirs goes on counting.
    """
    customers = table_file(shop, c.CUSTOMERS)
    written = customers.stat().st_mtime_ns if customers in contents else 0
    replace_together(contents, shop.journal)
    if written:
        os.utime(customers, ns=(written, written))


def forget_live(shop: ShopDirectory, mentions: Mentions, note: Note) -> None:
    """Remove persons from what was kept of the database for the last build.

    Args:
        shop: The shop; its lock is held.
        mentions: Whom.
        note: Told what was found.

    Raises:
        BuildError: if a file is damaged or cannot be written; then it stays as it was.
    """
    live = load_live(shop)
    for name, frame in ((EVENTS, live.events), (CONSENTS, live.consents)):
        named = mentions.in_ids(frame[c.CUSTOMER_ID])
        note(name, "data", counted(named))
        if named.null_count() == 0:
            live_file(shop, name).unlink(missing_ok=True)
        elif named.count():
            rest = parquet_bytes(frame.filter(named.is_null()))
            write_atomically(live_file(shop, name), rest)


def forget_marks(shop: ShopDirectory, mentions: Mentions, note: Note) -> None:
    """Remove the marks of persons.

    Args:
        shop: The shop; its lock is held.
        mentions: Whom.
        note: Told what was found.

    Raises:
        BuildError: if the marks are damaged or cannot be written; then they stay as they were.
    """
    marks = load_marks(shop.data)
    theirs = {name: len(own) for name, own in marks.items() if name in mentions.names}
    note("marks", "data", theirs)
    if theirs:
        rest = {name: own for name, own in marks.items() if name not in mentions.names}
        write_marks(shop, rest)


def _items_of(shop: ShopDirectory, orders: pl.DataFrame, note: Note) -> dict[Path, bytes]:
    """Leave out the items of orders that have a person in their column `name`."""
    theirs = orders.filter(pl.col("name").is_not_null()).select(c.ORDER_ID, "name")
    if theirs.is_empty():
        return {}
    items = load_table(shop, c.ORDER_ITEMS)
    note(c.ORDER_ITEMS, "data", counted(items.join(theirs, on=c.ORDER_ID)["name"]))
    rest = items.join(theirs, on=c.ORDER_ID, how="anti", maintain_order="left")
    if rest.height == items.height:
        return {}
    return {table_file(shop, c.ORDER_ITEMS): parquet_bytes(rest)}


def _report_without(
    shop: ShopDirectory, table: str, mentions: Mentions, note: Note
) -> dict[Path, bytes]:
    """Leave out examples that show a person; what was found stays counted."""
    report = load_report(shop, table)
    if report is None:
        return {}
    shown: Counter[str] = Counter()
    findings = []
    for finding in report.findings:
        by_example = {one: mentions.in_example(one) for one in finding.examples}
        shown.update(name for name in by_example.values() if name is not None)
        rest = tuple(one for one in finding.examples if by_example[one] is None)
        findings.append(replace(finding, examples=rest))
    note("examples", table, shown)
    if not shown:
        return {}
    without = replace(report, findings=tuple(findings))
    return {report_file(shop, table): json_bytes(without.to_dict())}


def _rejects_without(
    shop: ShopDirectory, table: str, mentions: Mentions, note: Note, aliases: Mapping[str, str]
) -> dict[Path, bytes]:
    """Leave out rows set aside that name a person anywhere, their reasons included."""
    headers, every, named = _rejects(shop, table, mentions, aliases)
    note("rejects", table, counted(named))
    if not named.count():
        return {}
    kept = pl.concat(
        [pl.DataFrame([headers], every.schema, orient="row"), every.filter(named.is_null())]
    )
    buffer = io.StringIO()
    kept.write_csv(buffer, include_header=False)
    return {shop.rejects / f"{table}.csv": buffer.getvalue().encode()}


def rejects_naming(
    shop: ShopDirectory, table: str, mentions: Mentions, aliases: Mapping[str, str]
) -> tuple[Sequence[str], pl.DataFrame]:
    """Give the rows set aside of a table that name persons.

    Args:
        shop: The shop.
        table: A name of `columns.TABLES`.
        mentions: Whom.
        aliases: The shop's own headers.

    Returns:
        The headers, and the rows, in columns of no name.
    """
    headers, every, named = _rejects(shop, table, mentions, aliases)
    return headers, every.filter(named.is_not_null())


def _rejects(
    shop: ShopDirectory, table: str, mentions: Mentions, aliases: Mapping[str, str]
) -> tuple[Sequence[str], pl.DataFrame, pl.Series]:
    """Give headers and rows set aside of a table, and whom each row names, null for nobody."""
    path = shop.rejects / f"{table}.csv"
    if table == c.PRODUCTS or not path.is_file() or not path.stat().st_size:
        return (), pl.DataFrame(), pl.Series("name", [], pl.String)
    # two headers may be the same word
    every = pl.read_csv(path, has_header=False, infer_schema=False)
    headers, rows = [str(one) for one in every.row(0)], every.slice(1)
    header = id_header(table, headers, aliases)
    column = None if header is None else every.columns[headers.index(header)]
    return headers, rows, mentions.in_frame(rows, column)
