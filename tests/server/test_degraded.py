"""When something is out of order: an answer without it or a clear 503, never a hang or a trace."""

import shutil
import sqlite3
import time
from contextlib import closing

import pytest

from penchant.errors import StoreError
from tests.databases import postgres
from tests.server.conftest import add_keys, served

VIEW = {"customer_id": "WARM", "product_id": "P03", "interaction_type": "view"}


def event(name):
    return {"event_id": name, **VIEW}


def check_down(service, code="store_down"):
    """What must hold while the database does not answer."""
    slate = service.get("/v1/customers/WARM/recommendations?k=4")
    assert slate.status_code == 200, slate.text
    told = slate.json()
    assert (told["degraded"], told["request_id"], len(told["slots"])) == (True, None, 4)
    assert told["step"] == "popular"
    anyone = service.get("/v1/recommendations").json()
    assert anyone["slots"]
    for answer in (
        service.post("/v1/events", event("lost")),
        service.put("/v1/customers/WARM/consent", {"personalization": False}),
        service.post("/v1/exposures", {"request_id": "x"}),
        service.delete("/v1/customers/WARM"),
        service.get("/v1/customers/WARM/export"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (503, code), answer.text
        assert int(answer.headers["retry-after"]) > 0
    ready = service.get("/health/ready")
    assert ready.status_code == 200
    assert service.get("/health/live").status_code == 200


@pytest.fixture
def failing(service, monkeypatch):
    """A service whose database fails on purpose."""
    database = service.service.link.store.database

    def down(*_, **__):
        raise StoreError("The database does not answer.")

    def fail():
        monkeypatch.setattr(type(database), "read", down)
        monkeypatch.setattr(type(database), "write", down)
        monkeypatch.setattr(type(database), "snapshot", down)

    service.fail, service.mend = fail, monkeypatch.undo
    return service


def test_when_the_database_is_down_products_are_shown_without_knowing_anybody(failing):
    failing.fail()
    check_down(failing)
    failing.settled(lambda: failing.get("/health/ready").json()["trouble"] == ["store_down"])
    assert "penchant_store_up 0.0" in failing.get("/metrics").text
    assert "penchant_degraded_slates_total 0.0" not in failing.get("/metrics").text
    failing.mend()
    failing.settled(lambda: failing.get("/health/ready").json()["status"] == "ok")
    assert failing.get("/v1/customers/WARM/recommendations").json()["degraded"] is False
    assert failing.post("/v1/events", event("lost")).json()["accepted"] == 1
    told = [one["event"] for one in failing.lines]
    assert "store_down" in told
    assert "store_up" in told


def test_keys_are_still_checked_while_the_database_is_down(own_shop, monkeypatch):
    keys = add_keys(own_shop)
    with served(own_shop) as service:
        database = type(service.service.link.store.database)

        def down(*_, **__):
            raise StoreError("The database does not answer.")

        monkeypatch.setattr(database, "read", down)
        monkeypatch.setattr(database, "snapshot", down)
        own = {"headers": {"X-API-Key": keys["read"]}}
        assert service.get("/v1/customers/WARM/recommendations", **own).json()["degraded"] is True
        assert service.get("/v1/recommendations").status_code == 401
        assert service.get("/v1/admin/builds", **own).status_code == 403
        monkeypatch.undo()


def most_pages(service, n):
    """Leave the database no more room than so many pages."""
    with service.service.link.store.database.write() as connection:
        connection.exec_driver_sql(f"PRAGMA max_page_count={n}")


def test_when_the_disk_is_full_answers_are_given_and_events_are_not(service):
    assert service.get("/health/ready").json()["trouble"] == []
    most_pages(service, 1)  # no fewer than there are: nothing more fits
    several = {"events": [{**event(f"{n}"), "product_id": "p" * 200} for n in range(300)]}
    answer = service.post("/v1/events", several)
    assert (answer.status_code, answer.json()["code"]) == (503, "store_full")
    assert service.get("/v1/customers/WARM/recommendations").json()["step"] == "profile"
    ready = service.get("/health/ready")
    assert (ready.status_code, ready.json()["trouble"]) == (200, ["store_full"])
    most_pages(service, 1_000_000)
    assert service.post("/v1/events", several).json()["accepted"] == 300
    assert service.get("/health/ready").json()["trouble"] == []


def test_a_database_that_hangs_keeps_nobody_waiting_for_long(own_shop, monkeypatch):
    with served(own_shop, store_write_timeout_ms=100) as service:
        recorder = service.service.recorder
        import threading

        go = threading.Event()
        monkeypatch.setattr(recorder, "_write", lambda _: go.wait(30))
        begun = time.monotonic()
        answer = service.post("/v1/events", event("e"))
        assert (answer.status_code, answer.json()["code"]) == (503, "store_down")
        assert time.monotonic() - begun < 10
        assert service.get("/v1/customers/WARM/recommendations").status_code == 200
        go.set()


def test_a_file_that_is_no_database_any_more_is_told_at_start(own_shop):
    (own_shop / "penchant.db").write_bytes(b"garbage" * 1_000)
    with served(own_shop) as service:
        assert service.get("/health/live").status_code == 200
        ready = service.get("/health/ready")
        assert (ready.status_code, ready.json()["status"]) == (503, "not_ready")
        answer = service.get("/v1/recommendations")
        assert (answer.status_code, answer.json()["code"]) == (503, "store_down")
        assert str(own_shop) not in answer.text
        (own_shop / "penchant.db").unlink()
        service.settled(lambda: service.get("/v1/recommendations").status_code == 200)


def test_a_database_that_is_taken_away_keeps_no_event_and_is_told(own_shop, tmp_path):
    with served(own_shop) as service:
        assert service.post("/v1/events", event("e")).json()["accepted"] == 1
        files = list(own_shop.glob("penchant.db*"))
        for one in files:
            one.rename(tmp_path / one.name)
        answer = service.post("/v1/events", event("lost"))
        assert (answer.status_code, answer.json()["code"]) == (503, "store_down")
        consent = service.put("/v1/customers/WARM/consent", {"personalization": False})
        assert consent.status_code == 503
        service.settled(lambda: service.get("/health/ready").json()["trouble"] == ["store_down"])
        assert not (own_shop / "penchant.db").exists()
        assert service.get("/v1/customers/WARM/recommendations").status_code == 200
        for one in files:
            (tmp_path / one.name).rename(one)
        service.settled(lambda: service.get("/health/ready").json()["status"] == "ok")
        assert service.post("/v1/events", event("lost")).json()["accepted"] == 1
    assert written(own_shop) == {"e", "lost"}


def test_a_database_that_is_replaced_is_opened_anew(own_shop, tmp_path):
    with served(own_shop) as service:
        assert service.post("/v1/events", event("e")).json()["accepted"] == 1
        copy = tmp_path / "copy.db"
        with closing(sqlite3.connect(own_shop / "penchant.db")) as database:
            database.execute("VACUUM INTO ?", (str(copy),))
        assert service.post("/v1/events", event("f")).json()["accepted"] == 1
        for one in own_shop.glob("penchant.db*"):
            one.unlink()
        copy.rename(own_shop / "penchant.db")
        answer = service.post("/v1/events", event("g"))
        assert answer.status_code == 503 or written(own_shop) == {"e", "g"}
        service.settled(lambda: service.post("/v1/events", event("h")).status_code == 200)
        assert service.get("/health/ready").json()["status"] == "ok"
        assert {"e", "h"} <= written(own_shop) <= {"e", "g", "h"}
        people = service.service.link.store.people
        assert "h" in {one.event_id for one in people.person("WARM").events}


def test_a_file_that_is_replaced_while_it_is_written_to_is_told(own_shop, monkeypatch):
    with served(own_shop) as service:
        log = service.service.link.store.events
        record = log.record

        def replaced(events, **how):
            done = record(events, **how)
            (own_shop / "penchant.db").rename(own_shop / "away.db")
            return done

        monkeypatch.setattr(log, "record", replaced)
        assert service.post("/v1/events", event("e")).status_code == 503


def written(shop):
    """The events in the file that is there."""
    with closing(sqlite3.connect(shop / "penchant.db")) as database:
        return {row[0] for row in database.execute("SELECT event_id FROM events")}


def test_a_file_that_turns_into_garbage_while_it_is_served_degrades_answers(own_shop):
    with served(own_shop) as service:
        assert service.post("/v1/events", event("e")).json()["accepted"] == 1
        for name in ("penchant.db", "penchant.db-wal", "penchant.db-shm"):
            path = own_shop / name
            if path.exists():
                with path.open("r+b") as file:
                    file.write(b"garbage!" * (path.stat().st_size // 8))
        deadline = time.monotonic() + 20
        while True:
            slate = service.get("/v1/customers/WARM/recommendations")
            events = service.post("/v1/events", event("f"))
            assert slate.status_code == 200
            assert events.status_code in (200, 503), events.text
            if events.status_code == 503:
                break
            assert time.monotonic() < deadline


def test_postgresql_that_is_killed_and_comes_back_is_taken_up_again(own_shop, monkeypatch):
    server = postgres()
    monkeypatch.setenv("PENCHANT_STORE_URL", server.new_database())
    with served(own_shop, store_url=server.new_database()) as service:
        assert service.post("/v1/events", event("e1")).json()["accepted"] == 1
        assert service.get("/v1/customers/WARM/recommendations").json()["degraded"] is False
        server.kill()
        try:
            check_down(service)
        finally:
            server.start()
        service.settled(lambda: service.get("/health/ready").json()["status"] == "ok", 60)
        assert service.post("/v1/events", event("e1")).json()["duplicates"] == 1
        assert service.get("/v1/customers/WARM/recommendations").json()["degraded"] is False


def test_a_shop_whose_postgresql_is_down_at_start_serves_when_it_is_there(own_shop):
    server = postgres()
    url = server.new_database()
    server.kill()
    try:
        with served(own_shop, store_url=url) as service:
            assert service.get("/v1/recommendations").status_code == 503
            server.start()
            service.settled(lambda: service.get("/v1/recommendations").status_code == 200, 60)
    finally:
        if server.process.poll() is not None:
            server.start()


def test_a_shop_that_is_gone_from_disk_still_answers(own_shop):
    with served(own_shop) as service:
        shutil.rmtree(own_shop / "builds")
        (own_shop / "CURRENT").unlink()
        assert service.get("/v1/customers/WARM/recommendations").status_code == 200
        service.settled(lambda: "not_built" in service.get("/health/ready").json()["trouble"])
        assert service.get("/v1/customers/WARM/recommendations").status_code == 200
