"""Currencies: as a column of their own, and as written next to a price."""

from __future__ import annotations

import polars as pl

from penchant.tables.repair import Mark, Repaired, marks_of, stripped

_SYMBOLS = {
    "€": "EUR",
    "$": "USD",
    "£": "GBP",
    "¥": "JPY",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "ZŁ": "PLN",
    "KČ": "CZK",
    "FR": "CHF",
    "FR.": "CHF",
}
_CODE = r"^[A-Z]{3}$"
_BEFORE = r"^-?\s*([A-Za-z]{3}|[€$£¥₹₽₺]|zł|Kč|Fr\.?)\s*-?\d"
_AFTER = r"\d(?:[.,]\s*[-–—]{1,2})?\s*([A-Za-z]{3}|[€$£¥₹₽₺]|zł|Kč|Fr\.?)$"


def currency_codes(prices: pl.Series) -> pl.Series:
    """Give the ISO code of the currency written in each price, null where there is none.

    Example:
        >>> currency_codes(pl.Series(["12,5 €", "EUR 15.00", "$1,299.00", "7"])).to_list()
        ['EUR', 'EUR', 'USD', None]
    """
    if prices.dtype != pl.String:
        return pl.Series(prices.name, [None] * len(prices), dtype=pl.String)
    text = stripped(prices)
    found = text.str.extract(_BEFORE, 1)
    return _coded(found.zip_with(found.is_not_null(), text.str.extract(_AFTER, 1)))


def clean_currency(values: pl.Series) -> Repaired:
    """Give ISO codes in upper case; symbols become codes, anything else stays and is warned about.

    Example:
        >>> clean_currency(pl.Series("currency", ["eur", "€", "gold"])).values.to_list()
        ['EUR', 'EUR', 'GOLD']
    """
    codes = _coded(stripped(values))
    odd = (~codes.str.contains(_CODE)).fill_null(value=False)
    message = f"{values.name}: not a three-letter currency code; the value was kept."
    return Repaired(codes, marks_of(Mark("warning", "unknown_currency", message, odd)))


def _coded(found: pl.Series) -> pl.Series:
    upper = found.str.to_uppercase()
    return upper.replace(_SYMBOLS)
