"""What was acknowledged is there, once, whoever is killed when; several writers get along."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import threading
import time
from collections import Counter

import pytest

from penchant.errors import StoreError
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store
from penchant.store.database.values import Event
from tests.databases import PostgresServer, postgres

WRITER = """
import json, sys, threading
from penchant.settings.serving import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import open_store
from penchant.store.database.values import Event
path, url, prefix, rounds = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])
store = open_store(ShopDirectory.open(path), StoreSettings(url=url, write_timeout_ms=60_000))
out = threading.Lock()
def write(thread):
    for number in range(rounds):
        mine = [f"{prefix}-{thread}-{number}-{n}" for n in range(1 + number % 3)]
        ours = [f"ours-{number}"]
        done = store.events.record([Event(one, "c", "p", "view", 1) for one in mine + ours])
        with out:  # said only now that it is acknowledged
            sys.stdout.write(json.dumps([mine + ours, done.written]) + chr(10))
            sys.stdout.flush()
threads = [threading.Thread(target=write, args=(n,)) for n in range(2)]
for one in threads: one.start()
for one in threads: one.join()
"""


def writer(shop, url, prefix, rounds):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, shop.path, url, prefix, str(rounds)],
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request, tmp_path):
    shop = ShopDirectory.create(tmp_path / "shop")
    url = postgres().new_database() if request.param == "postgresql" else ""
    return shop, url


def all_ids(shop, url):
    store = open_store(shop, StoreSettings(url=url))
    log = store.events.since(0, limit=10_000_000)
    store.close()
    assert [seq for seq, _ in log] == sorted(seq for seq, _ in log)
    return Counter(event.event_id for _, event in log)


def test_several_processes_write_the_same_and_different_events_each_once(place):
    shop, url = place
    writers = [writer(shop, url, f"w{n}", 25) for n in range(3)]
    told = [
        json.loads(line)
        for one in writers
        for line in one.communicate(timeout=120)[0].split("\n")
        if line
    ]
    assert [one.returncode for one in writers] == [0, 0, 0]
    assert len(told) == 3 * 2 * 25
    there = all_ids(shop, url)
    assert set(there) == {event_id for sent, _ in told for event_id in sent}
    assert set(there.values()) == {1}
    # of those who sent the same event, exactly one was told that it is new
    assert Counter(event_id for _, new in told for event_id in new) == there


def kill_a_writer(shop, url, prefix, after):
    """Kill -9 a process after so many acknowledged writes; give what it was told."""
    process = writer(shop, url, prefix, 1_000_000)
    told = [json.loads(process.stdout.readline()) for _ in range(after)]
    process.kill()
    rest = process.communicate(timeout=60)[0].split("\n")
    told += [json.loads(line) for line in rest[:-1]]  # the last line may be half of one
    return {event_id for sent, _ in told for event_id in sent}


def check_kills(place, kills, seed):
    chance = random.Random(seed)  # noqa: S311 no secret
    told = set()
    for number in range(kills):
        told |= kill_a_writer(*place, f"k{number}", chance.randrange(1, 60))
        there = all_ids(*place)
        assert told <= there.keys(), f"kill {number}"
        assert set(there.values()) == {1}


def test_what_a_killed_process_was_told_is_written_is_there(place):
    check_kills(place, 2, seed=1)


@pytest.mark.proof
def test_fifty_killed_processes_lose_nothing_they_were_told_is_written(place):
    check_kills(place, 50, seed=2)


class Shopper(threading.Thread):
    """Writes on and on, tries again what failed, and remembers what was acknowledged."""

    def __init__(self, store, name, stop):
        super().__init__()
        self.store, self.prefix, self.stop = store, name, stop
        self.told, self.failures, self.slowest = [], 0, 0.0
        self.wrote = threading.Event()

    def run(self):
        number = 0
        while not self.stop.is_set():
            event = Event(f"{self.prefix}-{number}", "c", "p", "view", number)
            start = time.monotonic()
            try:
                self.store.events.record([event])
            except StoreError:
                self.failures += 1
                self.stop.wait(0.01)
                continue
            finally:
                self.slowest = max(self.slowest, time.monotonic() - start)
            self.told.append(event.event_id)
            self.wrote.set()
            number += 1


def check_server_kills(tmp_path, rounds, seed):
    chance = random.Random(seed)  # noqa: S311 no secret
    shop, server = ShopDirectory.create(tmp_path / "shop"), PostgresServer()
    settings = StoreSettings(url=server.new_database())
    store, stop = open_store(shop, settings), threading.Event()
    shoppers = [Shopper(store, f"s{n}", stop) for n in range(3)]
    try:
        for one in shoppers:
            one.start()
        for _ in range(rounds):
            for one in shoppers:
                one.wrote.clear()
                assert one.wrote.wait(60), "the store did not recover by itself"
            stop.wait(chance.random() / 5)
            server.kill()
            server.start()
        for one in shoppers:
            one.wrote.clear()
            assert one.wrote.wait(60), "the store did not recover by itself"
    finally:
        stop.set()
        for one in shoppers:
            one.join(60)
        there = Counter(event.event_id for _, event in store.events.since(0, limit=10_000_000))
        store.close()
        server.close()
    told = {event_id for one in shoppers for event_id in one.told}
    assert told <= there.keys()
    assert set(there.values()) == {1}
    assert max(one.slowest for one in shoppers) < 60, "a call hung"


def test_a_server_killed_under_load_loses_nothing_acknowledged_and_is_found_again(tmp_path):
    check_server_kills(tmp_path, rounds=1, seed=3)


@pytest.mark.proof
def test_a_server_killed_twenty_times_under_load_loses_nothing_acknowledged(tmp_path):
    check_server_kills(tmp_path, rounds=20, seed=4)


@pytest.mark.parametrize("threads", [16])
def test_many_threads_read_while_others_write(place, threads):
    shop, url = place
    store = open_store(
        shop, StoreSettings(url=url, read_timeout_ms=20_000, write_timeout_ms=20_000)
    )
    failed = []

    def work(number):
        try:
            for n in range(20):
                store.events.record([Event(f"{number}-{n}", f"c{number}", "p", "view", n)])
                person = store.people.person(f"c{number}")
                if [one.time_us for one in person.events] != list(range(n + 1)):
                    failed.append((number, person))
        except Exception as error:
            failed.append(error)

    workers = [threading.Thread(target=work, args=(n,)) for n in range(threads)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(120)
    store.close()
    assert failed == []
