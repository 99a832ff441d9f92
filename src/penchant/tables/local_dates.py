"""Local dates: 01.03.2026 14:05, 25/03/2026, 3/25/2026 2:05 PM; day or month first by column."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_PATTERN = (
    r"^(?P<first>\d{1,2})(?P<mark>[./-])(?P<second>\d{1,2})[./-](?P<year>\d{4})"
    r"(?:,?[ T]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<last>\d{2})(?:\.\d+)?)?"
    r"\s*(?P<half>[AaPp])?[.]?[Mm]?[.]?)?(?: Uhr)?$"
)


@dataclass(frozen=True, slots=True, eq=False)
class LocalTimes:
    """Times read, and the rows whose day and month cannot be told apart."""

    times: pl.Series
    ambiguous: pl.Series


def local_times(text: pl.Series) -> LocalTimes:
    """Read local dates as UTC times.

    With dots the day comes first. With slashes or dashes, a cell with a number above 12 tells the
    order; if such cells agree, the whole column follows them, otherwise only they are read.

    Args:
        text: Trimmed text, null where there is nothing to read.

    Example:
        >>> read = local_times(pl.Series(["3/25/2026 2:05 PM", "3/4/2026"]))
        >>> read.times.dt.to_string("%Y-%m-%d %H:%M").to_list()
        ['2026-03-25 14:05', '2026-03-04 00:00']
    """
    parts = pl.DataFrame({"text": text}).select(
        pl.col("text").str.extract_groups(_PATTERN).struct.unnest()
    )
    number = pl.col("first", "second", "year", "hour", "minute", "last").cast(
        pl.Int64, strict=False
    )
    parts = parts.with_columns(number)
    dotted = (parts["mark"] == ".").fill_null(value=False)
    open_order = parts["mark"].is_not_null() & ~dotted
    day_first = (parts["first"] > 12).fill_null(value=False) & open_order
    month_first = (parts["second"] > 12).fill_null(value=False) & open_order
    agreed = day_first.any() != month_first.any()
    if agreed:
        day_first, month_first = (
            open_order & bool(day_first.any()),
            open_order & bool(month_first.any()),
        )
    ambiguous = open_order & ~day_first & ~month_first
    times = _assembled(parts, dotted | day_first, dotted | day_first | month_first)
    return LocalTimes(times, ambiguous)


def _assembled(parts: pl.DataFrame, day_first: pl.Series, readable: pl.Series) -> pl.Series:
    frame = parts.with_columns(day_first.alias("day_first"), readable.alias("readable"))
    day = pl.when("day_first").then("first").otherwise("second")
    month = pl.when("day_first").then("second").otherwise("first")
    # 12 AM is midnight and 12 PM is noon
    afternoon = pl.col("half").str.to_uppercase() == "P"
    hour = (
        pl.when(pl.col("half").is_null())
        .then("hour")
        .otherwise(pl.col("hour") % 12 + 12 * afternoon.cast(pl.Int64))
    )
    pad = "{}-{}-{} {}:{}:{}"
    text = pl.format(
        pad,
        "year",
        month,
        day,
        hour.fill_null(0),
        pl.col("minute").fill_null(0),
        pl.col("last").fill_null(0),
    )
    spelt = pl.when("readable").then(text)
    times = spelt.str.to_datetime("%Y-%m-%d %H:%M:%S", strict=False, time_unit="us")
    return frame.select(times.dt.replace_time_zone("UTC")).to_series()
