"""Rows set aside, as a CSV file that people open in a spreadsheet."""

from __future__ import annotations

import polars as pl

# what spreadsheets take for a formula, full-width letters included; a number is none
_FORMULA = r"^\s*[=+\-@\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}]|^[\t\r]"
_NUMBER = r"^\s*[+-]?\d[\d.,]*(?:[eE][+-]?\d+)?\s*$"


def rejects_csv(rejects: pl.DataFrame) -> bytes:
    r"""Write rejected rows as CSV in which no cell is a formula.

    A spreadsheet runs cells that begin with `=`, `+`, `-` or `@`; such cells get a single quote in
    front, headers too. Numbers such as -12.50 stay as they are.

    Args:
        rejects: As `read_table` gives them.

    Example:
        >>> rejects_csv(pl.DataFrame({"title": ["=1+1", "-2,5", "ring"]})).decode().split("\n")
        ['title', "'=1+1", '"-2,5"', 'ring', '']
    """
    # a row of its own: two headers may become the same word
    headers = pl.DataFrame(
        [rejects.columns],
        orient="row",
        schema=dict.fromkeys((f"column_{place}" for place in range(rejects.width)), pl.String()),
    )
    parts = (_harmless(one).write_csv(include_header=False) for one in (headers, rejects))
    return "".join(parts).encode()


def _harmless(frame: pl.DataFrame) -> pl.DataFrame:
    cells = pl.selectors.string()
    runs = cells.str.contains(_FORMULA) & ~cells.str.contains(_NUMBER)
    return frame.with_columns(pl.when(runs).then("'" + cells).otherwise(cells).name.keep())
