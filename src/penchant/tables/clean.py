"""One column through the repair its kind asks for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import polars as pl

from penchant.errors import InputError
from penchant.tables.flags import clean_consents, clean_flags
from penchant.tables.ids import clean_ids
from penchant.tables.money import clean_currency
from penchant.tables.numbers import (
    clean_age,
    clean_amount,
    clean_money,
    clean_quantity,
    clean_trust,
)
from penchant.tables.photos import clean_photo_lists, clean_photos
from penchant.tables.repair import Mark, Repaired, clean_text, marks_of, stripped
from penchant.tables.schema import Column, Kind
from penchant.tables.source import MIN_ROWS_TO_REFUSE
from penchant.tables.times import clean_times, future_marks
from penchant.tables.words import clean_words

_PLAIN: dict[Kind, Callable[[pl.Series], Repaired]] = {
    Kind.ID: clean_ids,
    Kind.TEXT: clean_text,
    Kind.MONEY: clean_money,
    Kind.CURRENCY: clean_currency,
    Kind.AMOUNT: clean_amount,
    Kind.QUANTITY: clean_quantity,
    Kind.AGE: clean_age,
    Kind.TRUST: clean_trust,
    Kind.TIME: clean_times,
    Kind.FLAG: clean_flags,
    Kind.CONSENT: clean_consents,
}

_UNREAD = ("ambiguous_date", "unreadable_time", "impossible_amount")


def clean_column(
    values: pl.Series, column: Column, *, as_of: datetime, folder: Path | None
) -> Repaired:
    """Clean one column; a required one marks every row without a value as rejected.

    Args:
        values: The raw column.
        column: Its description.
        as_of: The reference time, with a time zone.
        folder: What relative photo paths start from.

    Returns:
        Values of the canonical dtype, named by the canonical column, in the same order.

    Example:
        >>> from datetime import UTC
        >>> column = Column("product_id", Kind.ID, required=True)
        >>> ids, now = pl.Series(["1.0", ""]), datetime(2026, 1, 1, tzinfo=UTC)
        >>> done = clean_column(ids, column, as_of=now, folder=None)
        >>> done.values.to_list(), [mark.code for mark in done.marks]
        (['1', None], ['float_id', 'blank'])
    """
    raw = values.alias(column.name)
    done = _cleaned(raw, column, folder)
    marks = done.marks
    if column.past:
        marks = (*marks, *future_marks(done.values, as_of))
    if column.required:
        marks = _required_marks(raw, done.values, column, marks)
    return Repaired(done.values, marks)


def check_usable(raw: pl.Series, cleaned: pl.Series, *, header: str, source: str) -> None:
    """Refuse a required column that holds no usable value at all.

    Args:
        raw: The column as it came.
        cleaned: The column after cleaning, in the same order.
        header: The column's own header.
        source: What to call the table.

    Raises:
        InputError: if there are at least `MIN_ROWS_TO_REFUSE` rows and none is usable.
    """
    if len(raw) < MIN_ROWS_TO_REFUSE or cleaned.null_count() < len(cleaned):
        return
    text = stripped(raw).drop_nulls()
    shown = ", ".join(f'"{value[:40]}"' for value in text.unique(maintain_order=True).head(3))
    found = f"such as {shown}" if shown else "all blank"
    raise InputError(
        f'No value of "{header}" in {source} can be used as {cleaned.name} ({found}). '
        "Check that the right column is mapped to it."
    )


def _cleaned(raw: pl.Series, column: Column, folder: Path | None) -> Repaired:
    if column.kind is Kind.PHOTO:
        return clean_photos(raw, folder)
    if column.kind is Kind.PHOTOS:
        return clean_photo_lists(raw, folder)
    if column.words is not None:
        return clean_words(raw, column.words)
    return _PLAIN[column.kind](raw)


def _required_marks(
    raw: pl.Series, values: pl.Series, column: Column, marks: tuple[Mark, ...]
) -> tuple[Mark, ...]:
    """Turn "left out" into "rejected", and reject what is blank."""
    strict = tuple(_as_reject(mark) if mark.code in _UNREAD else mark for mark in marks)
    refused = pl.repeat(value=False, n=len(raw), eager=True, dtype=pl.Boolean)
    for mark in strict:
        if mark.kind == "reject":
            refused = refused | mark.rows
    blank = values.is_null() & ~refused
    name = column.name
    reasons = pl.repeat(f"blank {name}", n=len(raw), eager=True)
    missing = Mark("reject", "blank", f"{name}: a value is needed and missing.", blank, reasons)
    return (*strict, *marks_of(missing))


def _as_reject(mark: Mark) -> Mark:
    return Mark("reject", mark.code, mark.message, mark.rows)
