"""The campaign command: rows to a file, a summary for people and for machines."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl

import penchant


def test_everyone_gets_new_arrivals_in_a_file(desk: Any, own_shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "mail.parquet"
    shown = desk.run("campaign", own_shop, "--out", path, "-k", 3, "--json")
    assert shown.code == 0
    said, rows = shown.json, pl.read_parquet(path)
    assert said["file"] == str(path)
    assert (said["rows"], said["customers"]) == (rows.height, rows["customer_id"].n_unique())
    assert said["skipped"] == {"no_marketing_consent": 0, "nothing_eligible": 0}
    slate = penchant.open(own_shop).recommend("WARM", surface="new_arrivals", k=3)
    mine = rows.filter(pl.col("customer_id") == "WARM")
    assert mine["product_id"].to_list() == list(slate.product_ids)
    assert mine["reason_text"].to_list() == [slot.reason.text for slot in slate.slots]


def test_people_are_told_what_was_written(desk: Any, own_shop: Path, tmp_path: Path) -> None:
    path = tmp_path / "pages.csv"
    words = ("--surface", "homepage", "--everyone", "--as-of", "2026-06-30", "-k", 2)
    shown = desk.run("campaign", own_shop, "--out", path, *words)
    assert (shown.code, shown.out) == (0, "")
    assert f"{path}: {pl.read_csv(path).height} slots for" in shown.err
    assert "by step: " in shown.err


def test_a_wrong_file_or_audience_is_refused(desk: Any, own_shop: Path, tmp_path: Path) -> None:
    shown = desk.run("campaign", own_shop, "--out", tmp_path / "mail.xlsx")
    assert (shown.code, "must end in .parquet or .csv" in shown.err) == (2, True)
    shown = desk.run("campaign", own_shop, "--out", tmp_path / "mail.csv", "--everyone")
    assert (shown.code, "new_arrivals is an e-mail" in shown.err) == (2, True)
    assert not list(tmp_path.glob("mail*"))
