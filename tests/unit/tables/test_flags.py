"""Yes and no are understood in several languages."""

from __future__ import annotations

import polars as pl
import pytest

from penchant.tables.flags import clean_consents, clean_flags


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


@pytest.mark.parametrize(
    "word",
    ["revoked", "Withdrawn", "opted out", "opt-out", "OPT_OUT", "opted-out", "widerrufen", "non",
     "abgelehnt", "nein", "refused", "denied", "declined", "no consent", "not granted", "-", "0"],
)  # fmt: skip
def test_a_refused_consent_is_understood_in_many_words(word):
    done = clean_consents(pl.Series("personalization_consent", [word]))
    assert done.values.to_list() == [False]
    assert done.marks == ()


@pytest.mark.parametrize("word", ["yes", "Opt-in", "opted in", "granted", "zugestimmt", "1.0", "x"])
def test_a_given_consent_is_understood_in_many_words(word):
    done = clean_consents(pl.Series("personalization_consent", [word]))
    assert done.values.to_list() == [True]
    assert done.marks == ()


def test_an_unknown_consent_is_a_no_and_only_a_blank_says_nothing():
    done = clean_consents(pl.Series("marketing_consent", ["perhaps", "", None, "yes", "10", "-1"]))
    assert done.values.to_list() == [False, None, None, True, False, False]
    assert [(m.kind, m.code, m.rows.to_list()) for m in done.marks] == [
        ("warning", "unknown_consent", [True, False, False, False, True, True])
    ]
    assert clean_consents(pl.Series([True, None, False])).values.to_list() == [True, None, False]
