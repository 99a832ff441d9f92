r"""Lines of a CSV text to records: which lines belong together, and which are broken.

A record is one line, unless a quoted field holds line breaks. One stray quote must not swallow the
rest of the file, so a record of several lines is believed only where it closes soon and has the
right width.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

MAX_RECORD_CHARS = 131_072
"""Longer records are rejected: they are no shop data, and some parsers stop at such fields."""

MAX_RECORD_LINES = 500
"""How many lines one quoted field may span."""


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
    but needs a CSV parser. `broken` has `line`, `text` and `reason`. `n_blank` counts blank lines.
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
    frame = pl.DataFrame(
        {"line": pl.int_range(first_line, first_line + len(lines), eager=True), "text": lines}
    )
    frame, n_trailing = _without_trailing(frame, dialect)
    text = frame["text"]
    fits = _fits(text, dialect) & (text.str.strip_chars(" \r") != "")
    long = text.str.len_bytes() > MAX_RECORD_CHARS
    fits = fits & ~long
    if fits.all():
        return _sorted_records(frame, _broken([]), 0, n_trailing)
    spans, broken, n_blank = _look_closer(text.to_list(), fits, dialect, first_line)
    used = pl.Series([i for start, end in spans for i in range(start, end + 1)], dtype=pl.Int64)
    alone = frame.filter(fits & ~pl.int_range(len(fits), eager=True).is_in(used.implode()))
    joined = [(start + first_line, "\n".join(text[start : end + 1])) for start, end in spans]
    many = pl.DataFrame(joined, schema={"line": pl.Int64, "text": pl.String}, orient="row")
    return _sorted_records(pl.concat([alone, many]), _broken(broken), n_blank, n_trailing)


def parse_messy(text: str, delimiter: str) -> list[str]:
    """Split one record leniently, as spreadsheets do."""
    return next(csv.reader([text], delimiter=delimiter), [])


def _field(delimiter: str) -> str:
    mark = re.escape(delimiter)
    return rf'(?:"[^"]*(?:""[^"]*)*"|[^"{mark}\n][^{mark}\n]*)?'


def _fits(text: pl.Series, dialect: Dialect) -> pl.Series:
    fits = text.str.count_matches(dialect.delimiter, literal=True) == dialect.width - 1
    quoted = text.str.contains('"', literal=True)
    if not quoted.any():
        return fits
    return text.str.contains(dialect.pattern()).zip_with(quoted, fits)


def _without_trailing(frame: pl.DataFrame, dialect: Dialect) -> tuple[pl.DataFrame, int]:
    """Cut one delimiter too many at the end of lines that fit without it."""
    text = frame["text"]
    extra = text.str.ends_with(dialect.delimiter)
    if not extra.any():
        return frame, 0
    cut = text.str.strip_suffix(dialect.delimiter)
    hit = extra & ~_fits(text, dialect) & _fits(cut, dialect)
    return frame.with_columns(cut.zip_with(hit, text).alias("text")), int(hit.sum())


def _look_closer(
    texts: Sequence[str], fits: pl.Series, dialect: Dialect, first_line: int
) -> tuple[list[tuple[int, int]], list[tuple[int, str, str]], int]:
    complete, exact = re.compile(dialect.any_width()), re.compile(dialect.pattern())
    fitting = fits.to_list()
    spans: list[tuple[int, int]] = []
    broken: list[tuple[int, str, str]] = []
    n_blank, done = 0, -1
    for start in (~fits).arg_true().to_list():
        text = texts[start]
        if start <= done:
            continue
        if not text.strip(" \r"):
            n_blank += 1
            continue
        end = (
            _end_of_record(texts, start, fitting, exact) if len(text) <= MAX_RECORD_CHARS else None
        )
        if end is not None:
            spans.append((start, end))
            done = end
        else:
            closed = complete.fullmatch(text) is not None
            broken.append((start + first_line, text, _why(text, dialect, closed=closed)))
    return spans, broken, n_blank


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
    return f"the row has {width} fields, the header has {dialect.width}"


def _broken(rows: list[tuple[int, str, str]]) -> pl.DataFrame:
    schema = {"line": pl.Int64, "text": pl.String, "reason": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _sorted_records(
    frame: pl.DataFrame, broken: pl.DataFrame, n_blank: int, n_trailing: int
) -> Records:
    quoted = frame["text"].str.contains('"', literal=True)
    return Records(frame.filter(~quoted), frame.filter(quoted), broken, n_blank, n_trailing)
