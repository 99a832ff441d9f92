"""What goes wrong with a database is told in one sentence, and is over when it is over."""

from __future__ import annotations

import sqlite3
import stat
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from penchant.errors import InputError, MissingExtraError, StoreError, StoreFullError
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.database import Database
from penchant.store.database.postgres import postgres_engines
from penchant.store.database.sqlite import sqlite_engines
from penchant.store.database.store import FILE, Store, open_store
from penchant.store.database.values import Event
from tests.databases import PostgresServer

QUICK = StoreSettings(read_timeout_ms=600, write_timeout_ms=600, connections=2)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def shop(tmp_path):
    return ShopDirectory.create(tmp_path / "shop")


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def store(shop, clock):
    """On SQLite, with a breaker of which we hold the clock."""
    open_store(shop, QUICK).close()
    opened = Store(Database(sqlite_engines(shop.path / FILE, QUICK), clock), QUICK)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def server():
    own = PostgresServer()
    yield own
    own.close()


@pytest.fixture
def remote(server, shop, clock):
    """On a PostgreSQL server of our own."""
    settings = replace(QUICK, url=server.new_database())
    open_store(shop, settings).close()
    opened = Store(Database(postgres_engines(settings.url, settings), clock), settings)
    yield opened
    opened.close()


def events(count, start=0):
    return [Event(f"e{n}", "c", "p" * 100, "view", n) for n in range(start, start + count)]


def told_to_try_later(call):
    with pytest.raises(StoreError) as caught:
        call()
    assert not isinstance(caught.value, StoreFullError)
    assert str(caught.value).startswith("The database ")
    return str(caught.value)


def write_until_full(store):
    for written in range(0, 10_000, 50):
        try:
            store.events.record(events(50, written))
        except StoreFullError as full:
            assert "no room left" in str(full)  # noqa: PT017 what came before it counts
            return written
    pytest.fail("never full")


def test_a_full_disk_is_told_and_what_is_there_can_be_read(store):
    with store.database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
        connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 20}")
    written = write_until_full(store)
    assert written > 0
    assert store.events.count() == written
    for _ in range(5):
        with pytest.raises(StoreFullError):
            store.events.record(events(50, written))
    assert store.available
    assert store.people.person("c").events[-1].event_id == f"e{written - 1}"
    with store.database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=100000")
    assert len(store.events.record(events(50, written)).written) == 50


