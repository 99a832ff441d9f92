r"""Lines of a CSV text to records: which lines belong together, and which are broken.

A record is one line, unless a quoted field holds line breaks. One stray quote must not swallow the
rest of the file, so a record of several lines is believed only where it closes soon and has the
right width.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

MAX_RECORD_CHARS = 131_072
"""Longer records are rejected: they are no shop data, and some parsers stop at such fields."""

MAX_RECORD_LINES = 500
"""How many lines one quoted field may span."""


# the vectorised engine refuses expressions that repeat too much
_MAX_FAST_WIDTH = 200


@dataclass(frozen=True, slots=True)
class Dialect:
    """The delimiter and the number of fields a record must have."""

    delimiter: str
    width: int

    def pattern(self) -> str:
        """Give the expression that a record of the right width matches as a whole."""
        field = _field(self.delimiter)
        rest = f"(?:{re.escape(self.delimiter)}{field}){{{self.width - 1}}}"
        return f"^{field}{rest}$"

    def any_width(self) -> str:
        """Give the expression that any complete record matches as a whole."""
        field = _field(self.delimiter)
        return f"^{field}(?:{re.escape(self.delimiter)}{field})*$"


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """Records of the right width and those that are broken, each with its first line number.

    `plain` has the columns `line` (Int64) and `text`: no quotes, one line each. `quoted` likewise,
    but needs a CSV parser. `broken` has `line`, `text` and `reason`. `n_blank` counts blank lines,
    `n_trailing` records that ended with one delimiter too many.
    """

    plain: pl.DataFrame
    quoted: pl.DataFrame
    broken: pl.DataFrame
    n_blank: int
    n_trailing: int


def split_records(lines: pl.Series, dialect: Dialect, *, first_line: int) -> Records:
    """Sort lines into records; only lines that do not fit on their own are looked at one by one.

    Args:
        lines: Physical lines without their ends.
        dialect: Delimiter and width.
        first_line: The line number of the first of them.
    """
    numbers = pl.int_range(first_line, first_line + len(lines), eager=True)
    frame = pl.DataFrame({"line": numbers, "text": lines})
    fits = _fits(lines, dialect) & (lines.str.strip_chars(" \r") != "")
    fits = fits & (lines.str.len_bytes() <= MAX_RECORD_CHARS)
    if fits.all():
        return _records(frame, _Found())
    found = _look_closer(lines.to_list(), fits, dialect)
    alone = frame.filter(fits & ~pl.int_range(len(fits), eager=True).is_in(found.used))
    mended = pl.DataFrame(found.records, schema={"line": pl.Int64, "text": pl.String}, orient="row")
    mended = mended.with_columns(pl.col("line") + first_line)
    return _records(pl.concat([alone, mended]), found, first_line=first_line)


def parse_messy(text: str, delimiter: str) -> list[str]:
    """Split one record leniently, as spreadsheets do.

    Args:
        text: One record, without its line end.
        delimiter: One character.
    """
    return next(csv.reader([text], delimiter=delimiter), [])


def _field(delimiter: str) -> str:
    mark = re.escape(delimiter)
    return rf'(?:"[^"]*(?:""[^"]*)*"|[^"{mark}\n][^{mark}\n]*)?'


def _fits(text: pl.Series, dialect: Dialect) -> pl.Series:
    fits = text.str.count_matches(dialect.delimiter, literal=True) == dialect.width - 1
    quoted = text.str.contains('"', literal=True)
    if not quoted.any():
        return fits
    if dialect.width <= _MAX_FAST_WIDTH:
        return text.str.contains(dialect.pattern()).zip_with(quoted, fits)
    exact = re.compile(dialect.pattern())
    found = [exact.fullmatch(line) is not None for line in text.filter(quoted)]
    return fits.scatter(quoted.arg_true(), found)


@dataclass(slots=True)
class _Found:
    """What looking closer found, by place of the first line; `used` are lines of other records."""

    records: list[tuple[int, str]] = field(default_factory=list)
    broken: list[tuple[int, str, str]] = field(default_factory=list)
    used: set[int] = field(default_factory=set)
    n_blank: int = 0
    n_trailing: int = 0


def _look_closer(texts: Sequence[str], fits: pl.Series, dialect: Dialect) -> _Found:
    complete, exact = re.compile(dialect.any_width()), re.compile(dialect.pattern())
    fitting, found = fits.to_list(), _Found()
    for place in (~fits).arg_true().to_list():
        text = texts[place]
        if place in found.used:
            continue
        if not text.strip(" \r"):
            found.n_blank += 1
            continue
        small = len(text) <= MAX_RECORD_CHARS
        end = _end_of_record(texts, place, fitting, exact) if small else None
        cut = text.removesuffix(dialect.delimiter)
        if end is not None:
            found.records.append((place, "\n".join(texts[place : end + 1])))
            found.used.update(range(place + 1, end + 1))
        elif small and cut != text and exact.fullmatch(cut):
            found.records.append((place, cut))
            found.n_trailing += 1
        else:
            closed = complete.fullmatch(text) is not None
            found.broken.append((place, text, _why(text, dialect, closed=closed)))
    return found


def _end_of_record(
    texts: Sequence[str], start: int, fitting: Sequence[bool], exact: re.Pattern[str]
) -> int | None:
    quotes, size = texts[start].count('"'), len(texts[start])
    if quotes % 2 == 0:
        return None
    for end in range(start + 1, min(start + MAX_RECORD_LINES, len(texts))):
        found = texts[end].count('"')
        quotes, size = quotes + found, size + len(texts[end])
        if size > MAX_RECORD_CHARS:
            return None
        if found and quotes % 2 == 0:
            between = fitting[start + 1 : end]
            swallows = len(between) > 2 and all(between)
            closes = exact.fullmatch("\n".join(texts[start : end + 1])) is not None
            return end if closes and not swallows else None
    return None


def _why(text: str, dialect: Dialect, *, closed: bool) -> str:
    if len(text) > MAX_RECORD_CHARS:
        return f"the row has {len(text):,} characters, at most {MAX_RECORD_CHARS:,} are allowed"
    if not closed and text.count('"') % 2:
        return "a quote is opened and not closed"
    width = len(parse_messy(text, dialect.delimiter))
    if width == dialect.width:
        return "a quote stands inside a quoted field; write it twice"
    fields = "field" if width == 1 else "fields"
    return f"the row has {width} {fields}, the header has {dialect.width}"


def _records(good: pl.DataFrame, found: _Found, *, first_line: int = 0) -> Records:
    quoted = good["text"].str.contains('"', literal=True)
    schema = {"line": pl.Int64, "text": pl.String, "reason": pl.String}
    broken = pl.DataFrame(found.broken, schema=schema, orient="row")
    return Records(
        plain=good.filter(~quoted),
        quoted=good.filter(quoted),
        broken=broken.with_columns(pl.col("line") + first_line),
        n_blank=found.n_blank,
        n_trailing=found.n_trailing,
    )
