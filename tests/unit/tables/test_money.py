"""Currencies are found in prices and written as codes."""

from __future__ import annotations

import polars as pl
import pytest

from penchant.tables.money import clean_currency, currency_codes


@pytest.mark.parametrize(
    ("price", "code"),
    [
        ("12,5 €", "EUR"),
        ("€ 12,5", "EUR"),
        ("EUR 15.00", "EUR"),
        ("15.00 usd", "USD"),
        ("$1,299.00", "USD"),
        ("-$5", "USD"),
        ("£5", "GBP"),
        ("100 zł", "PLN"),
        ("Fr. 12", "CHF"),
        ("12,- €", "EUR"),
        ("15.00", None),
        ("free", None),
        ("", None),
        (None, None),
    ],
)
def test_the_currency_next_to_a_price_is_found(price, code):
    assert currency_codes(pl.Series("price", [price], dtype=pl.String)).to_list() == [code]


def test_numbers_have_no_currency():
    assert currency_codes(pl.Series("price", [1.0])).to_list() == [None]


def test_currency_columns_hold_codes_and_odd_words_are_warned_about():
    done = clean_currency(pl.Series("currency", ["eur", "$", "beads", None]))
    assert done.values.to_list() == ["EUR", "USD", "BEADS", None]
    assert [(m.kind, m.code, m.rows.to_list()) for m in done.marks] == [
        ("warning", "unknown_currency", [False, False, True, False])
    ]
