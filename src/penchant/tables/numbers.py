"""Numbers as shops write them: "1.234,56", "12,5 €", "EUR 15.00", "$1,299.00", "1'234.50".

Whether a comma is a decimal mark is decided for a column, from its unambiguous cells, never for one
cell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import polars as pl

from penchant.tables.repair import Mark, Repaired, changed, marks_of, stripped

MOST_AMOUNT: Final = 1e12
"""What no order is worth, in any currency."""

_NOT_FINITE_WORDS = ("nan", "inf", "-inf", "+inf", "infinity", "-infinity", "+infinity")
_CURRENCY = r"(?:[A-Za-z]{3}|[€$£¥₹₽₺]|zł|Kč|Fr\.?)"
_AROUND = rf"^(-?)\s*{_CURRENCY}\s*|\s*{_CURRENCY}$"
_ROUND_SUM = r"[.,]\s*[-–—]{1,2}$"
_GAPS = r"(\d)[\s'’](\d{3})"
_COMMA_DECIMAL = (
    r"^[-+]?(?:\d*|\d{1,3}(?:\.\d{3})+)(?:,\d{1,2}|,\d{4,})$"
    r"|^[-+]?\d{1,3}(?:\.\d{3})+,\d+$|^[-+]?0,\d+$"
)
_POINT_DECIMAL = (
    r"^[-+]?(?:\d*|\d{1,3}(?:,\d{3})+)(?:\.\d{1,2}|\.\d{4,})$"
    r"|^[-+]?\d{1,3}(?:,\d{3})+\.\d+$|^[-+]?0\.\d+$"
)
_GROUPED = r"^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$"
_TWO_GROUPS_POINT = r"^[-+]?\d{1,3}(?:\.\d{3}){2,}$"
_TWO_GROUPS_COMMA = r"^[-+]?\d{1,3}(?:,\d{3}){2,}$"
_AMBIGUOUS = r"^[-+]?[1-9]\d{0,2}[.,]\d{3}$"


def clean_numbers(values: pl.Series) -> Repaired:
    """Give numbers as Float64, with null for what is not one.

    Args:
        values: The raw column: text of any house style, or already numbers.

    Returns:
        Finite Float64 values in the same order, with the marks `number_format` (repair),
        `not_finite` and `not_a_number` (repairs to null) and `ambiguous_number` (warning).

    Example:
        >>> clean_numbers(pl.Series("price", ["1.234,56", "12,5 €", "1.500"])).values.to_list()
        [1234.56, 12.5, 1500.0]
    """
    if values.dtype.is_numeric() or values.dtype == pl.Boolean:
        return _finite(values, values.cast(pl.Float64))
    text = stripped(values)
    plain = text.cast(pl.Float64, strict=False)
    if plain.null_count() == text.null_count():
        repaired = _finite(values, plain)
        return Repaired(repaired.values, repaired.marks + _grouping_warning(values.name, text))
    return _parsed(values, text, plain)


def clean_money(values: pl.Series) -> Repaired:
    """Clean numbers and turn negative amounts into null; 0 stays."""
    return _bounded(
        clean_numbers(values), lambda v: v < 0, "negative_price", "negative amounts were left out"
    )


def clean_amount(values: pl.Series) -> Repaired:
    """Clean numbers of either sign, as refunds have one below 0; what is beyond all is null."""
    return _bounded(
        clean_numbers(values),
        lambda v: v.abs() > MOST_AMOUNT,
        "impossible_amount",
        f"beyond {MOST_AMOUNT:,.0f}, which no order is worth",
    )


def clean_quantity(values: pl.Series) -> Repaired:
    """Clean numbers and turn negative quantities into null; 0 stays."""
    return _bounded(
        clean_numbers(values), lambda v: v < 0, "negative_quantity", "negative values were left out"
    )


def clean_age(values: pl.Series) -> Repaired:
    """Clean numbers and turn ages outside 0..120 years into null."""
    return _bounded(
        clean_numbers(values),
        lambda v: (v < 0) | (v > 120),
        "impossible_age",
        "ages outside 0 to 120 years were left out",
    )


def clean_trust(values: pl.Series) -> Repaired:
    """Clean numbers and turn values outside 0..1 into null."""
    return _bounded(
        clean_numbers(values),
        lambda v: (v < 0) | (v > 1),
        "trust_out_of_range",
        "values outside 0 to 1 were left out",
    )


def _bounded(
    repaired: Repaired, outside: Callable[[pl.Series], pl.Series], code: str, what: str
) -> Repaired:
    hit = outside(repaired.values).fill_null(value=False)
    mark = Mark("repair", code, f"{repaired.values.name}: {what}.", hit)
    return Repaired(repaired.values.set(hit, None), repaired.marks + marks_of(mark))


def _finite(values: pl.Series, numbers: pl.Series) -> Repaired:
    hit = ~numbers.is_finite().fill_null(value=True)
    mark = Mark(
        "repair", "not_finite", f"{values.name}: infinite or NaN values were left out.", hit
    )
    return Repaired(numbers.set(hit, None), marks_of(mark))


def _parsed(values: pl.Series, text: pl.Series, plain: pl.Series) -> Repaired:
    name = values.name
    amounts, unsure = _amounts(_bare(text))
    amounts = amounts.alias(name)
    infinite = text.str.to_lowercase().is_in(_NOT_FINITE_WORDS).fill_null(value=False)
    failed = text.is_not_null() & amounts.is_null() & ~infinite
    restyled = amounts.is_not_null() & changed(plain, amounts)
    left_out = "were left out."
    return Repaired(
        amounts,
        marks_of(
            Mark("repair", "number_format", f"{name}: read in the shop's number format.", restyled),
            Mark("repair", "not_finite", f"{name}: infinite or NaN values {left_out}", infinite),
            Mark("repair", "not_a_number", f"{name}: values that are no number {left_out}", failed),
            _ambiguous_mark(name, unsure),
        ),
    )


def _amounts(bare: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Read bare amounts in the column's style; the second answer marks those in doubt."""
    comma, point = _style_evidence(bare)
    ambiguous = bare.str.contains(_AMBIGUOUS).fill_null(value=False)
    comma_style = bool(comma.sum() > point.sum())
    as_comma = comma | (ambiguous & comma_style)
    # a comma that does not group thousands makes no English number: "12,5,5" is not 1255
    odd = bare.str.contains(",", literal=True) & ~bare.str.contains(_GROUPED)
    english = bare.str.replace_all(",", "", literal=True).set(odd.fill_null(value=False), None)
    german = bare.str.replace_all(".", "", literal=True).str.replace_all(",", ".", literal=True)
    amounts = german.zip_with(as_comma, english).cast(pl.Float64, strict=False)
    # the cast also takes words such as "inf"
    word = ~bare.str.contains(r"^[-+]?[.,]?\d").fill_null(value=False)
    amounts = amounts.set(word | ~amounts.is_finite().fill_null(value=True), None)
    contested = comma.any() == point.any()
    return amounts, ambiguous & contested


