"""Points in time as shops write them, all to UTC: ISO with and without offset, epochs, local dates.

A time without an offset is UTC. Whether 03/04/2026 is March or April is decided for the column,
from cells that can only be one of the two; where no cell tells, none is read.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl

from penchant.tables.local_dates import local_times
from penchant.tables.repair import Mark, Repaired, marks_of, stripped

UTC = pl.Datetime("us", "UTC")
CLOCK_SLACK = timedelta(days=1)
"""How far a time may lie after `as_of`: wrong clocks and lost time zones explain a day."""

_ISO = r"^\d{4}[-/]\d{1,2}[-/]\d{1,2}"
_OFFSET = r":\d{2}(?:\.\d+)?\s*[+-]\d{2}:?\d{2}$"
_EPOCH = r"^-?\d{9,19}(?:\.\d+)?$"
_COMPACT = r"^(?:19|20)\d{6}(?:\d{6})?$"
_ZONED = "%Y-%m-%d %H:%M:%S%.f%z"
_NAIVE = ("%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%d", "%Y-%m-%d %H:%M")


def clean_times(values: pl.Series) -> Repaired:
    """Give points in time as UTC with microseconds.

    Args:
        values: The raw column: text, dates, times with or without zone, or epoch numbers (seconds,
            milli-,
            micro- or nanoseconds, told apart by size).

    Returns:
        `pl.Datetime("us", "UTC")` in the same order, null where blank or unreadable, with the marks
        `epoch_time`, `local_date`, `mixed_time_zones` (repairs), `ambiguous_date` and
        `unreadable_time` (repairs to null; a required column rejects those rows).

    Example:
        >>> clean_times(pl.Series("timestamp", ["2026-03-01T10:00:00+02:00"])).values.to_list()
        [datetime.datetime(2026, 3, 1, 8, 0, tzinfo=zoneinfo.ZoneInfo(key='UTC'))]
    """
    if isinstance(values.dtype, pl.Datetime) and values.dtype.time_zone:
        return Repaired(values.dt.convert_time_zone("UTC").cast(UTC))
    if values.dtype.is_temporal() and values.dtype in (pl.Date, pl.Datetime):
        return Repaired(values.cast(pl.Datetime("us")).dt.replace_time_zone("UTC"))
    return _from_text(values.name, stripped(_whole(values)))


def future_marks(times: pl.Series, as_of: datetime) -> tuple[Mark, ...]:
    """Mark times after `as_of`: up to one day is a warning, more is a reject.

    Args:
        times: Clean times.
        as_of: The reference time, with a time zone.
    """
    late = (times > as_of + CLOCK_SLACK).fill_null(value=False)
    soon = (times > as_of).fill_null(value=False) & ~late
    name = times.name
    return marks_of(
        Mark("reject", "in_the_future", f"{name}: the time is in the future.", late),
        Mark("warning", "near_future", f"{name}: less than a day in the future; kept.", soon),
    )


def _whole(values: pl.Series) -> pl.Series:
    """Write epoch floats without the exponent that text would give them."""
    if not values.dtype.is_float():
        return values
    return values.cast(pl.Decimal(38, 6), strict=False).cast(pl.String)


def _from_text(name: str, text: pl.Series) -> Repaired:
    times, zoned = _iso_times(text)
    none = zoned & False
    epoch, local, unsure = none, none, none
    rest = text.is_not_null() & times.is_null()
    if rest.any():
        numbers = _epoch_times(text.set(~rest, None))
        epoch = numbers.is_not_null()
        dates = local_times(text.set(~rest | epoch, None))
        local, unsure = dates.times.is_not_null(), dates.ambiguous
        times = times.zip_with(times.is_not_null(), numbers)
        times = times.zip_with(times.is_not_null(), dates.times)
    naive = text.is_not_null() & times.is_not_null() & ~zoned & ~epoch
    unreadable = text.is_not_null() & times.is_null() & ~unsure
    mixed = naive & bool(zoned.any())
    return Repaired(
        times.alias(name),
        marks_of(
            Mark("repair", "epoch_time", f"{name}: epoch numbers were read as times.", epoch),
            Mark("repair", "local_date", f"{name}: local date formats were read.", local),
            Mark(
                "repair",
                "mixed_time_zones",
                f"{name}: some times have a zone, some do not; those without were read as UTC.",
                mixed,
            ),
            Mark(
                "repair",
                "ambiguous_date",
                f"{name}: day and month cannot be told apart; write dates as 2026-03-31.",
                unsure,
            ),
            Mark("repair", "unreadable_time", f"{name}: not a date or time.", unreadable),
        ),
    )


def _iso_times(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Read ISO times; the second answer marks those that carry a zone."""
    iso = text.str.contains(_ISO).fill_null(value=False)
    if not iso.any():
        return _no_times(text), iso
    quick = _quick_times(text)
    done = quick.is_not_null()
    if done.all():
        return quick, text.str.ends_with("Z")
    times, zoned = _careful_times(text.set(~iso | done, None))
    zoned = zoned | (done & text.str.ends_with("Z").fill_null(value=False))
    return times.zip_with(~done, quick), zoned


