"""The right of access: everything that is held of a person, nothing of anybody else."""

from __future__ import annotations

import json
from typing import Any

import pytest

from penchant.privacy.erasing import forget
from penchant.privacy.person import person_data
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store
from tests.peopled import AT, OTHER, PERSON, VISITOR


@pytest.fixture
def data(shop: ShopDirectory, store: Store) -> dict[str, Any]:
    return person_data(shop, store, PERSON, at=AT)


def test_it_holds_what_every_place_holds(data: dict[str, Any], shop: ShopDirectory) -> None:
    assert (data["customer_id"], data["known_as"]) == (PERSON, [PERSON, VISITOR])
    assert {name: len(rows) for name, rows in data["tables"].items()} == {
        "customers": 1, "orders": 1, "interactions": 6, "order_items": 1,
        "live_events": 6, "live_consents": 1,
    }  # fmt: skip
    assert len(data["database"]["events"]) == 6
    assert len(data["database"]["slates"]) == len(data["database"]["exposures"]) == 2
    assert data["consent"]["open_shop"]["personalization"] is True
    assert {table: len(rows) for table, rows in data["rows_set_aside"].items()} == {
        "customers": 1, "interactions": 1,
    }  # fmt: skip
    assert list(data["marks"]) == [PERSON]
    in_builds = [(one["build_id"], one["customer_id"]) for one in data["builds"]]
    assert len(in_builds) == len(set(in_builds)) == 4
    assert {name for _, name in in_builds} == {PERSON, VISITOR}
    assert {build_id for build_id, _ in in_builds} < set(shop.build_ids())
    assert [one["taken"] for one in data["evaluations"]] == [["P01"]]
    assert {len(one["rows"]) for one in data["campaigns"]} == {20}
    assert "inbox/interactions-9.csv" in data["raw_files"]
    assert len(data["raw_files"]) == 5
    assert data["erasures"] == []


def test_the_profile_tells_what_is_thought_of_each_interaction(data: dict[str, Any]) -> None:
    profile = data["profile"]
    assert profile["customer_id"] == PERSON
    verdicts = {one["verdict"] for one in profile["interactions"]}
    assert "marked" in verdicts
    vector = data["builds"][0]["profile"]
    assert sum(x * x for x in vector) == pytest.approx(1.0, abs=1e-5)


def test_it_is_json_and_holds_nothing_of_anybody_else(data: dict[str, Any]) -> None:
    text = json.dumps(data, ensure_ascii=False, allow_nan=False)
    assert json.loads(text).keys() == data.keys()
    for other in (OTHER, "WARM", "K77"):
        assert json.dumps(other, ensure_ascii=False) not in text


def test_of_a_visitor_it_is_the_customers(shop: ShopDirectory, store: Store) -> None:
    assert person_data(shop, store, VISITOR, at=AT)["customer_id"] == PERSON


def test_of_the_erased_only_the_receipt_is_left(shop: ShopDirectory, store: Store) -> None:
    (shop.inbox / "interactions-9.csv").unlink()
    receipt = forget(shop, store, PERSON, at=AT)
    left = person_data(shop, store, PERSON, at=AT)
    assert [one["receipt_id"] for one in left["erasures"]] == [receipt.receipt_id]
    assert left["database"]["events"] == left["builds"] == left["campaigns"] == []
    assert not any(left["tables"].values())
    assert (left["profile"], left["raw_files"], left["evaluations"]) == (None, [], [])


def test_the_command_prints_json_also_of_who_is_unknown(desk: Any, shop: ShopDirectory) -> None:
    shown = desk.run("export", shop.path, OTHER)
    assert (shown.code, shown.json["customer_id"]) == (0, OTHER)
    nobody = desk.run("export", shop.path, "NOBODY", "--json").json
    assert not any(nobody["tables"].values())
    assert nobody["profile"] is None


def test_a_shop_without_a_store_tells_what_it_has(desk: Any, built_shop: Any) -> None:
    shown = desk.run("export", built_shop, "WARM").json
    assert shown["database"] == {}
    assert len(shown["tables"]["interactions"]) == 4
    assert shown["profile"]["status"] == "profile"
    assert not (built_shop / "penchant.db").exists()
