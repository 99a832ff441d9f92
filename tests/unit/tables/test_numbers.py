"""Numbers of every house style mean the same amount."""

from __future__ import annotations

import polars as pl
import pytest

from penchant.tables.numbers import (
    clean_age,
    clean_money,
    clean_numbers,
    clean_quantity,
    clean_trust,
)


def cleaned(*values: str | None) -> list[float | None]:
    return clean_numbers(pl.Series("price", values)).values.to_list()


def codes(*values: str | None) -> dict[str, int]:
    marks = clean_numbers(pl.Series("price", values)).marks
    return {mark.code: int(mark.rows.sum()) for mark in marks}


@pytest.mark.parametrize(
    ("raw", "number"),
    [
        ("12.5", 12.5),
        ("1.234,56", 1234.56),
        ("1.234.567,8", 1234567.8),
        ("1,234.56", 1234.56),
        ("1.234.567", 1234567.0),
        ("1,234,567", 1234567.0),
        ("12,5 €", 12.5),
        ("€12,50", 12.5),
        ("EUR 15.00", 15.0),
        ("15.00 EUR", 15.0),
        ("$1,299.00", 1299.0),
        ("-$5.00", -5.0),
        ("1'234.50", 1234.5),
        ("CHF 1’234’567.50", 1234567.5),
        ("1 234,56", 1234.56),
        ("1\u00a0234,56 zł", 1234.56),
        ("12,- €", 12.0),
        ("12,–", 12.0),
        (",5", 0.5),
        (".5", 0.5),
        ("0,125", 0.125),
        ("1e3", 1000.0),
        (" 7 ", 7.0),
    ],
)
def test_a_number_is_read_in_the_format_it_shows(raw, number):
    assert cleaned(raw) == [number]


@pytest.mark.parametrize(
    "raw", ["free", "12,5,5", "1.2.3", "12 or 13", "1-2", "€", "--5", "5 kg x"]
)
def test_what_is_no_number_becomes_null_and_is_counted(raw):
    assert cleaned(raw) == [None]
    assert codes(raw) == {"not_a_number": 1}


def test_the_column_decides_what_three_digits_after_a_mark_mean():
    assert cleaned("1.500", "12,50") == [1500.0, 12.5]
    assert codes("1.500", "12,50") == {"number_format": 2}
    assert cleaned("1,500", "12.50") == [1500.0, 12.5]
    assert cleaned("1.500", "12.50") == [1.5, 12.5]
    assert cleaned("1,500", "12,50") == [1.5, 12.5]


def test_a_single_odd_cell_does_not_turn_a_column():
    assert cleaned("12.50", "13.50", "1,50", "1,234") == [12.5, 13.5, 1.5, 1234.0]
    assert codes("12.50", "13.50", "1,50", "1,234")["ambiguous_number"] == 1


def test_a_column_of_three_decimals_only_is_read_as_written_and_warned_about():
    assert cleaned("1.234", "2.500") == [1.234, 2.5]
    assert codes("1.234", "2.500") == {"ambiguous_number": 2}
    assert codes("1.234", "2.5") == {}


@pytest.mark.parametrize("word", ["inf", "-inf", "Infinity", "NAN"])
def test_infinite_words_become_null_and_are_counted(word):
    assert cleaned(word, "1") == [None, 1.0]
    assert codes(word, "1,5") == {"not_finite": 1, "number_format": 1}


def test_infinite_and_nan_floats_become_null_and_are_counted():
    done = clean_numbers(pl.Series("price", [float("inf"), float("nan"), 1.0, None]))
    assert done.values.to_list() == [None, None, 1.0, None]
    assert [int(mark.rows.sum()) for mark in done.marks] == [2]


def test_integers_become_floats_without_a_finding():
    done = clean_numbers(pl.Series("price", [1, None]))
    assert (done.values.to_list(), done.values.dtype, done.marks) == ([1.0, None], pl.Float64, ())


def test_negative_amounts_become_null_and_zero_stays():
    done = clean_money(pl.Series("price", ["-1", "0", "2"]))
    assert done.values.to_list() == [None, 0.0, 2.0]
    assert [(mark.code, mark.rows.to_list()) for mark in done.marks] == [
        ("negative_price", [True, False, False])
    ]


@pytest.mark.parametrize(
    ("clean", "inside", "outside"),
    [
        (clean_age, [0, 120], [-1, 121]),
        (clean_trust, [0, 1], [-0.1, 1.1]),
        (clean_quantity, [0], [-1]),
    ],
)
def test_values_outside_their_range_become_null(clean, inside, outside):
    done = clean(pl.Series("x", [*map(float, inside), *map(float, outside)]))
    assert done.values.to_list() == [*map(float, inside), *[None] * len(outside)]
    assert int(done.marks[0].rows.sum()) == len(outside)


def test_an_empty_column_stays_empty():
    assert cleaned() == []
    assert cleaned(None, "") == [None, None]
