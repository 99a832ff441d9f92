"""Parts of a table: several files put together, and put over what is there already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from penchant.tables import SCHEMAS, TableLoad, TableReport


def merged(old: pl.DataFrame, new: Sequence[pl.DataFrame], table: str) -> pl.DataFrame:
    """Put new rows over old ones.

    Args:
        old: What is there, cleaned.
        new: Cleaned, oldest first. Exact copies of an interaction count once; in other tables the
            rows of a key replace all older ones of that key.
        table: A name of `columns.TABLES`.

    Returns:
        The same rows in the same order as if all had been read at once; merging the same again
        changes nothing.

    Example:
        >>> row = {"order_id": ["1"], "product_id": ["b"], "quantity": [1]}
        >>> old = pl.DataFrame(row | {"product_id": ["a"]})
        >>> new = pl.DataFrame(row | {"quantity": [5]})
        >>> merged(old, [new, new], "order_items")["quantity"].to_list()
        [1, 5]
    """
    schema = SCHEMAS[table]
    if schema.drops_copies:
        rows = pl.concat([old, *new], how="diagonal").unique()
    else:
        rows = old
        for frame in new:
            others = rows.join(frame.select(schema.key), on=schema.key, how="anti")
            rows = pl.concat([others, frame], how="diagonal")
    names = [] if schema.unique_key else schema.dtypes()
    ties = [name for name in names if name in rows.columns and name not in schema.key]
    return rows.sort(*schema.key, *ties, maintain_order=True)


def rejects_of(loads: Sequence[TableLoad]) -> pl.DataFrame:
    """Give the rows set aside; of several files, each with the name of its file.

    Args:
        loads: Of one table, at least one.
    """
    if len(loads) == 1:
        return loads[0].rejects
    named = [
        one.rejects.select(pl.lit(one.report.source).alias("source file"), pl.all())
        for one in loads
    ]
    return pl.concat(named, how="diagonal")


def report_of(loads: Sequence[TableLoad]) -> TableReport:
    """Give one report of all files a table was read from.

    Args:
        loads: Of one table, at least one.
    """
    reports = [load.report for load in loads]
    return replace(
        reports[-1],
        source=", ".join(one.source for one in reports),
        rows_read=sum(one.rows_read for one in reports),
        rows_kept=sum(one.rows_kept for one in reports),
        rows_rejected=sum(one.rows_rejected for one in reports),
        findings=tuple(finding for one in reports for finding in one.findings),
    )
