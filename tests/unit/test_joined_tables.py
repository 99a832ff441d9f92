"""A build takes in what the shop's database holds, and what judges it sees the same."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import penchant
from penchant.builds import Build
from penchant.evaluation.cut import cut_at
from penchant.gate import gate_of
from penchant.joined_tables import join_tables
from penchant.pipeline import build_shop, gather_inputs
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import table_file
from penchant.store.live_tables import CONSENTS, EVENTS, joined_interactions, live_file
from penchant.tables import empty_table
from tests.live import NOW, NOW_US, database, event, opened

BEFORE = datetime(2026, 6, 30, 12, tzinfo=UTC)


def built(path: Path) -> tuple[str, Build]:
    """Build, and give what was made."""
    directory = ShopDirectory.open(path)
    made = build_shop(directory, settings=directory.settings())
    return made.manifest.build_id, Build.load(made.folder)


def record(path: Path, *rows: dict) -> None:
    with opened(path) as shop:
        assert not shop.record(rows, now=NOW).rejected


def customers_of(path: Path) -> dict[str, tuple[bool | None, bool | None]]:
    frame = join_tables(ShopDirectory.open(path)).customers
    told = frame.select("customer_id", "personalization_consent", "marketing_consent")
    return {name: (one, other) for name, one, other in told.iter_rows()}


def test_an_empty_database_changes_no_build(own_shop: Path) -> None:
    before = ShopDirectory.open(own_shop).pointed_build().name
    database(own_shop).close()
    assert built(own_shop)[0] == before
    assert not list((own_shop / "data").glob("live_*"))


def test_a_build_of_live_events_is_that_of_tables_with_them(
    desk: Any, own_shop: Path, tmp_path: Path
) -> None:
    told = [
        ("WARM", "P09", "view", "2026-06-27T10:00:00Z"),
        ("NEW", "P01", "purchase", "2026-06-29T10:00:00Z"),
        ("NEW", "P99", "view", "2026-06-29T10:01:00Z"),
        ("GIVER", "P13", "return", "2026-06-29T10:01:00Z"),
    ]
    record(own_shop, *(event(i, *one) for i, one in enumerate(told)))
    live_id, live = built(own_shop)
    inputs = desk.write_inputs(tmp_path / "inputs")
    table = pl.read_csv(inputs / "interactions.csv")
    both = pl.concat([table, pl.DataFrame(told, schema=table.columns, orient="row")])
    both.write_csv(inputs / "interactions.csv")
    desk.build(tmp_path / "other", inputs)
    tabled = penchant.open(tmp_path / "other").build
    assert list(live.customer_ids) == list(tabled.customer_ids)
    for part in ("product_row", "action", "time_us", "trust"):
        one, other = (getattr(b.histories.events, part) for b in (live, tabled))
        np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(live.profiles, tabled.profiles)
    np.testing.assert_array_equal(live.styles, tabled.styles)
    np.testing.assert_array_equal(live.demand.popularity.overall, tabled.demand.popularity.overall)
    assert built(own_shop)[0] == live_id, "the same again"


def test_the_order_in_which_events_came_in_does_not_matter(own_shop: Path, tmp_path: Path) -> None:
    import shutil

    other = Path(shutil.copytree(own_shop, tmp_path / "other"))
    rows = [event(i, "NEW", f"P0{i}", "view", "2026-06-29T10:00:00Z") for i in range(4)]
    record(own_shop, *rows)
    for row in reversed(rows):
        record(other, row)
    assert built(own_shop)[0] == built(other)[0]


def test_events_that_come_in_between_do_not_spoil_the_gate(own_shop: Path) -> None:
    record(own_shop, event(1, "WARM", "P09", "view", "2026-06-27T10:00:00Z"))
    name, _ = built(own_shop)
    record(own_shop, event(2, "WARM", "P12", "view", "2026-06-27T11:00:00Z"))
    directory = ShopDirectory.open(own_shop)
    settings = directory.settings()
    assert gather_inputs(directory, settings=settings).build_id == name
    with directory.writing() as held:
        verdict = gate_of(held, settings)(directory.builds / name, None)
    assert "have changed since" not in " ".join(verdict.reasons)
    assert built(own_shop)[0] != name, "the next build takes it in"


def test_an_evaluation_hides_live_events_as_it_hides_others(own_shop: Path) -> None:
    record(own_shop, event(1, "NEAR", "P12", "purchase", "2026-06-29T10:00:00Z"))
    built(own_shop)
    directory = ShopDirectory.open(own_shop)
    inputs = gather_inputs(directory, settings=directory.settings())
    cut = cut_at(inputs, BEFORE - timedelta(days=2))
    assert ("NEAR", "P12") in cut.taken.rows()
    assert "P12" not in cut.known.interactions.filter(pl.col("customer_id") == "NEAR")["product_id"]


def test_what_tables_tell_already_counts_once() -> None:
    def table(*rows: tuple[str, str, str, int, str, float]) -> pl.DataFrame:
        names = ("customer_id", "product_id", "interaction_type", "timestamp", "interaction_id",
                 "trust")  # fmt: skip
        frame = pl.DataFrame(rows, schema=names, orient="row")
        empty = empty_table("interactions")
        whole = pl.concat([frame, pl.DataFrame({"session_id": []})], how="diagonal_relaxed")
        return whole.with_columns(
            pl.from_epoch("timestamp", time_unit="us").dt.replace_time_zone("UTC")
        ).select(pl.col(name).cast(kind) for name, kind in empty.schema.items())

    tables = table(("a", "P", "view", 5, "", 1.0), ("a", "Q", "purchase", 5, "", 1.0))
    live = table(
        ("a", "P", "view", 5, "e1", 1.0),
        ("a", "P", "view", 6, "e2", 1.0),
        ("a", "P", "view", 6, "e3", 0.0),
        ("b", "P", "view", 5, "e4", 1.0),
        ("a", "Q", "purchase", 7, "e5", 1.0),
        ("a", "Q", "purchase", 86_400_000_000, "e6", 1.0),
        ("a", "R", "purchase", 5, "e7", 1.0),
        ("a", "R", "purchase", 6, "e8", 1.0),
    )
    both = joined_interactions(tables, live)
    assert both["interaction_id"].to_list() == ["", "", "e7", "e3", "e8", "e6", "e4"]
    assert both.schema == tables.schema


def test_a_refusal_is_that_of_the_next_build_and_a_yes_outdoes_older_tables(
    own_shop: Path,
) -> None:
    before = customers_of(own_shop)
    assert before["OUT"] == (False, None)
    file = table_file(ShopDirectory.open(own_shop), "customers")
    os.utime(file, ns=(NOW_US * 1000,) * 2)
    record(own_shop, event(1, "NEW", "P01", "view"))
    with opened(own_shop) as shop:
        shop.set_consent("WARM", personalization=False, marketing=True, at=NOW)
        shop.set_consent("NEW", marketing=False, at=NOW)
        shop.set_consent("stranger", personalization=False, at=NOW)
        shop.set_consent("OUT", personalization=True, at=NOW)
    first, build = built(own_shop)
    told = customers_of(own_shop)
    changed = {name: one for name, one in told.items() if before.get(name) != one}
    assert changed == {"WARM": (False, None), "NEW": (None, False)}
    row = build.customer_ids.row
    assert build.opted_out[row("WARM")]
    assert build.opted_out[row("OUT")], "the table is not older"
    assert build.no_marketing[row("NEW")]
    assert not build.profiles[row("WARM")].any()
    with opened(own_shop) as shop:
        shop.set_consent("OUT", personalization=True, at=NOW + timedelta(microseconds=1))
    second, build = built(own_shop)
    assert second != first
    assert not build.opted_out[build.customer_ids.row("OUT")]


def test_consent_that_changes_nothing_names_no_other_build(own_shop: Path) -> None:
    before = ShopDirectory.open(own_shop).pointed_build().name
    with opened(own_shop) as shop:
        shop.set_consent("WARM", personalization=True, marketing=True)
        shop.set_consent("OUT", personalization=False)
    assert built(own_shop)[0] == before
    assert live_file(ShopDirectory.open(own_shop), CONSENTS).exists()


def test_the_forgotten_are_in_no_next_build(own_shop: Path) -> None:
    before = ShopDirectory.open(own_shop).pointed_build().name
    record(own_shop, event(1, "NEW", "P01", "view", "2026-06-29T10:00:00Z"))
    with_new, _ = built(own_shop)
    store = database(own_shop)
    for name in ("NEW", "WARM", "OUT", "nobody"):
        store.erasures.erase(name, at_us=NOW_US)
    store.close()
    name, build = built(own_shop)
    assert name not in {before, with_new}
    assert not {"NEW", "WARM", "OUT"} & set(build.customer_ids)
    assert not live_file(ShopDirectory.open(own_shop), EVENTS).exists()
    later = "2026-07-01T12:30:00Z"
    record(own_shop, event(2, "WARM", "P01", "view", later), event(3, "OUT", "P01", "buy", later))
    _, build = built(own_shop)
    ids = build.customer_ids
    assert "NEW" not in ids
    assert len(build.histories.of(ids.row("WARM"))) == 1
    assert build.opted_out[ids.row("OUT")], "a refusal is not forgotten"


def test_a_snapshot_that_is_damaged_is_named(own_shop: Path) -> None:
    live_file(ShopDirectory.open(own_shop), EVENTS).write_bytes(b"no parquet")
    with pytest.raises(penchant.errors.BuildError, match=r"live_events\.parquet is damaged"):
        join_tables(ShopDirectory.open(own_shop))


def test_a_campaign_obeys_what_was_said_since_the_build(own_shop: Path) -> None:
    with opened(own_shop) as shop:
        everyone = list(shop.build.customer_ids)
        shop.set_consent("WARM", marketing=False)
        shop.set_consent("NEAR", personalization=False)
        shop.needed_store().erasures.erase("FAR", at_us=NOW_US)
        campaign = shop.campaign(as_of=NOW)
        tables = pl.concat([pl.DataFrame(pl.from_arrow(one)) for one in campaign])
        names = set(tables["customer_id"])
        assert names == set(everyone) - {"WARM", "FAR"}
        assert campaign.refused == 1
        near = tables.filter(pl.col("customer_id") == "NEAR")
        assert set(near["step"]) <= {"popular", "newest"}
        assert near["request_id"].null_count() == len(near)
        pages = shop.campaign(surface="homepage", everyone=True)
        assert "FAR" not in {shop.build.customer_ids[row] for row in pages.customer_rows}
        shop.record([event(1, "COLD", "P00", "purchase", "2026-06-30T13:00:00Z")], now=NOW)
        (again,) = [
            pl.DataFrame(pl.from_arrow(one))
            for one in shop.campaign(surface="homepage", as_of=NOW, customers=["COLD"], k=24)
        ]
        assert "P00" not in set(again["product_id"])
