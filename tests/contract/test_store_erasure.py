"""What erasing needs of a store, kept by SQLite and by PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penchant.privacy.erasing import forget
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store, open_store
from penchant.store.database.values import Consent, Event
from tests.databases import postgres
from tests.peopled import AT, AT_US, OTHER, PERSON, VISITOR, copied, fill_store


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    shop = ShopDirectory.create(tmp_path / "empty")
    url = postgres().new_database() if request.param == "postgresql" else ""
    opened = open_store(shop, StoreSettings(url=url))
    assert opened is not None
    yield opened
    opened.close()


def test_the_living_are_those_of_whom_anything_is_known(store: Store) -> None:
    known = store.living()
    assert (known.active, known.said, known.merged, known.erased) == (set(), {}, set(), {})
    store.events.record([Event("e1", "A", "P", "view", 1), Event("e2", "V", "P", "view", 2)])
    store.people.set_consent(Consent("B", False, None, 3))
    store.people.merge("V", "C", at_us=4)
    erased = store.erasures.erase("D", at_us=5)
    known = store.living()
    assert (known.active, known.merged) == ({"A", "C"}, {"V"})
    assert known.said == {"B": Consent("B", False, None, 3)}
    assert known.erased == {erased.person: 5}


def test_receipts_of_a_person_are_found_without_their_id(store: Store) -> None:
    assert store.erasures.of("A") == ()
    first = store.erasures.erase("A", at_us=5)
    store.erasures.finish(first.receipt_id, {"orders": 2}, 6)
    second = store.erasures.erase("A", at_us=7)
    store.erasures.erase("B", at_us=8)
    found = store.erasures.of("A")
    assert [one.receipt_id for one in found] == [first.receipt_id, second.receipt_id]
    assert (found[0].customer_id, found[0].counts["orders"]) == (None, 2)


def test_scrubbing_disturbs_nobody(store: Store) -> None:
    store.events.record([Event("e1", "A", "P", "view", 1), Event("e2", "B", "P", "view", 2)])
    store.erasures.erase("A", at_us=5)
    assert store.scrub()
    assert store.people.person("B").events == (Event("e2", "B", "P", "view", 2),)
    assert store.scrub()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
def test_the_samples_of_the_planner_name_nobody_who_was_erased(store: Store) -> None:
    store.events.record([Event(f"e{n}", f"person-{n % 2}", "P", "view", n) for n in range(100)])
    assert store.scrub()
    assert samples_naming(store, "person-0") == 1
    store.erasures.erase("person-0", at_us=200)
    assert store.scrub()
    assert samples_naming(store, "person-0") == 0
    assert samples_naming(store, "person-1") == 1


def samples_naming(store: Store, name: str) -> int:
    """How many columns of events have a sample that holds a name."""
    with store.database.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'events'"
        )
        return sum(name in (one[0] or "") for one in rows)


def test_a_person_is_forgotten_whatever_the_database(
    store: Store, peopled: Path, tmp_path: Path
) -> None:
    shop = ShopDirectory.open(copied(peopled, tmp_path / "own"))
    fill_store(store)
    receipt = forget(shop, store, PERSON, at=AT)
    assert (receipt.done_us, receipt.customer_id, receipt.counts["events"]) == (AT_US, None, 6)
    assert store.people.person(PERSON).events == store.people.person(VISITOR).events == ()
    assert len(store.people.person(OTHER).events) == 3
    assert store.erasures.pending() == ()