def _bare(text: pl.Series) -> pl.Series:
    """Cut currency, round-sum dashes and the gaps between thousands."""
    bare = text.str.replace_all(_AROUND, "${1}").str.replace(_ROUND_SUM, "").str.strip_chars()
    # twice: matches do not overlap, so "1 234 567" loses every second gap at a time
    for _ in range(2):
        bare = bare.str.replace_all(_GAPS, "${1}${2}")
    return bare


def _style_evidence(bare: pl.Series) -> tuple[pl.Series, pl.Series]:
    comma = bare.str.contains(_COMMA_DECIMAL) | bare.str.contains(_TWO_GROUPS_POINT)
    point = bare.str.contains(_POINT_DECIMAL) | bare.str.contains(_TWO_GROUPS_COMMA)
    return comma.fill_null(value=False), point.fill_null(value=False)


def _grouping_warning(name: str, text: pl.Series) -> tuple[Mark, ...]:
    """Warn when every fraction has three digits: "1.234" may be one thousand or a bit over one."""
    pointed = text.str.contains(".", literal=True).fill_null(value=False)
    grouped = text.str.contains(_AMBIGUOUS).fill_null(value=False)
    if not pointed.any() or not (pointed == grouped).all():
        return ()
    return marks_of(_ambiguous_mark(name, grouped))


def _ambiguous_mark(name: str, rows: pl.Series) -> Mark:
    message = f"{name}: the last three digits may be thousands or decimals; check these values."
    return Mark("warning", "ambiguous_number", message, rows)
