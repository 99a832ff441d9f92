"""Marks to findings: counts, and a few examples with their line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import polars as pl

from penchant.tables.repair import Mark, as_text
from penchant.tables.report import MAX_EXAMPLES, Finding

_SHOWN_CHARS = 40


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of one table, for messages: its name, their numbers, and the word for a number."""

    table: str
    numbers: pl.Series
    unit: str


def finding_of(mark: Mark, rows: Rows, *, before: pl.Series, after: pl.Series) -> Finding:
    """Make a finding of a mark.

    Args:
        mark: What was done.
        rows: Where it was done.
        before: The raw column, in the order of `rows`.
        after: The cleaned column, in the same order.
    """
    places = mark.rows.arg_true().head(MAX_EXAMPLES)
    examples = tuple(
        _example(f"{rows.unit} {number}", old, new, mark)
        for number, old, new in zip(
            rows.numbers.gather(places), before.gather(places), after.gather(places), strict=True
        )
    )
    return Finding(rows.table, mark.kind, mark.code, mark.message, int(mark.rows.sum()), examples)


def plain_finding(mark: Mark, rows: Rows) -> Finding:
    """Make a finding of a mark whose examples are row numbers, with the reason if there is one.

    Args:
        mark: Which rows, and what is the matter with them.
        rows: The table's name and the number each row has in its source.
    """
    places = mark.rows.arg_true().head(MAX_EXAMPLES)
    examples = []
    for place, number in zip(places, rows.numbers.gather(places), strict=True):
        reason = f": {mark.reasons[place]}" if mark.reasons is not None else ""
        examples.append(f"{rows.unit} {number}{reason}")
    return Finding(
        rows.table, mark.kind, mark.code, mark.message, int(mark.rows.sum()), tuple(examples)
    )


def reasons_of(mark: Mark, raw: pl.Series) -> pl.Series:
    """Give the reason of every rejected row, null for the others.

    Args:
        mark: Which rows are rejected, and why.
        raw: The column as it was read, aligned; quoted where the mark has no reasons of its own.
    """
    shown = as_text(raw).str.slice(0, _SHOWN_CHARS)
    text = pl.lit(f'{mark.message.rstrip(".")}: "') + shown.fill_null("") + pl.lit('"')
    reasons = mark.reasons if mark.reasons is not None else pl.select(text).to_series()
    return pl.select(pl.when(mark.rows).then(reasons)).to_series()


def show(value: object) -> str:
    r"""Give a value in quotes, short and printable; a missing one as `blank`.

    Example:
        >>> show("a\x00b"), show(None), show(1.5)
        ('"a\\x00b"', 'blank', '1.5')
    """
    if value is None:
        return "blank"
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, pl.Series):
        value = ", ".join(str(part) for part in value)
    if not isinstance(value, str):
        return str(value)
    short = value if len(value) <= _SHOWN_CHARS else value[:_SHOWN_CHARS] + "…"
    return '"' + "".join(c if c.isprintable() else repr(c)[1:-1] for c in short) + '"'


def _example(place: str, old: object, new: object, mark: Mark) -> str:
    if mark.kind == "repair":
        return f"{place}: {show(old)} -> {show(new)}"
    return f"{place}: {show(old)}"