def _quick_times(text: pl.Series) -> pl.Series:
    """Read the two most common layouts, several times faster than the rest."""
    bare = text.str.strip_suffix("Z")
    times = _no_times(text)
    for layout in ("%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        if times.null_count():
            found = bare.str.to_datetime(layout, strict=False, time_unit="us")
            times = times.zip_with(times.is_not_null(), found.dt.replace_time_zone("UTC"))
    return times


def _careful_times(spelt: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Read any ISO layout, with or without zone; the second answer marks those that carry one."""
    if spelt.str.contains("/", literal=True).any():
        spelt = spelt.str.replace_all("/", "-", literal=True)
    spelt = spelt.str.replace(r"^([\d-]+)[Tt]\s*", "${1} ").str.replace(
        r"\s*(?:[Zz]|UTC|GMT)$", "+00:00"
    )
    spelt = spelt.str.replace(r"(:\d{2}(?:\.\d+)?\s*[+-]\d{2})$", "${1}:00")
    spelt = spelt.str.replace(r"( \d{1,2}:\d{2})([+-])", "${1}:00${2}").str.replace(
        r",(\d)", ".${1}"
    )
    zoned = spelt.str.contains(_OFFSET).fill_null(value=False)
    times = _zoned_times(spelt, zoned)
    for layout in _NAIVE:
        rest = spelt.is_not_null() & ~zoned & times.is_null()
        if not rest.any():
            break
        found = spelt.set(~rest, None).str.to_datetime(layout, strict=False, time_unit="us")
        times = times.zip_with(~rest, found.dt.replace_time_zone("UTC"))
    return times, zoned & times.is_not_null()


def _zoned_times(spelt: pl.Series, zoned: pl.Series) -> pl.Series:
    if not zoned.any():
        return _no_times(spelt)
    joined = spelt.set(~zoned, None).str.replace(r"\s+([+-])", "${1}")
    return joined.str.to_datetime(_ZONED, strict=False, time_unit="us").cast(UTC)


def _no_times(like: pl.Series) -> pl.Series:
    return pl.Series(like.name, [None], dtype=UTC).new_from_index(0, len(like))


def _epoch_times(text: pl.Series) -> pl.Series:
    """Read epochs, and dates written as 20260301 or 20260301140500."""
    number = text.set(~text.str.contains(_EPOCH).fill_null(value=True), None)
    seconds = pl.col("n")
    micros = (
        pl.when(seconds.abs() >= 1e17)
        .then(seconds / 1e3)
        .when(seconds.abs() >= 1e14)
        .then(seconds)
        .when(seconds.abs() >= 1e11)
        .then(seconds * 1e3)
        .otherwise(seconds * 1e6)
    )
    frame = pl.DataFrame({"n": number.cast(pl.Float64, strict=False)})
    epoch = frame.select(micros.round().cast(pl.Int64).cast(pl.Datetime("us"))).to_series()
    compact = text.set(~text.str.contains(_COMPACT).fill_null(value=True), None)
    days = compact.str.to_datetime("%Y%m%d", strict=False, time_unit="us")
    clocks = compact.str.to_datetime("%Y%m%d%H%M%S", strict=False, time_unit="us")
    written = days.zip_with(days.is_not_null(), clocks)
    return written.zip_with(written.is_not_null(), epoch).dt.replace_time_zone("UTC")