def test_a_file_that_another_process_writes_to_is_waited_for_then_told(store, shop):
    store.events.record(events(1))
    other = sqlite3.connect(shop.path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert "locked by another process" in told_to_try_later(lambda: store.events.record(events(2)))
    assert [one.event_id for one in store.people.person("c").events] == ["e0"]
    other.execute("ROLLBACK")
    other.close()
    assert store.events.record(events(2)).written == ("e1",)


def test_who_cannot_write_several_times_is_told_at_once_and_can_still_read(store, shop, clock):
    other = sqlite3.connect(shop.path / FILE, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    for _ in range(3):
        told_to_try_later(lambda: store.events.record(events(1)))
    assert not store.available
    other.execute("ROLLBACK")
    other.close()
    assert "several times in a row" in told_to_try_later(lambda: store.events.record(events(1)))
    assert store.people.person("c").events == ()
    clock.now += 1
    assert store.events.record(events(1)).written == ("e0",)
    assert store.available


def test_a_writer_waits_for_the_one_before_it_in_the_same_process(store):
    with store.database.write(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(store.events.record, events(1))
        with pytest.raises(StoreError, match="more than it can answer"):
            waiting.result(30)
    assert store.events.record(events(1)).written == ("e0",)


@pytest.mark.parametrize(
    "content", [b"no database at all" * 100, b"SQLite format 3\0" + b"x" * 200]
)
def test_a_file_that_is_no_database_is_told(shop, content):
    (shop.path / FILE).write_bytes(content)
    assert "no database" in told_to_try_later(lambda: open_store(shop, QUICK))
    assert (shop.path / FILE).read_bytes() == content


def test_a_folder_in_the_place_of_the_file_is_told(shop):
    (shop.path / FILE).mkdir()
    assert "cannot be opened" in told_to_try_later(lambda: open_store(shop, QUICK))


def test_a_file_that_was_taken_away_is_not_made_anew_behind_everybodys_back(shop):
    store = open_store(shop, QUICK)
    store.close()
    (shop.path / FILE).rename(shop.path / "away.db")
    assert "cannot be opened" in told_to_try_later(store.ping)
    assert not (shop.path / FILE).exists()
    store.close()


def test_a_mistake_in_a_statement_goes_through_and_is_no_failure_of_the_database(store, remote):
    for one in (store, remote):
        for _ in range(4):
            with pytest.raises(sa.exc.DBAPIError), one.database.read() as connection:
                connection.exec_driver_sql("SELECT no_such_column FROM events")
        assert one.available


def test_the_file_is_nobodys_business_but_its_owners(store, shop):
    store.events.record(events(1))
    for file in shop.path.glob(f"{FILE}*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name


def test_who_was_erased_is_in_no_byte_of_the_file(store, shop):
    marks = ["sought-id", "sought-product", "sought-visitor"]
    store.events.record([Event(f"e{n}", marks[0], marks[1], "view", n) for n in range(500)])
    store.events.record([Event("v1", marks[2], marks[1], "view", 1), *events(300)])
    store.people.merge(marks[2], marks[0], at_us=5)
    receipt = store.erasures.erase(marks[0], at_us=1000).receipt_id
    assert "sought" in store.erasures.receipt(receipt).customer_id
    store.erasures.finish(receipt, {}, 1001)
    for file in shop.path.glob(f"{FILE}*"):
        assert b"sought" not in file.read_bytes(), file.name


def test_an_erasure_waits_for_no_reader(store, shop):
    store.events.record(events(3))
    with store.database.snapshot() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar() == 3
        assert store.erasures.erase("c", at_us=10).counts["events"] == 3
        assert connection.exec_driver_sql("SELECT count(*) FROM events").scalar() == 3
    assert store.events.count() == 0


def test_a_shop_that_never_served_gets_no_database_by_being_looked_at(shop):
    assert open_store(shop, QUICK, create=False) is None
    assert not list(shop.path.glob(f"*{FILE}*"))
    open_store(shop, QUICK).close()
    opened = open_store(shop, QUICK, create=False)
    assert opened.events.count() == 0
    opened.close()


@pytest.mark.parametrize("url", ["mysql://me:secret@host/x", "sqlite:///x.db", "secret nonsense"])
def test_an_address_of_another_kind_is_refused_without_repeating_it(shop, url):
    with pytest.raises(InputError, match=r"\[store\] url") as caught:
        open_store(shop, StoreSettings(url=url))
    assert "secret" not in str(caught.value)


def test_a_server_that_is_not_there_is_told_with_its_reason_and_without_the_password(shop):
    settings = StoreSettings(url="postgresql://me:secret@127.0.0.1:9/shop")
    said = told_to_try_later(lambda: open_store(shop, settings))
    assert "refused" in said
    assert "secret" not in said


def test_the_missing_driver_is_named(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(MissingExtraError, match=r"penchant\[postgres\]"):
        open_store(shop, StoreSettings(url="postgresql://127.0.0.1/shop"))


def test_a_server_that_died_is_told_and_found_again_once_it_is_back(server, remote, clock):
    remote.events.record(events(3))
    server.kill()
    try:
        for _ in range(3):
            told_to_try_later(lambda: remote.people.person("c"))
            told_to_try_later(lambda: remote.events.record(events(4)))
        assert not remote.available
    finally:
        server.start()
    assert "left alone" in told_to_try_later(remote.ping)
    clock.now += 1
    assert len(remote.people.person("c").events) == 3
    assert remote.events.record(events(4)).written == ("e3",)
    assert remote.available


def test_a_server_that_was_restarted_while_nobody_asked_is_not_even_noticed(server, remote):
    remote.events.record(events(3))
    remote.people.person("c")
    server.kill()
    server.start()
    assert len(remote.people.person("c").events) == 3
    assert remote.events.record(events(4)).written == ("e3",)


def test_a_server_that_hangs_is_not_waited_for_for_ever(server, remote, clock):
    remote.events.record(events(3))
    remote.people.person("c")
    server.pause()
    try:
        start = time.monotonic()
        assert "does not answer" in told_to_try_later(lambda: remote.people.person("c"))
        assert "does not answer" in told_to_try_later(lambda: remote.events.record(events(4)))
        assert time.monotonic() - start < 60  # and not for ever
    finally:
        server.resume()
    clock.now += 60
    assert len(remote.people.person("c").events) == 3
    assert remote.events.record(events(4)).written == ("e3",)


def test_a_table_that_is_locked_is_waited_for_then_told(server, remote):
    remote.events.record(events(1))
    with psycopg.connect(remote.settings.url) as other:
        other.execute("LOCK TABLE penchant.events IN ACCESS EXCLUSIVE MODE")
        assert "in time" in told_to_try_later(lambda: remote.events.record(events(2)))
        assert "in time" in told_to_try_later(lambda: remote.people.person("c"))
    assert remote.events.record(events(2)).written == ("e1",)


def test_a_writer_of_another_process_is_waited_for_then_told(remote, shop):
    remote.events.record(events(1))
    other = open_store(shop, remote.settings)
    with other.database.write():
        for _ in range(2):
            assert "in time" in told_to_try_later(lambda: remote.events.record(events(2)))
    assert remote.events.record(events(2)).written == ("e1",)
    other.close()


def test_connections_that_are_all_in_use_are_waited_for_then_told(remote):
    with remote.database.read(), ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(remote.people.person, "c")
        with pytest.raises(StoreError, match="more than it can answer"):
            waiting.result(30)
    assert remote.people.person("c").events == ()


def test_the_tables_lie_in_a_schema_of_their_own(server, shop):
    url = server.new_database()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE TABLE products (name text)")
        other.execute("INSERT INTO products VALUES ('the shop''s own')")
    store = open_store(shop, StoreSettings(url=url))
    store.events.record(events(1))
    store.close()
    with psycopg.connect(url) as other:
        assert other.execute("SELECT name FROM products").fetchall() == [("the shop's own",)]
        assert other.execute("SELECT count(*) FROM penchant.events").fetchone() == (1,)


def test_a_role_that_may_not_make_the_schema_is_told_how_to_get_one(server, shop):
    url = server.new_database()
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE ROLE modest LOGIN")
    modest = StoreSettings(url=url.replace("postgres@", "modest@"))
    with pytest.raises(InputError, match="CREATE SCHEMA penchant AUTHORIZATION"):
        open_store(shop, modest)
    with psycopg.connect(url, autocommit=True) as other:
        other.execute("CREATE SCHEMA penchant AUTHORIZATION modest")
    store = open_store(shop, modest)
    assert store.events.record(events(1)).written == ("e0",)
    store.close()


def test_a_shop_whose_name_is_odd_is_opened_all_the_same(tmp_path):
    odd = ShopDirectory.create(Path(tmp_path / "a shop? 100% ä#1"))
    store = open_store(odd, QUICK)
    assert store.events.record(events(1)).written == ("e0",)
    store.close()
    assert (odd.path / FILE).is_file()
