"""What is older than the shop keeps it goes by itself; the rest stays."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from penchant.privacy.erasing import forget_in_database
from penchant.privacy.retention import retain
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store
from penchant.store.database.values import Event
from tests.peopled import AT, AT_US, PERSON, SHORT, traces

DAY_US = 86_400_000_000


def settle(shop: ShopDirectory, **privacy: float) -> None:
    lines = [f"{name} = {value}" for name, value in privacy.items()]
    text = shop.settings_file.read_text()
    shop.settings_file.write_text(text.replace("[privacy]", "\n".join(["[privacy]", *lines])))


def test_each_thing_goes_after_its_own_days(shop: ShopDirectory, store: Store) -> None:
    store.events.record([Event("old", "WARM", "P01", "view", AT_US - 3 * DAY_US)])
    settle(shop, event_days=2.0, slate_days=0.001, exposure_days=100.0)
    counts = retain(shop, store, at=AT + timedelta(minutes=1))
    assert counts == {"events": 1, "slates": 5, "assignments": 4}
    assert retain(shop, store, at=AT + timedelta(minutes=1)) == {}
    assert store.people.person("WARM").events == ()
    assert len(store.people.person(SHORT).events) == 3


def test_raw_files_go_by_the_day_they_were_put_away(shop: ShopDirectory, store: Store) -> None:
    settle(shop, event_days=1.0)
    done = shop.inbox / "done"
    for name in ("2026-06-30-orders.csv", "2026-07-01-2-orders.csv", "notes.csv"):
        (done / name).write_text("order_id\n")
    (shop.inbox / "2026-01-01-orders.csv").write_text("order_id\n")
    assert retain(shop, store, at=AT)["inbox_done"] == 1
    names = {one.name for one in done.iterdir()}
    assert "2026-06-30-orders.csv" not in names
    assert {"2026-07-01-2-orders.csv", "notes.csv"} <= names
    assert (shop.inbox / "2026-01-01-orders.csv").exists()


def test_a_shop_without_a_store_still_loses_old_files(own_shop: Path) -> None:
    shop = ShopDirectory.open(own_shop)
    assert retain(shop, None, at=AT) == {}
    (shop.inbox / "done").mkdir(parents=True)
    (shop.inbox / "done" / "2020-01-01-orders.csv").write_text("order_id\n")
    assert retain(shop, None, at=AT) == {"inbox_done": 1}


def test_nightly_finishes_erasures_and_removes_what_expired(
    desk: Any, shop: ShopDirectory, store: Store
) -> None:
    (shop.inbox / "interactions-9.csv").unlink()
    settle(shop, slate_days=0.001)
    forget_in_database(store, PERSON, at=AT)
    done = desk.run("nightly", shop.path, "--to", "staging", "--as-of", "2026-07-03", "--json")
    assert done.code == 0, done.err
    told = {one["step"]: one["told"] for one in done.json["steps"]}
    assert next(iter(told)) == "forget"
    assert told["forget"] == "erased from all files: 1"
    assert "3 expired in slates removed" in told["prune"]
    assert store.erasures.pending() == ()
    store.close()
    assert traces(shop.path, PERSON) == []
    assert PERSON not in (shop.path / "nightly.jsonl").read_text()


def test_nightly_fails_where_the_store_does_not_answer(desk: Any, shop: ShopDirectory) -> None:
    (shop.path / "penchant.db").write_bytes(b"no database" * 1000)
    done = desk.run("nightly", shop.path, "--to", "staging")
    assert done.code == 1
    assert "damaged, or no database" in done.err


def test_the_doctor_tells_who_waits(desk: Any, shop: ShopDirectory, store: Store) -> None:
    from penchant.doctor import examine

    def codes() -> dict[str, tuple[int, tuple[str, ...]]]:
        return {one.code: (one.count, one.examples) for one in examine(shop).findings}

    assert "erasure_pending" not in codes()
    asked = forget_in_database(store, PERSON, at=AT)
    assert codes()["erasure_pending"] == (1, (asked.receipt_id,))
