"""After scrubbing no byte of who was erased is in the files of the database."""

from __future__ import annotations

import random
import sqlite3
import time
from collections.abc import Iterator

import pytest

from penchant.privacy.erasing import forget_in_database
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import FILE, Store, open_store
from penchant.store.database.values import Event, ServedSlate, ServedSlot
from tests.peopled import AT, AT_US

WAIT_MS = 600
GONE, STAYS = "leaves", "stays"


@pytest.fixture
def shop(tmp_path) -> ShopDirectory:
    return ShopDirectory.create(tmp_path / "shop")


@pytest.fixture
def store(shop) -> Iterator[Store]:
    opened = open_store(shop, StoreSettings(write_timeout_ms=WAIT_MS))
    yield opened
    opened.close()


def fill(store: Store, rounds: int) -> None:
    """Answers and events of those who leave and of those who stay: their rows share pages."""
    chance = random.Random(4)  # noqa: S311
    people = [f"{kind}-{n}" for kind in (GONE, STAYS) for n in range(10)]
    for _ in range(rounds):
        store.slates.keep([slate(chance, chance.choice(people)) for _ in range(30)])
        store.events.record([event(chance, chance.choice(people)) for _ in range(20)])


def slate(chance: random.Random, who: str) -> ServedSlate:
    slots = tuple(
        ServedSlot(n, f"P{n}", "visual", 0.5, 1.0) for n in range(1, chance.randrange(2, 12))
    )
    made_us = AT_US - chance.randrange(10**9)
    return ServedSlate(name(chance), who, "home", "profile", "p", "b", made_us, slots)


def event(chance: random.Random, who: str) -> Event:
    return Event(name(chance), who, "P1", "view", AT_US - chance.randrange(10**9))


def name(chance: random.Random) -> str:
    return f"{chance.getrandbits(64):016x}"


def let_go(store: Store) -> None:
    """Erase all who leave; nothing names them any more."""
    for number in range(10):
        asked = forget_in_database(store, f"{GONE}-{number}", at=AT)
        store.erasures.finish(asked.receipt_id, {}, AT_US)


def copies(shop: ShopDirectory, name: str) -> dict[str, int]:
    """How often a name stands in each file of the database that has it."""
    files = [shop.path / f"{FILE}{end}" for end in ("", "-wal", "-shm")]
    found = {one.name: one.read_bytes().count(name.encode()) for one in files if one.exists()}
    return {name: count for name, count in found.items() if count}


def test_no_copy_is_left_between_the_rows_of_others(shop, store) -> None:
    fill(store, 60)
    let_go(store)
    stay = store.events.since(0)
    assert len(stay) > 500
    assert copies(shop, GONE).keys() == {FILE}
    assert store.scrub()
    assert copies(shop, GONE) == {}
    assert store.events.since(0) == stay
    store.events.record([Event("next", f"{STAYS}-1", "P1", "view", AT_US)])
    assert store.events.last_seq() == 1201


def test_while_somebody_reads_it_is_to_be_asked_again_and_soon(shop, store) -> None:
    fill(store, 3)
    with store.database.snapshot() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM events").scalar()
        let_go(store)
        log = shop.path / f"{FILE}-wal"
        began, size = time.monotonic(), log.stat().st_size
        assert not store.scrub()
        assert time.monotonic() - began < 3 * WAIT_MS / 1000
        assert log.stat().st_size == size
    assert store.scrub()
    assert copies(shop, GONE) == {}


def test_while_somebody_else_writes_it_is_to_be_asked_again_and_soon(shop, store) -> None:
    fill(store, 3)
    let_go(store)
    other = sqlite3.connect(shop.path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert not store.scrub()
    assert time.monotonic() - began < 3 * WAIT_MS / 1000
    other.execute("ROLLBACK")
    other.close()
    assert store.scrub()
    assert store.database.available
