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
_CONSENT_YES = (
    "agreed agree accepted accept allowed allow approved consented consent given optin optedin "
    "active subscribed confirmed enabled zugestimmt erteilt einverstanden akzeptiert oui accepté"
)
_CONSENT_NO = (
    "denied deny refused refuse rejected reject declined decline revoked revoke withdrawn withdraw "
    "cancelled canceled disallowed disabled inactive unsubscribed none notgiven notgranted "
    "noconsent optout optedout widerrufen abgelehnt verweigert entzogen zurückgezogen refusé "
    "retiré rifiutato revocato rechazado"
)
_WORDS = {**dict.fromkeys(_YES, True), **dict.fromkeys(_NO, False)}
_CONSENT_WORDS = {
    **_WORDS,
    **dict.fromkeys(_CONSENT_YES.split(), True),
    **dict.fromkeys(_CONSENT_NO.split(), False),
}
_BETWEEN_WORDS = r"[\s_\-./]+"


def flag_of(word: str) -> bool | None:
    """Read one yes or no; None for a word that is neither.

    Args:
        word: Any case, spaces around it do not matter.

    Example:
        >>> flag_of(" Ja "), flag_of("maybe")
        (True, None)
    """
    return _WORDS.get(word.strip().lower())


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


def clean_consents(values: pl.Series) -> Repaired:
    """Give Boolean values; a word that is not known refuses, only a blank says nothing.

    Case, spaces, dashes and underscores inside a word do not matter.

    Example:
        >>> clean_consents(pl.Series("consent", ["Opted out", "ja", "hm", ""])).values.to_list()
        [False, True, False, None]
    """
    if values.dtype == pl.Boolean:
        return Repaired(values)
    text = stripped(values)
    low = text.str.to_lowercase()
    flags = _looked_up(low)
    # the sign of a number such as -1 is no dash between words
    words = low.set(low.str.contains(r"\d").fill_null(value=True), None)
    joined = _looked_up(words.str.replace_all(_BETWEEN_WORDS, ""))
    flags = flags.zip_with(flags.is_not_null(), joined)
    odd = text.is_not_null() & flags.is_null()
    message = f"{values.name}: neither yes nor no; read as no, for only a clear yes is a consent."
    refused = flags.zip_with(~odd, pl.repeat(value=False, n=len(odd), eager=True, dtype=pl.Boolean))
    return Repaired(refused, marks_of(Mark("warning", "unknown_consent", message, odd)))


def _looked_up(text: pl.Series) -> pl.Series:
    return text.replace_strict(_CONSENT_WORDS, default=None, return_dtype=pl.Boolean)
