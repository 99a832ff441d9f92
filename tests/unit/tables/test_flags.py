"""Yes and no are understood in several languages."""

from __future__ import annotations

import polars as pl
import pytest

from penchant.tables.flags import clean_flags


@pytest.mark.parametrize(
    ("raw", "flag"),
    [("yes", True), ("1", True), ("True", True), ("ja", True), ("1.0", True), ("no", False),
     ("0", False), ("FALSE", False), ("nein", False), ("", None)],
)  # fmt: skip
def test_a_word_is_yes_or_no(raw, flag):
    assert clean_flags(pl.Series("is_gift", [raw])).values.to_list() == [flag]


def test_numbers_and_booleans_are_flags_too():
    assert clean_flags(pl.Series([1, 0, None])).values.to_list() == [True, False, None]
    assert clean_flags(pl.Series([1.0, 0.0])).values.to_list() == [True, False]
    assert clean_flags(pl.Series([True, None])).values.to_list() == [True, None]


def test_other_words_become_null_and_are_counted():
    done = clean_flags(pl.Series("is_gift", ["maybe", "yes", None]))
    assert done.values.to_list() == [None, True, None]
    assert [(m.code, m.rows.to_list()) for m in done.marks] == [
        ("not_a_flag", [True, False, False])
    ]
