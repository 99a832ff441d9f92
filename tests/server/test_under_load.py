"""The real service under load: killed, its database killed, its builds swapped, for a long time."""

from __future__ import annotations

import itertools
import os
import signal
import threading
import time
from contextlib import suppress
from http.client import HTTPException

import pytest

from benchmarks.service.processes import Server
from benchmarks.service.soak import soak, swap_once
from penchant.publishing import pointed_id
from penchant.shop_directory import ShopDirectory
from tests.databases import PostgresServer, postgres
from tests.server.process import ask, running

UNLIMITED = {"PENCHANT_SERVER_REQUESTS_PER_SECOND": "0"}
WAIT_SECONDS = 120


def until(what):
    """Wait until something holds."""
    deadline = time.monotonic() + WAIT_SECONDS
    while not what():
        assert time.monotonic() < deadline, "it never came to that"
        time.sleep(0.01)


class Writers:
    """Threads that report events until told to stop; who gets no answer sends the same again."""

    def __init__(self, service, label, n=3):
        self.acknowledged: set[str] = set()
        self.refused = 0
        self._service, self._over = service, threading.Event()
        self._threads = [
            threading.Thread(target=self._write, args=(f"{label}-{number}",)) for number in range(n)
        ]

    def __enter__(self):
        for one in self._threads:
            one.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        for one in self._threads:
            one.join()

    def _write(self, label):
        names = (f"{label}-{number}" for number in itertools.count())
        name = next(names)
        while not self._over.is_set():
            with suppress(OSError, HTTPException), self._service.connected() as link:
                while not self._over.is_set():
                    status, told = ask(link, "POST", "/v1/events", event(name))
                    if status == 200:
                        assert told["accepted"] + told["duplicates"] == 1, told
                        self.acknowledged.add(name)
                        name = next(names)
                    else:
                        assert status == 503, told
                        self.refused += 1
                        time.sleep(0.02)
            time.sleep(0.02)


def event(name):
    told = {"customer_id": "NEW", "product_id": "P03", "interaction_type": "view"}
    return {"event_id": name, **told}


def kept(service, store_url=""):
    """All event ids the shop's database holds, each as often as it is there."""
    directory = ShopDirectory.open(service.shop)
    environment = {"PENCHANT_STORE_URL": store_url} if store_url else {}
    from penchant.store.database.store import open_store

    store = open_store(directory, directory.settings(environment).store)
    try:
        return [one.event_id for _, one in store.events.since(0, limit=10**7)]
    finally:
        store.close()


def check_kept(service, acknowledged, store_url=""):
    names = kept(service, store_url)
    assert len(names) == len(set(names))
    assert acknowledged <= set(names)


def kill_while_events_come(shop, kills, **environment):
    """Kill the service again and again while events are reported; give those acknowledged."""
    acknowledged: set[str] = set()
    for turn in range(kills):
        with running(shop, **UNLIMITED, **environment) as service:
            with Writers(service, f"turn{turn}") as writers:
                until(lambda writers=writers: len(writers.acknowledged) >= 20)
                os.kill(service.process.pid, signal.SIGKILL)
            acknowledged |= writers.acknowledged
    return service, acknowledged


@pytest.mark.proof
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_fifty_kills_of_the_service_lose_no_acknowledged_event(own_shop, kind):
    url = postgres().new_database() if kind == "postgresql" else ""
    environment = {"PENCHANT_STORE_URL": url} if url else {}
    service, acknowledged = kill_while_events_come(own_shop, 50, **environment)
    check_kept(service, acknowledged, url)


@pytest.mark.parametrize("kills", [2, pytest.param(50, marks=pytest.mark.proof)])
def test_a_database_killed_and_started_again_is_found_again_by_the_same_service(own_shop, kills):
    server = PostgresServer()
    try:
        url = server.new_database()
        with running(own_shop, PENCHANT_STORE_URL=url, **UNLIMITED) as service:
            with Writers(service, "w") as writers:
                for _ in range(kills):
                    start = len(writers.acknowledged) + 20
                    until(lambda start=start: len(writers.acknowledged) >= start)
                    refused = writers.refused
                    server.kill()
                    until(lambda refused=refused: writers.refused > refused)
                    status, slate = service.ask("GET", "/v1/customers/WARM/recommendations?k=3")
                    assert (status, len(slate["slots"])) == (200, 3)
                    assert slate["degraded"] is True
                    server.start()
                start = len(writers.acknowledged) + 20
                until(lambda: len(writers.acknowledged) >= start)
            until(lambda: service.ask("GET", "/health/ready")[1]["status"] == "ok")
            slate = service.ask("GET", "/v1/customers/WARM/recommendations?k=3")[1]
            assert (slate["degraded"], slate["step"]) == (False, "profile")
            check_kept(service, writers.acknowledged, url)
    finally:
        server.close()


def with_two_builds(shop, desk):
    """Make another build of a shop, and give its directory."""
    file = shop / "penchant.toml"
    text = file.read_text()
    file.write_text(text.replace("# half_life_days = 30.0", "half_life_days = 14.0"))
    made = desk.run("build", shop, "--json")
    assert made.code == 0, made.err
    file.write_text(text)
    return ShopDirectory.open(shop)


@pytest.mark.parametrize("swaps", [4, pytest.param(100, marks=pytest.mark.proof)])
def test_builds_are_swapped_under_load_without_a_failed_request(own_shop, desk, swaps):
    shop = with_two_builds(own_shop, desk)
    with running(own_shop, "--workers", 3, **UNLIMITED) as service:  # two fronts
        over, failures, builds = threading.Event(), [], {}

        def work():
            with service.connected() as link:
                while not over.is_set():
                    status, told = ask(link, "GET", "/v1/customers/WARM/recommendations?k=3")
                    builds[told.get("build_id")] = builds.get(told.get("build_id"), 0) + 1
                    if status != 200 or told["degraded"] or len(told["slots"]) != 3:
                        failures.append(told)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for one in threads:
            one.start()
        for _ in range(swaps):
            new = swap_once(shop)
            before = builds.get(new, 0)
            until(lambda new=new, before=before: builds.get(new, 0) > before)
        over.set()
        for one in threads:
            one.join()
        assert failures == []
        assert set(builds) == set(shop.build_ids())
        assert new == pointed_id(shop)


@pytest.mark.parametrize(
    ("seconds", "swap_seconds", "workers"),
    [(12.0, 3.0, 3), pytest.param(1800.0, 60.0, 2, marks=pytest.mark.proof)],
    ids=["two_fronts", "half_an_hour"],
)
def test_nothing_fails_and_nothing_grows_in_a_long_run(
    own_shop, desk, seconds, swap_seconds, workers
):
    shop = with_two_builds(own_shop, desk)
    with running(own_shop, "--workers", workers, **UNLIMITED) as service:
        server = Server(service.process, service.port)
        done = soak(shop, server, seconds=seconds, rate=20.0, swap_seconds=swap_seconds)
        assert done.figures.failed == {}
        assert done.swaps >= 3
        assert set(done.builds) == set(shop.build_ids())
        assert done.sound, done
    text = service.out.read_text()
    assert "Traceback" not in text
    assert not [one for one in service.lines if one["level"] == "error"]
