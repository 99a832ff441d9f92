"""Times of every format become the same instant in UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import polars as pl
import pytest

from penchant.tables.times import clean_times, future_marks


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc]


def cleaned(*values: str | None) -> list[datetime | None]:
    return clean_times(pl.Series("timestamp", values, dtype=pl.String)).values.to_list()


def codes(*values: str) -> dict[str, int]:
    marks = clean_times(pl.Series("timestamp", values)).marks
    return {mark.code: int(mark.rows.sum()) for mark in marks}


@pytest.mark.parametrize(
    ("raw", "moment"),
    [
        ("2026-03-01", at(2026, 3, 1)),
        ("2026-3-1", at(2026, 3, 1)),
        ("2026/03/01", at(2026, 3, 1)),
        ("2026-03-01 14:05", at(2026, 3, 1, 14, 5)),
        ("2026-03-01T14:05", at(2026, 3, 1, 14, 5)),
        ("2026-03-01T14:05:09", at(2026, 3, 1, 14, 5, 9)),
        ("2026-03-01 14:05:09.25", at(2026, 3, 1, 14, 5, 9, 250000)),
        ("2026-03-01 14:05:09,250", at(2026, 3, 1, 14, 5, 9, 250000)),
        ("2026-03-01T14:05:09.123456789", at(2026, 3, 1, 14, 5, 9, 123456)),
        ("2026-03-01T14:05:09Z", at(2026, 3, 1, 14, 5, 9)),
        ("2026-03-01 14:05:09 UTC", at(2026, 3, 1, 14, 5, 9)),
        ("2026-03-01T14:05:09+02:00", at(2026, 3, 1, 12, 5, 9)),
        ("2026-03-01T14:05:09+0200", at(2026, 3, 1, 12, 5, 9)),
        ("2026-03-01 14:05:09 -05:30", at(2026, 3, 1, 19, 35, 9)),
        ("2026-03-01T14:05:09.5+02", at(2026, 3, 1, 12, 5, 9, 500000)),
        ("2026-03-01T14:05+02:00", at(2026, 3, 1, 12, 5)),
        ("2026-03-01T14:05Z", at(2026, 3, 1, 14, 5)),
        ("20260301", at(2026, 3, 1)),
        ("20260301140509", at(2026, 3, 1, 14, 5, 9)),
        ("1772373909", at(2026, 3, 1, 14, 5, 9)),
        ("1772373909.0", at(2026, 3, 1, 14, 5, 9)),
        ("1772373909250", at(2026, 3, 1, 14, 5, 9, 250000)),
        ("1772373909250000", at(2026, 3, 1, 14, 5, 9, 250000)),
        ("1772373909000000000", at(2026, 3, 1, 14, 5, 9)),
        ("01.03.2026", at(2026, 3, 1)),
        ("1.3.2026 14:05", at(2026, 3, 1, 14, 5)),
        ("01.03.2026, 14:05:09", at(2026, 3, 1, 14, 5, 9)),
        ("01.03.2026 14:05 Uhr", at(2026, 3, 1, 14, 5)),
        ("25/03/2026", at(2026, 3, 25)),
        ("3/25/2026", at(2026, 3, 25)),
        ("25-03-2026 08:00", at(2026, 3, 25, 8)),
        ("3/25/2026 2:05 PM", at(2026, 3, 25, 14, 5)),
        ("3/25/2026 12:05 AM", at(2026, 3, 25, 0, 5)),
        ("3/25/2026 12:05:09 p.m.", at(2026, 3, 25, 12, 5, 9)),
        (" 2026-03-01 ", at(2026, 3, 1)),
    ],
)
def test_a_time_is_read_in_the_format_it_shows(raw, moment):
    assert cleaned(raw) == [moment]


@pytest.mark.parametrize(
    "raw",
    ["yesterday", "2026-02-30", "31.02.2026", "2026-13-01", "25:00", "2026", "12",
     "2026-03-01 25:00:00", "32/13/2026", "20261301"],
)  # fmt: skip
def test_what_is_no_time_becomes_null_and_is_counted(raw):
    assert cleaned(raw) == [None]
    assert codes(raw) == {"unreadable_time": 1}


def test_the_column_decides_between_day_and_month():
    assert cleaned("03/04/2026", "25/04/2026") == [at(2026, 4, 3), at(2026, 4, 25)]
    assert cleaned("03/04/2026", "04/25/2026") == [at(2026, 3, 4), at(2026, 4, 25)]


def test_dates_that_could_be_either_are_left_out_where_no_cell_tells():
    assert cleaned("03/04/2026") == [None]
    assert codes("03/04/2026", "2026-01-01") == {"ambiguous_date": 1}


def test_where_cells_contradict_each_other_only_the_clear_ones_are_read():
    assert cleaned("03/04/2026", "25/04/2026", "04/25/2026") == [
        None,
        at(2026, 4, 25),
        at(2026, 4, 25),
    ]


def test_mixed_zones_are_counted_and_a_uniform_column_is_not():
    zoned, naive = "2026-03-01T10:00:00+02:00", "2026-03-01T10:00:00"
    assert cleaned(zoned, naive) == [at(2026, 3, 1, 8), at(2026, 3, 1, 10)]
    assert codes(zoned, naive) == {"mixed_time_zones": 1}
    assert codes(zoned, zoned) == {}
    assert codes(naive, naive) == {}


def test_every_format_may_stand_in_one_column():
    values = ["2026-03-01", "01.03.2026", "1772323200", "2026-03-01T02:00:00+02:00", None, "x"]
    assert cleaned(*values) == [at(2026, 3, 1)] * 4 + [None, None]
    assert codes(*values[:4], "x") == {
        "epoch_time": 1,
        "local_date": 1,
        "mixed_time_zones": 2,
        "unreadable_time": 1,
    }


@pytest.mark.parametrize(
    ("values", "moment"),
    [
        (pl.Series([date(2026, 3, 1)]), at(2026, 3, 1)),
        (pl.Series([datetime(2026, 3, 1, 9)]), at(2026, 3, 1, 9)),  # noqa: DTZ001
        (pl.Series([datetime(2026, 3, 1, 9)]).cast(pl.Datetime("ns")), at(2026, 3, 1, 9)),  # noqa: DTZ001
        (
            pl.Series(
                [datetime(2026, 3, 1, 9, tzinfo=timezone(timedelta(0)))]
            ).dt.convert_time_zone("Europe/Berlin"),
            at(2026, 3, 1, 9),
        ),
        (pl.Series([1772373909]), at(2026, 3, 1, 14, 5, 9)),
        (pl.Series([1772373909.0]), at(2026, 3, 1, 14, 5, 9)),
        (pl.Series([20260301]), at(2026, 3, 1)),
    ],
)
def test_typed_columns_are_read_by_their_type(values, moment):
    done = clean_times(values.alias("timestamp")).values
    assert done.to_list() == [moment]
    assert done.dtype == pl.Datetime("us", "UTC")


def test_a_day_into_the_future_is_a_warning_and_more_is_a_reject():
    as_of = at(2026, 3, 1)
    times = pl.Series(
        "timestamp", [as_of, as_of + timedelta(days=1), as_of + timedelta(days=1, seconds=1), None]
    )
    late, soon = future_marks(times, as_of)
    assert (late.kind, late.rows.to_list()) == ("reject", [False, False, True, False])
    assert (soon.kind, soon.rows.to_list()) == ("warning", [False, True, False, False])
