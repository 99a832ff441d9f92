"""Campaigns are remembered by where they were written, and nobody is in them who was forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pytest

import penchant
from penchant.campaign.record import campaign_files, record_campaign
from penchant.campaign.write import open_sink
from penchant.errors import BuildError
from penchant.privacy.campaigning import write_recorded
from penchant.privacy.erasing import forget_in_database
from penchant.privacy.in_campaigns import SCHEMAS, campaign_rows, remove_from_campaign
from penchant.privacy.mentions import Mentions
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store
from tests.peopled import AT, OTHER, PERSON


def test_the_command_and_the_nightly_run_remember_their_files(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    shop = ShopDirectory.open(own_shop)
    assert campaign_files(shop) == ()
    for name in ("a.csv", "a.csv", "b.parquet"):
        assert desk.run("campaign", own_shop, "--out", tmp_path / name).code == 0
    options = ("--to", "staging", "--as-of", "2026-07-01", "--campaign", tmp_path / "c ü.csv")
    assert desk.run("nightly", own_shop, *options).code == 0
    names = [tmp_path / name for name in ("a.csv", "b.parquet", "c ü.csv")]
    assert campaign_files(shop) == tuple(names)


def test_a_file_inside_the_shop_is_found_where_the_shop_is(own_shop: Path, tmp_path: Path) -> None:
    record_campaign(ShopDirectory.open(own_shop), own_shop / "out" / "a.csv", at=AT)
    moved = ShopDirectory.open(own_shop.rename(tmp_path / "moved"))
    assert campaign_files(moved) == (tmp_path / "moved" / "out" / "a.csv",)


def test_a_line_cut_short_hides_no_other(own_shop: Path, tmp_path: Path) -> None:
    shop = ShopDirectory.open(own_shop)
    record_campaign(shop, tmp_path / "a.csv", at=AT)
    record = own_shop / "campaigns.jsonl"
    record.write_text(record.read_text() + '{"at": "2026')
    record_campaign(shop, tmp_path / "b.csv", at=AT)
    assert campaign_files(shop) == (tmp_path / "a.csv", tmp_path / "b.csv")


def test_a_campaign_that_cannot_be_remembered_is_not_written(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    (own_shop / "campaigns.jsonl").mkdir()
    done = desk.run("campaign", own_shop, "--out", tmp_path / "a.csv")
    assert (done.code, (tmp_path / "a.csv").exists()) == (1, False)


@pytest.mark.parametrize("name", ["mail.csv", "mail.parquet"])
def test_who_asks_to_be_forgotten_while_it_is_written_is_left_out(
    shop: ShopDirectory, store: Store, tmp_path: Path, name: str
) -> None:
    campaign = penchant.open(shop.path).campaign()
    asked: list[object] = []

    def forget_once(*_: int) -> None:
        if not asked:
            asked.append(forget_in_database(store, PERSON, at=AT))

    summary = write_recorded(shop, store, campaign, tmp_path / name, at=AT, on_progress=forget_once)
    read = pl.read_csv if name.endswith("csv") else pl.read_parquet
    rows = read(tmp_path / name)
    assert PERSON not in rows["customer_id"].to_list()
    assert OTHER in rows["customer_id"].to_list()
    assert (summary.rows, summary.customers) == (len(rows), rows["customer_id"].n_unique())


@pytest.mark.parametrize("name", ["mail.csv", "mail.parquet"])
def test_rows_of_others_stay_as_they_are(shop: ShopDirectory, name: str) -> None:
    file = shop.path.parent / "mails" / name
    read = pl.read_csv if name.endswith("csv") else pl.read_parquet
    before, size = read(file), file.stat().st_size
    remove_from_campaign(file, Mentions.of([PERSON]).in_ids, lambda *_: None)
    assert read(file).equals(before.filter(pl.col("customer_id") != PERSON))
    assert file.stat().st_size < size
    content = file.read_bytes()
    remove_from_campaign(file, Mentions.of(["NOBODY"]).in_ids, lambda *_: None)
    assert file.read_bytes() == content


def test_texts_of_a_csv_survive_being_written_again(shop: ShopDirectory) -> None:
    file = shop.path.parent / "mails" / "mail.csv"
    lines = file.read_text().splitlines()
    odd = lines[1].split(",")
    odd[0], odd[11] = '"A ""quoted""\nname"', '"a, ""b""\nc"'
    file.write_text("\n".join([lines[0], ",".join(odd), *lines[2:]]) + "\n")
    before = file.read_text()
    remove_from_campaign(file, Mentions.of([PERSON]).in_ids, lambda *_: None)
    escaped = PERSON.replace('"', '""')
    kept = [one for one in before.split("\n") if not one.startswith(f'"{escaped}",')]
    assert file.read_text() == "\n".join(kept)


def test_a_file_that_is_no_campaign_any_more_is_left_alone(
    shop: ShopDirectory, tmp_path: Path
) -> None:
    notes: list[tuple[object, ...]] = []
    for name, content in (("a.csv", f"name\n{PERSON}\n"), ("b.csv", "")):
        (tmp_path / name).write_text(content)
        remove_from_campaign(
            tmp_path / name, Mentions.of([PERSON]).in_ids, lambda *told: notes.append(told)
        )
        assert (tmp_path / name).read_text() == content
    assert [one[0] for one in notes] == ["campaign_files_left"] * 2


def test_a_campaign_under_way_fails_where_it_may_hold_the_person(
    shop: ShopDirectory, tmp_path: Path
) -> None:
    file = tmp_path / "mail.csv"
    campaign = penchant.open(shop.path).campaign()
    write_recorded(shop, None, campaign, file, at=AT)

    def sweep(*_: int) -> None:
        remove_from_campaign(file, Mentions.of([PERSON]).in_ids, lambda *_: None)

    with pytest.raises(BuildError):
        write_recorded(shop, None, campaign, file, at=AT, on_progress=sweep)
    assert PERSON.split(",")[0] + ", " not in file.read_text().replace(OTHER.replace('"', '""'), "")


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_persons_are_found_in_files_from_before_campaigns_told_of_experiments(
    tmp_path: Path, suffix: str
) -> None:
    file, before = tmp_path / f"old{suffix}", SCHEMAS[1]
    assert before.names[-1] == "reason_share"
    values = {one.name: [None, None] for one in before} | {"customer_id": ["A", "B"]}
    with open_sink(file, suffix, before) as sink:
        sink.write_table(pa.table(values, schema=before))
    counted: list[tuple[str, dict[str, int]]] = []
    remove_from_campaign(
        file,
        lambda ids: ids.set(ids != "A", None),
        lambda place, _, found: counted.append((place, dict(found))),
    )
    assert counted == [("campaign_rows", {"A": 1})]
    rows = campaign_rows(file, lambda ids: ids)
    assert [(one["customer_id"], len(one)) for one in rows] == [("B", 14)]
