"""Mentions: a person is found as tables, texts and files spell them, and nobody else is."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from penchant.privacy.in_inbox import names_in
from penchant.privacy.mentions import Mentions, id_header

MANY = Mentions.of(["C-17", "12", "=1+1", 'Größe, "x"', "1449508000", "a.bc"])


@pytest.mark.parametrize(
    ("cell", "name"),
    [
        ("C-17", "C-17"), (" C-17 ", "C-17"), ("C-171", None), ("12.0", "12"), ("120", None),
        ("'=1+1", "=1+1"), ("1.449508e+09", "1449508000"), ('="C-17"', "C-17"),
        ("C\u200b-17", "C-17"), ("", None), (None, None),
    ],
)  # fmt: skip
def test_cells_of_ids(cell: str | None, name: str | None) -> None:
    assert MANY.in_ids(pl.Series("id", [cell], pl.String)).to_list() == [name]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("order of C-17.", "C-17"), ("C-17", "C-17"), ("(C-17)", "C-17"), ("C-17b", None),
        ("XC-17", None), ("C-17-2", None), ("C-17.5", None), ('"C-17": twice', "C-17"),
        ("number 12 of it", None), ('the "Größe, "x"" here', 'Größe, "x"'), ("is a.bc?", "a.bc"),
        ("is axbc?", None), (None, None),
    ],
)  # fmt: skip
def test_texts(text: str | None, name: str | None) -> None:
    assert MANY.in_texts(pl.Series([text], dtype=pl.String)).to_list() == [name]


def test_many_persons_at_once() -> None:
    names = [f"person-{number}" for number in range(450)]
    texts = pl.Series([f"see {name}, please" for name in names])
    assert Mentions.of(names).in_texts(texts).to_list() == names
    assert Mentions.of([]).in_texts(texts).null_count() == 450


def test_examples_show_long_ids_cut_short() -> None:
    name = "x" * 60
    assert Mentions.of([name]).in_example('line 3: "' + "x" * 40 + '…" -> ""') == name
    assert Mentions.of([name]).in_example('line 3: "xxx"') is None


def test_the_header_of_ids_is_the_tables_own_or_an_alias() -> None:
    assert id_header("orders", ["id", "Kundennummer", "bestelldatum"], {}) == "Kundennummer"
    assert id_header("orders", ["id", "who", "date"], {"who": "customer_id"}) == "who"
    assert id_header("orders", ["id", "who"], {}) is None


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_raw_files_of_any_coding(tmp_path: Path, coding: str) -> None:
    file = tmp_path / "interactions.csv"
    header = "customer_id;product_id;interaction_type;timestamp"
    file.write_text(f"{header}\nMüller;P1;view;2026-01-01\n", encoding=coding)
    assert names_in(file, file.name, Mentions.of(["Müller"]), {}) == {"Müller"}
    assert names_in(file, file.name, Mentions.of(["Mülle"]), {}) == frozenset()


def test_raw_files_with_broken_rows_or_without_the_column_or_no_table_at_all(
    tmp_path: Path,
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("order_id,customer_id,date\n1,A-1,2026-01-01\n2,B-22,x,y,z\n")
    assert names_in(file, file.name, Mentions.of(["B-22", "C-3"]), {}) == {"B-22"}
    file.write_text("order_id,who,date\n1,12,2026-01-01\n")
    assert names_in(file, file.name, Mentions.of(["12"]), {}) == {"12"}
    other = tmp_path / "notes.bin"
    other.write_bytes(b"\x00\xffB-22\xfe")
    assert names_in(other, other.name, Mentions.of(["B-22", "C-3"]), {}) == {"B-22"}
    other.write_bytes(b"")
    assert names_in(other, other.name, Mentions.of(["B-22"]), {}) == frozenset()
    products = tmp_path / "products.csv"
    products.write_text("product_id\nB-22\n")
    assert names_in(products, products.name, Mentions.of(["B-22"]), {}) == frozenset()
