"""Yes and no, in the words shops use."""

from __future__ import annotations

import polars as pl

from penchant.tables.repair import Mark, Repaired, marks_of, stripped

_YES = (
    "true",
    "yes",
    "y",
    "1",
    "1.0",
    "t",
    "on",
    "x",
    "ja",
    "j",
    "wahr",
    "oui",
    "si",
    "sí",
    "granted",
)
_NO = ("false", "no", "n", "0", "0.0", "f", "off", "nein", "falsch", "non", "denied", "-")
_WORDS = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}


def clean_flags(values: pl.Series) -> Repaired:
    """Give Boolean values, null where the word is not known.

    Example:
        >>> clean_flags(pl.Series("is_gift", ["ja", "0", "maybe", ""])).values.to_list()
        [True, False, None, None]
    """
    if values.dtype == pl.Boolean:
        return Repaired(values)
    text = stripped(values)
    flags = text.str.to_lowercase().replace_strict(_WORDS, default=None, return_dtype=pl.Boolean)
    odd = text.is_not_null() & flags.is_null()
    message = f"{values.name}: neither yes nor no; the value was left out."
    return Repaired(flags, marks_of(Mark("repair", "not_a_flag", message, odd)))
