"""Rows kept, rejected or dropped: reasons, repeated keys, exact copies, order."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from penchant.tables.findings import Rows, plain_finding
from penchant.tables.repair import Mark, as_text, marks_of
from penchant.tables.report import Finding
from penchant.tables.schema import TableSchema

_LINE = "\x00line"


@dataclass(frozen=True, slots=True, eq=False)
class Sorted:
    """The rows kept, in key order, with their numbers; why each row read was rejected, or null."""

    frame: pl.DataFrame
    numbers: pl.Series
    reasons: pl.Series
    findings: tuple[Finding, ...]


def sort_out(frame: pl.DataFrame, reasons: pl.Series, schema: TableSchema, rows: Rows) -> Sorted:
    """Keep the good rows, the first of every key, and one of every exact copy.

    Args:
        frame: All rows, cleaned.
        reasons: Why a row is rejected, null where it is not, in the same order.
        schema: The table's description.
        rows: The rows, for findings and for naming the first of a key.
    """
    stored = [name for name in frame.columns if name not in _unstored(schema)]
    numbered = frame.select(stored).with_columns(
        rows.numbers.alias(_LINE), reasons.alias("\x00why")
    )
    findings: tuple[Finding, ...] = ()
    if schema.unique_key:
        repeated = _repeated(numbered, schema.key[0], rows.unit)
        message = f"{schema.key[0]}: repeated; the first row was kept."
        mark = Mark("reject", "duplicate_id", message, repeated.is_not_null(), repeated)
        findings = tuple(plain_finding(m, rows) for m in marks_of(mark))
        reasons = reasons.zip_with(repeated.is_null(), repeated)
    good = numbered.filter(reasons.is_null()).drop("\x00why")
    ties = [] if schema.unique_key else [name for name in schema.dtypes() if name not in schema.key]
    good = good.sort(*schema.key, *ties, _LINE)
    if schema.drops_copies:
        good, copies = _without_copies(good, stored, rows)
        findings += copies
    return Sorted(good.drop(_LINE), good[_LINE], reasons, findings)


def rejects_frame(
    raw: pl.DataFrame, numbers: pl.Series, reasons: pl.Series, broken: pl.DataFrame
) -> pl.DataFrame:
    """Give the rejected rows as they came, as text, in the order of the source.

    Args:
        raw: All rows that could be split, as they came.
        numbers: Their line or row numbers.
        reasons: Why each is rejected, null where it is not.
        broken: Rows that could not be split: `line`, `reason`, one column per column of `raw`.

    Returns:
        `line` (Int64), `reason`, and the columns of `raw` as text; a column of the same name as the
        first two gets "(original)" behind its name.
    """
    names = [f"{n} (original)" if n in ("line", "reason") else n for n in raw.columns]
    bad = reasons.is_not_null()
    texts = [
        as_text(raw[old].filter(bad)).alias(new)
        for old, new in zip(raw.columns, names, strict=True)
    ]
    rejected = pl.DataFrame(
        [numbers.filter(bad).alias("line"), reasons.filter(bad).alias("reason"), *texts]
    )
    return pl.concat(
        [rejected, broken.rename(dict(zip(broken.columns[2:], names, strict=True)))]
    ).sort("line")


def _unstored(schema: TableSchema) -> set[str]:
    return {column.name for column in schema.columns if not column.stored}


def _repeated(numbered: pl.DataFrame, key: str, unit: str) -> pl.Series:
    """Give the reason of every good row whose key a good row before it has."""
    good = pl.col("\x00why").is_null()
    first = pl.when(good).then(_LINE).min().over(key)
    text = pl.format(
        f'duplicate {key} "{{}}": first on {unit} {{}}', pl.col(key).str.slice(0, 40), first
    )
    return numbered.select(
        pl.when(good & pl.col(key).is_not_null() & (pl.col(_LINE) != first))
        .then(text)
        .alias("reason")
    ).to_series()


def _without_copies(
    good: pl.DataFrame, stored: list[str], rows: Rows
) -> tuple[pl.DataFrame, tuple[Finding, ...]]:
    """Drop rows equal to the one before them; the rows are sorted by every column."""
    same = good.select(
        pl.all_horizontal(pl.col(stored).eq_missing(pl.col(stored).shift()))
    ).to_series()
    if good.height:
        same[0] = False
    mark = Mark("repair", "duplicate_row", "Rows that repeat another row exactly count once.", same)
    places = Rows(rows.table, good[_LINE], rows.unit)
    return good.filter(~same), tuple(plain_finding(m, places) for m in marks_of(mark))
