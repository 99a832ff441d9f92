"""Ids keep what the shop wrote and lose what spreadsheets and frames added."""

from __future__ import annotations

import polars as pl
import pytest

from penchant.tables.ids import MAX_ID_CHARS, clean_ids


def cleaned(*values: object) -> list[str | None]:
    return clean_ids(pl.Series("product_id", list(values))).values.to_list()


def codes(*values: object) -> dict[str, int]:
    marks = clean_ids(pl.Series("product_id", list(values))).marks
    return {mark.code: int(mark.rows.sum()) for mark in marks}


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("597941.0", "597941"),
        ("597941.000", "597941"),
        ("0.0", "0"),
        ("-5.0", "-5"),
        ("1.449508e+09", "1449508000"),
        ("1.449508E+09", "1449508000"),
        ("1.449508e9", "1449508000"),
        ("1.20e+1", "12"),
        ("5e+3", "5000"),
        ("9.007199254740993e+15", "9007199254740993"),
    ],
)
def test_whole_numbers_written_as_floats_become_ids_again(raw, clean):
    assert cleaned(raw) == [clean]
    assert codes(raw)["float_id"] == 1


def test_scientific_notation_is_warned_about_because_digits_may_be_gone():
    assert codes("1.449508e+09", "5.0", "a") == {"float_id": 2, "rounded_id": 1}
    assert codes("5.0", "a") == {"float_id": 1}


@pytest.mark.parametrize(
    "raw",
    [
        "007",
        "007.0",
        "A1.0",
        "1E5",
        "1e5",
        "1.5",
        "1.23e+1",
        "0x10",
        "12-0",
        "1.0.0",
        "a b",
        "=1+1",
    ],
)
def test_ids_that_only_look_like_numbers_stay(raw):
    assert cleaned(raw) == [raw]
    assert codes(raw) == {}


def test_dotted_codes_stay_where_most_of_the_column_has_real_fractions():
    assert cleaned("1.0", "1.1", "1.2") == ["1.0", "1.1", "1.2"]
    assert cleaned("1.0", "2.0", "3.5") == ["1", "2", "3.5"]


def test_float_columns_become_whole_ids():
    values = pl.Series("product_id", [597941.0, None, 1449508000.0])
    assert clean_ids(values).values.to_list() == ["597941", None, "1449508000"]


def test_integer_columns_become_text_without_a_finding():
    done = clean_ids(pl.Series("product_id", [7, None]))
    assert done.values.to_list() == ["7", None]
    assert done.marks == ()


@pytest.mark.parametrize("raw", ["", "  ", "NaN", "nan", "None", "<NA>", "\x00", "\u200b"])
def test_blank_ids_become_null(raw):
    assert cleaned(raw, "x") == [None, "x"]


def test_spaces_around_ids_go_and_are_counted():
    assert cleaned(" a ", "b\u00a0", "c d") == ["a", "b", "c d"]
    assert codes(" a ", "b\u00a0", "c d") == {"id_spaces": 2}


def test_control_characters_go_and_are_counted():
    assert cleaned("a\x00b", "c\u200bd", "\ufeffe") == ["ab", "cd", "e"]
    assert codes("a\x00b", "c\u200bd", "e") == {"control_characters": 2}


def test_the_spreadsheet_text_trick_is_undone():
    assert cleaned('="00123"', "00124") == ["00123", "00124"]
    assert codes('="00123"', "00124") == {"excel_text": 1}


def test_ids_over_the_limit_are_rejected_and_those_at_it_are_not():
    done = clean_ids(pl.Series("product_id", ["x" * MAX_ID_CHARS, "x" * (MAX_ID_CHARS + 1)]))
    (mark,) = done.marks
    assert (mark.kind, mark.code, mark.rows.to_list()) == ("reject", "long_id", [False, True])
