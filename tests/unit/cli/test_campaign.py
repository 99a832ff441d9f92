"""The campaign command: rows to a file, a summary for people and for machines."""

from __future__ import annotations

from dataclasses import astuple
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import sqlalchemy as sa

import penchant
from penchant.experiments.assignment import assign, design_of
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.settings import ExperimentSettings, StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store


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


def compared(shop: Path, **more: Any) -> Experiment:
    now = datetime.now(UTC).replace(microsecond=0)
    lots, none = ({"new_arrivals": {"policy": one}} for one in ("random", "nothing"))
    variants = (Variant("taste"), Variant("lots", settings=lots), Variant("none", settings=none))
    experiment = Experiment(
        "mail", ("new_arrivals",), variants, now - timedelta(1), now + timedelta(20), **more
    )
    ExperimentFiles(ShopDirectory.open(shop)).create(experiment)
    return experiment


def test_each_customer_gets_what_their_variant_says(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    experiment, path = compared(own_shop, overrides={"WARM": "lots", "NEAR": "none"}), "mail.csv"
    store = open_store(ShopDirectory.open(own_shop), StoreSettings())
    assert store is not None
    assert desk.run("campaign", own_shop, "--out", tmp_path / path, "-k", 3).code == 0
    names = {
        one: assign(experiment, one, shop=ExperimentSettings())
        for one in penchant.open(own_shop).build.customer_ids
        if one != "OUT"
    }
    rows, shop = pl.read_csv(tmp_path / path), penchant.open(own_shop)
    told = dict(rows.select("customer_id", "experiments").iter_rows())
    assert told.pop("OUT", None) is None
    shown = {one: given for one, given in names.items() if given.variant != "none"}
    assert told == {one: f"mail:{given.variant}" for one, given in shown.items()}
    for (name, step), own in rows.group_by("customer_id", "step"):
        if name != "OUT" and names[name].variant == "lots":
            assert step == "random"
        else:
            slate = shop.recommend(name, surface="new_arrivals", k=3)
            assert (step, own["product_id"].to_list()) == (slate.step, list(slate.product_ids))
    kept = store.assignments.of("mail")
    assert {one.unit_id: (one.variant, one.counted) for one in kept} == {
        one: (given.variant, given.counted) for one, given in names.items()
    }
    assert {one.design for one in kept} == {design_of(experiment)}
    store.close()


@pytest.mark.parametrize("name", ["mail.csv", "mail.parquet"])
def test_the_answers_of_who_is_compared_are_kept_as_the_file_has_them(
    desk: Any, own_shop: Path, tmp_path: Path, name: str
) -> None:
    compared(own_shop, overrides={"WARM": "lots", "NEAR": "none"})
    store = open_store(ShopDirectory.open(own_shop), StoreSettings())
    assert store is not None
    assert desk.run("campaign", own_shop, "--out", tmp_path / name, "-k", 3).code == 0
    read = pl.read_csv if name.endswith("csv") else pl.read_parquet
    rows = read(tmp_path / name).filter(pl.col("experiments").is_not_null())
    kept = store.slates.slates(rows["request_id"].unique().to_list())
    columns = ("slot", "product_id", "source", "score", "propensity")
    for (request_id, customer_id), own in rows.group_by("request_id", "customer_id"):
        slate = kept[request_id]
        assert (slate.customer_id, slate.surface) == (customer_id, "new_arrivals")
        assert [astuple(one) for one in slate.slots] == own.select(columns).rows()
    units = {one.unit_id for one in store.assignments.of("mail")}
    shown = {one.customer_id for one in kept.values()}
    with store.database.read() as connection:
        answered = dict(connection.execute(sa.text("SELECT customer_id, step FROM slates")).all())
    assert {one for one, step in answered.items() if step == "nothing"} == units - shown
    assert set(answered) == units
    store.close()


def test_other_surfaces_and_times_are_not_compared(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    compared(own_shop)
    path = tmp_path / "pages.parquet"
    desk.run("campaign", own_shop, "--out", path, "--surface", "homepage")
    assert pl.read_parquet(path)["experiments"].null_count() == pl.read_parquet(path).height


def test_a_broken_experiment_is_told_before_anything_is_written(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    compared(own_shop)
    (own_shop / "experiments" / "mail.toml").write_text("[registered]\nsurfaces = [")
    shown = desk.run("campaign", own_shop, "--out", tmp_path / "mail.csv")
    assert (shown.code, "mail.toml" in shown.err) == (2, True)
    assert not list(tmp_path.glob("mail*"))
