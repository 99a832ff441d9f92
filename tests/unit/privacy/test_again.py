"""Old rows of the erased that come in again are dropped; whoever came back is a new customer."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from penchant.privacy.again import forget_again
from penchant.privacy.erasing import forget
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store
from penchant.store.database.values import Event
from penchant.store.ingest import load_table
from tests.peopled import AT, AT_US, OTHER, PERSON, SHORT, traces

LATER = "2026-07-03T10:00:00Z"
HEADER = "customer_id product_id interaction_type timestamp"
OLD = [(PERSON, "P03", "view", "2026-06-01T10:00:00Z"), (PERSON, "P04", "view", "not a time")]
NOW = ("--as-of", "2026-07-04")


@pytest.fixture
def forgetful(shop: ShopDirectory, store: Store) -> ShopDirectory:
    """The shop once the person was forgotten, and nothing waits in its inbox."""
    (shop.inbox / "interactions-9.csv").unlink()
    forget(shop, store, PERSON, at=AT)
    return shop


def rows(shop: ShopDirectory, table: str, name: str = PERSON) -> int:
    return load_table(shop, table).filter(pl.col("customer_id") == name).height


def test_old_rows_are_dropped_with_all_that_names_the_person(
    desk: Any, forgetful: ShopDirectory, tmp_path: Path
) -> None:
    file = desk.write_csv(tmp_path / "again.csv", HEADER, [*OLD, (OTHER, *OLD[0][1:])])
    before = rows(forgetful, "interactions", OTHER)
    result = desk.run("ingest", forgetful.path, "--interactions", file, "--append", *NOW)
    assert result.code == 0
    assert "1 in interactions of persons who were erased were dropped" in result.err
    assert rows(forgetful, "interactions", OTHER) == before + 1
    assert traces(forgetful.path, PERSON) == []


def test_a_customers_row_goes_unless_they_came_back(
    desk: Any, forgetful: ShopDirectory, store: Store, tmp_path: Path
) -> None:
    def again(name: str, *words: object) -> None:
        people = desk.write_csv(tmp_path / name, "customer_id gender", [(PERSON, "f"), (SHORT, "")])
        done = desk.run("ingest", forgetful.path, "--customers", people, *words, *NOW)
        assert done.code == 0, done.err

    again("c1.csv")
    assert (rows(forgetful, "customers"), rows(forgetful, "customers", SHORT)) == (0, 1)
    new = desk.write_csv(tmp_path / "i.csv", HEADER, [(PERSON, "P03", "view", LATER), OLD[0]])
    again("c2.csv", "--interactions", new, "--append")
    assert (rows(forgetful, "customers"), rows(forgetful, "interactions")) == (1, 1)


def test_who_is_in_the_open_shop_again_is_a_customer_again(
    desk: Any, forgetful: ShopDirectory, store: Store, tmp_path: Path
) -> None:
    store.events.record([Event("new", PERSON, "P01", "view", AT_US + 10)])
    people = desk.write_csv(tmp_path / "c.csv", "customer_id gender", [(PERSON, "f")])
    desk.run("ingest", forgetful.path, "--customers", people, "--append", *NOW)
    assert rows(forgetful, "customers") == 1


def test_orders_go_with_their_items(
    desk: Any, forgetful: ShopDirectory, store: Store, tmp_path: Path
) -> None:
    orders = [
        ("N1", PERSON, "2026-06-20"),
        ("N2", PERSON, "2026-07-03"),
        ("N3", OTHER, "2026-06-20"),
    ]
    items = [(number, "P01", 1) for number, _, _ in orders]
    done = desk.run(
        "ingest", forgetful.path, "--append", *NOW,
        "--orders", desk.write_csv(tmp_path / "o.csv", "order_id customer_id order_date", orders),
        "--order-items", desk.write_csv(tmp_path / "i.csv", "order_id product_id quantity", items),
    )  # fmt: skip
    assert done.code == 0, done.err
    for table in ("orders", "order_items"):
        ids = set(load_table(forgetful, table)["order_id"])
        assert ids & {"N1", "N2", "N3"} == {"N2", "N3"}
    assert forget_again(forgetful, store) == {}


def test_nightly_drops_them_and_removes_their_raw_file(desk: Any, forgetful: ShopDirectory) -> None:
    desk.write_csv(forgetful.inbox / "interactions-old.csv", HEADER, OLD)
    desk.write_csv(forgetful.inbox / "interactions-new.csv", HEADER, [(OTHER, *OLD[0][1:])])
    done = desk.run("nightly", forgetful.path, "--to", "staging", *NOW, "--json")
    assert done.code == 0, done.err
    told = {one["step"]: one["told"] for one in done.json["steps"]}
    assert (
        "1 in inbox_done of the erased dropped; 1 in interactions of the erased" in told["ingest"]
    )
    assert (forgetful.inbox / "done" / "2026-07-04-interactions-new.csv").exists()
    assert traces(forgetful.path, PERSON) == []


def test_a_shop_where_nobody_was_ever_erased_pays_nothing(
    shop: ShopDirectory, store: Store
) -> None:
    assert forget_again(shop, store) == {}
    assert forget_again(shop, None) == {}


def test_a_row_of_the_very_moment_is_old(
    desk: Any, forgetful: ShopDirectory, store: Store, tmp_path: Path
) -> None:
    moments = [datetime.fromtimestamp(AT_US / 1e6 + plus, UTC).isoformat() for plus in (0, 1)]
    new = [(PERSON, "P03", "view", moment) for moment in moments]
    file = desk.write_csv(tmp_path / "edge.csv", HEADER, new)
    desk.run("ingest", forgetful.path, "--interactions", file, "--append", *NOW)
    kept = load_table(forgetful, "interactions").filter(pl.col("customer_id") == PERSON)
    assert [one.isoformat() for one in kept["timestamp"]] == [moments[1]]
