"""Ids are the shop's own strings: only what a spreadsheet or a frame did to them is undone.

"597941.0" and "1.449508e+09" become "597941" and "1449508000" again; "007", "A-1.0" and "1E5" stay.
"""

from __future__ import annotations

import polars as pl

from penchant.tables.repair import Mark, Repaired, as_text, changed, marks_of, stripped

MAX_ID_CHARS = 512
"""Longer ids are rejected: they are free text or an attack, and bloat every file they are in."""

_SPACES = "spaces around ids were removed."
_CONTROLS = "control characters were removed."
_EXCEL = '="..." around ids was removed.'
_FLOATS = "ids written as decimals were made whole."
_ROUNDED = "ids in scientific notation may have lost digits; export this column as text."
_LONG = f"the id is too long, at most {MAX_ID_CHARS} characters are allowed."

_DECIMAL = r"^-?(?:0|[1-9]\d*)\.0+$"
_FRACTION = r"^-?\d+\.\d*[1-9]\d*$"
# needs a point or a plus sign: "1E5" alone may well be an article number
_SCIENTIFIC = r"^([1-9])(?:\.(\d+))?[eE]\+?(\d{1,2})$"
_SCIENTIFIC_MARK = r"^[1-9](?:\.\d+[eE]\+?|[eE]\+)\d{1,2}$"
_EXCEL_TEXT = r'^="(.*)"$'
_CONTROL = r"[\p{Cc}\p{Cf}]"


def clean_ids(values: pl.Series) -> Repaired:
    r"""Give ids as text without the traces of floats, spreadsheets and stray characters.

    Whether "12.0" is a spoilt 12 or a dotted code is decided for the column: where most dotted ids
    have a real fraction ("12.5"), all stay as they are.

    Args:
        values: The raw column, of any dtype.

    Returns:
        Text ids in the same order, null where blank, with the marks `id_spaces`,
        `control_characters`, `excel_text`, `float_id` (repairs), `rounded_id` (warning: digits may
        be lost for good) and `long_id` (reject).

    Example:
        >>> ids = pl.Series("product_id", ["597941.0", "1.449508e+09", "007", " a\x00b "])
        >>> clean_ids(ids).values.to_list()
        ['597941', '1449508000', '007', 'ab']
    """
    name = values.name
    if values.dtype.is_integer():
        return Repaired(values.cast(pl.String))
    raw = as_text(values)
    text = stripped(raw)
    spaces = changed(raw.set(text.is_null(), None), text)
    text, control = _without_control(text)
    text, excel = _without_excel_marks(text)
    whole, floats = _without_floats(text)
    rounded = floats & text.str.contains("[eE]").fill_null(value=False) if floats.any() else floats
    long = (whole.str.len_chars() > MAX_ID_CHARS).fill_null(value=False)
    return Repaired(
        whole,
        marks_of(
            Mark("repair", "id_spaces", f"{name}: {_SPACES}", spaces),
            Mark("repair", "control_characters", f"{name}: {_CONTROLS}", control),
            Mark("repair", "excel_text", f"{name}: {_EXCEL}", excel),
            Mark("repair", "float_id", f"{name}: {_FLOATS}", floats),
            Mark("warning", "rounded_id", f"{name}: {_ROUNDED}", rounded),
            Mark("reject", "long_id", f"{name}: {_LONG}", long),
        ),
    )


def _without_control(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    hit = text.str.contains(_CONTROL).fill_null(value=False)
    if not hit.any():
        return text, hit
    return stripped(text.str.replace_all(_CONTROL, "")), hit


def _without_excel_marks(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    hit = text.str.starts_with('="').fill_null(value=False) & text.str.contains(_EXCEL_TEXT)
    hit = hit.fill_null(value=False)
    if not hit.any():
        return text, hit
    return stripped(text.str.replace(_EXCEL_TEXT, "${1}")), hit


def _without_floats(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    decimal = text.str.contains(_DECIMAL).fill_null(value=False)
    scientific = text.str.contains(_SCIENTIFIC_MARK).fill_null(value=False)
    if not (decimal.any() or scientific.any()):
        return text, decimal
    if int(text.str.contains(_FRACTION).sum()) > int(decimal.sum()) + int(scientific.sum()):
        return text, decimal & False
    whole = text.str.replace(r"\.0+$", "").zip_with(decimal, text)
    if scientific.any():
        whole = _expanded(text).zip_with(scientific, whole)
    return whole, changed(text, whole)


def _expanded(text: pl.Series) -> pl.Series:
    """Write "1.449508e+09" in full, digit by digit; leave alone what is not a whole number."""
    parts = pl.select(
        text=text,
        first=text.str.extract(_SCIENTIFIC, 1),
        rest=text.str.extract(_SCIENTIFIC, 2).fill_null(""),
        power=text.str.extract(_SCIENTIFIC, 3).cast(pl.Int64, strict=False),
    )
    rest = pl.col("rest").str.strip_chars_end("0")
    zeros = pl.col("power") - rest.str.len_chars().cast(pl.Int64)
    padding = pl.lit("0" * 99).str.slice(0, pl.max_horizontal(zeros, 0))
    full = pl.concat_str("first", rest, padding)
    return parts.select(pl.when(zeros >= 0).then(full).otherwise("text")).to_series()
