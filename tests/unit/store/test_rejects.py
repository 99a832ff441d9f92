"""The file of rows set aside holds no formula, and everything else as it came."""

from __future__ import annotations

import csv
import io

import polars as pl
import pytest

from penchant.store.rejects import rejects_csv


def cells(*values: str | None) -> list[str]:
    text = rejects_csv(pl.DataFrame({"line": range(len(values)), "title": values})).decode()
    return [row[1] for row in csv.reader(io.StringIO(text, newline=""))][1:]


@pytest.mark.parametrize(
    "cell",
    ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", " =1", "\t=1", "\tx", "\rx", "＝1", "-", "=",
     "=1,2", '="a"', "=1\n2"],
)  # fmt: skip
def test_a_cell_that_would_run_begins_with_a_quote(cell: str) -> None:
    assert cells(cell, "ring") == [f"'{cell}", "ring"]


@pytest.mark.parametrize(
    "cell", ["-12.50", "+3", "-1.234,50", "-1e-3", "ring", "a=b", "", "'x", "2026-01-01", "1-2"]
)
def test_numbers_and_plain_texts_stay_as_they_are(cell: str) -> None:
    assert cells(cell) == [cell]


def test_headers_are_cells_too_and_blanks_stay_blank() -> None:
    frame = pl.DataFrame({"line": [3], "reason": ["blank id"], "=a": [None], "'=a": ["x,y"]})
    assert rejects_csv(frame).decode() == "line,reason,'=a,'=a\n3,blank id,,\"x,y\"\n"
    assert rejects_csv(frame.clear()).decode() == "line,reason,'=a,'=a\n"
