"""The common shape of a repair: cleaned values, and a mark for every kind of change.

A repair is a pure function from a column (its name is the canonical column name) to `Repaired`.
Marks carry a mask of rows, not text: sentences and examples are made once, at the end, for the few
rows they show.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from penchant.tables.report import Severity

# what frame libraries write for a missing value when they are asked for text
_NULL_WORDS = ("nan", "NaN", "null", "NULL", "None", "<NA>", "N/A", "#N/A", "NaT")
_CONTROL = r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]"


@dataclass(frozen=True, slots=True, eq=False)
class Mark:
    """One kind of change in one column.

    `rows` is a Boolean series without nulls. A mark of kind "reject" gives a reason per row in
    `reasons`, or uses its message for all.
    """

    kind: Severity
    code: str
    message: str
    rows: pl.Series
    reasons: pl.Series | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Repaired:
    """A cleaned column, as long as the given one and in its order, and what was done to it."""

    values: pl.Series
    marks: tuple[Mark, ...] = ()


def marks_of(*marks: Mark) -> tuple[Mark, ...]:
    """Keep the marks that touch at least one row."""
    return tuple(mark for mark in marks if mark.rows.any())


def as_text(values: pl.Series) -> pl.Series:
    """Give any column as text without changing what it says; lists are joined with `|`.

    Example:
        >>> as_text(pl.Series([1.5, None])).to_list()
        ['1.5', None]
    """
    if values.dtype == pl.String:
        return values
    if values.dtype == pl.List(pl.String):
        return values.list.join("|", ignore_nulls=True)
    if isinstance(values.dtype, pl.Datetime):
        return values.dt.strftime(
            "%Y-%m-%dT%H:%M:%S%.f%:z" if values.dtype.time_zone else "%FT%T%.f"
        )
    try:
        return values.cast(pl.String)
    except pl.exceptions.PolarsError:
        texts = [None if value is None else str(value) for value in values]
        return pl.Series(values.name, texts, dtype=pl.String)


def stripped(values: pl.Series) -> pl.Series:
    """Cut surrounding white space; nothing left, or a word such as "NaN", becomes null.

    Example:
        >>> stripped(pl.Series(["  a b ", " ", "NaN"])).to_list()
        ['a b', None, None]
    """
    text = as_text(values).str.strip_chars()
    empty = (text == "") | text.is_in(_NULL_WORDS)
    return text.set(empty.fill_null(value=True), None)


def changed(before: pl.Series, after: pl.Series) -> pl.Series:
    """Mark the rows whose value differs, null included.

    Args:
        before: Values as they were.
        after: Values as they are now, aligned.
    """
    return before.ne_missing(after)


def clean_text(values: pl.Series) -> Repaired:
    """Cut surrounding space and control characters from text; blank becomes null.

    Line breaks and tabs inside the text stay.
    """
    text = stripped(values)
    hit = text.str.contains(_CONTROL).fill_null(value=False)
    if not hit.any():
        return Repaired(text)
    clean = stripped(text.str.replace_all(_CONTROL, ""))
    message = f"{values.name}: control characters were removed."
    return Repaired(clean, marks_of(Mark("repair", "control_characters", message, hit)))
