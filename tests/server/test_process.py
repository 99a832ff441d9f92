"""The real `penchant serve`: starts, answers, swaps, is killed, and ends as it should."""

import http.client
import json
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress

import pytest

from penchant.cli.serve import check_host, check_port
from penchant.errors import InputError
from penchant.server.muster import is_alive
from penchant.server.runner import HEALTH_SECONDS
from penchant.shop_directory import ShopDirectory
from tests.server.conftest import add_keys
from tests.server.process import START_SECONDS, ask, command, running, until_ready


def event(name, **more):
    told = {"customer_id": "NEW", "product_id": "P03", "interaction_type": "view"}
    return {"event_id": name, **told, **more}


def test_it_answers_tells_where_it_listens_and_ends_when_told(own_shop):
    with running(own_shop) as service:
        status, slate = service.ask("GET", "/v1/customers/WARM/recommendations?k=3")
        assert (status, len(slate["slots"])) == (200, 3)
        assert service.ask("POST", "/v1/events", event("e1"))[1]["accepted"] == 1
        assert service.ask("GET", "/v1/customers/NEW/recommendations")[1]["step"] == "session"
        assert service.ask("GET", "/v1/customers/a%2Fb/recommendations")[0] == 200
        assert service.end() == 0
        text = service.out.read_text()
        assert f"http://127.0.0.1:{service.port}" in text
        requests = [one for one in service.lines if one["event"] == "request"]
        assert {"/v1/events", "/v1/customers/{customer_id}/recommendations"} <= {
            one["route"] for one in requests
        }
        assert "WARM" not in text
        assert "Traceback" not in text


def test_an_address_that_is_of_no_database_is_refused_at_the_start(own_shop):
    environment = {**os.environ, "PENCHANT_STORE_URL": "mysql://shop:secret@host/x"}
    done = subprocess.run(command(own_shop), env=environment, capture_output=True, check=False)
    assert done.returncode == 2
    assert b"postgresql://" in done.stderr
    assert b"secret" not in done.stderr


def test_requests_under_way_are_answered_when_it_is_told_to_end(own_shop):
    with running(own_shop, PENCHANT_SERVER_REQUESTS_PER_SECOND="0") as service:
        answers, begun = [], threading.Barrier(5)

        def work(number):
            with service.connected() as link:
                ask(link, "GET", "/health/live")
                begun.wait(30)
                for n in range(200):
                    try:
                        answers.append(ask(link, "POST", "/v1/events", event(f"{number}-{n}")))
                    except (OSError, ValueError):
                        return
                    except Exception:  # the connection ends between two requests
                        return

        threads = [threading.Thread(target=work, args=(one,)) for one in range(4)]
        for one in threads:
            one.start()
        begun.wait(30)
        while len(answers) < 20:
            pass
        assert service.end() == 0
        for one in threads:
            one.join()
        acknowledged = [one for one in answers if one[0] == 200]
        assert all(status in (200, 503) for status, _ in answers)
    with running(own_shop) as service:
        kept = service.ask("GET", "/v1/customers/NEW/export")[1]["database"]["events"]
        assert len(kept) >= len(acknowledged)


def test_what_was_acknowledged_is_there_once_after_a_kill(own_shop):
    acknowledged = set()
    for turn in range(3):
        with running(own_shop, PENCHANT_SERVER_REQUESTS_PER_SECOND="0") as service:
            threads = [
                threading.Thread(target=write, args=(service, f"{turn}-{n}", acknowledged))
                for n in range(3)
            ]
            for one in threads:
                one.start()
            target = len(acknowledged) + 30
            while len(acknowledged) < target:
                pass
            os.kill(service.process.pid, signal.SIGKILL)
            for one in threads:
                one.join()
    with running(own_shop) as service:
        kept = service.ask("GET", "/v1/customers/NEW/export")[1]["database"]["events"]
        names = [one["event_id"] for one in kept]
        assert acknowledged <= set(names)
        assert len(names) == len(set(names))
        for name in sorted(acknowledged)[:5]:
            assert service.ask("POST", "/v1/events", event(name))[1]["duplicates"] == 1


def write(service, label, acknowledged):
    """Report events until the service is gone."""
    try:
        with service.connected() as link:
            for n in range(10_000):
                name = f"{label}-{n}"
                if ask(link, "POST", "/v1/events", event(name))[0] == 200:
                    acknowledged.add(name)
    except Exception:
        return


def test_all_processes_know_at_once_what_one_was_told(own_shop, desk):
    vector = [float(one) for one in desk.make_vectors()["P03"]]
    with running(own_shop, "--workers", 3, PENCHANT_SERVER_REQUESTS_PER_SECOND="0") as service:
        for number in range(6):
            body = {"title": "New", "vector": vector}
            assert service.ask("PUT", f"/v1/products/N{number}", body)[0] == 200
            customer = f"C{number}"
            told = event(f"e{number}", customer_id=customer)
            assert service.ask("POST", "/v1/events", told)[0] == 200
            for _ in range(6):  # connections of their own go to either front
                assert service.ask("GET", f"/v1/products/N{number}/similar")[0] == 200
                slate = service.ask("GET", f"/v1/customers/{customer}/recommendations")[1]
                assert slate["step"] == "session"
                name = slate["request_id"]
                assert service.ask("POST", "/v1/exposures", {"request_id": name})[1]["accepted"]
        refuse = {"personalization": False}
        assert service.ask("PUT", "/v1/customers/WARM/consent", refuse)[0] == 200
        for _ in range(6):
            assert service.ask("GET", "/v1/customers/WARM/recommendations")[1]["step"] == "popular"
        metrics = service.ask("GET", "/metrics")[1]
        assert 'penchant_events_total{fate="accepted"} 6.0' in metrics
        assert "penchant_store_up 1.0" in metrics
        wait_for_another(service, 5)  # some may have begun later
        assert len(fronts_of(service)) == 2
        check_killed_answerers_are_replaced(service)
        check_a_killed_front_is_replaced(service)
        check_it_ends_although_one_was_just_killed(service)
        wait_until_gone(opened_by(service))


def test_a_front_that_is_alone_is_begun_again_while_requests_wait(own_shop):
    with running(own_shop, "--workers", 2) as service:
        wait_for_another(service, 3)
        (front,) = fronts_of(service)
        os.kill(front, signal.SIGKILL)
        assert service.ask("GET", "/v1/customers/WARM/recommendations")[0] == 200
        wait_for_another(service, 4)
        assert len(fronts_of(service)) == 2
        assert "answerer_ended" not in service.out.read_text()


def test_all_processes_end_when_the_command_is_killed(own_shop):
    left = str(own_shop.parent)  # the folder they share, which nobody removes then
    with running(own_shop, "--workers", 3, TMPDIR=left) as service:
        wait_for_another(service, 5)
        service.end(signal.SIGKILL)
        wait_until_gone(opened_by(service))
        check_port("127.0.0.1", service.port)
        graceful = [one["pid"] for one in service.lines if one.get("text") == "Shutting down"]
        assert set(graceful) == fronts_of(service)


def fronts_of(service):
    begun = [one for one in service.lines if "Started server process" in one.get("text", "")]
    return {one["pid"] for one in begun}


def opened_by(service):
    """The processes that opened the shop: fronts and answerers."""
    return {one["pid"] for one in service.lines if one["event"] == "build_taken_up"}


def wait_for_another(service, n_processes):
    """Ask until so many opened the shop, of which some were killed: nobody is refused."""
    deadline = time.monotonic() + START_SECONDS
    while len(opened_by(service)) < n_processes:
        assert time.monotonic() < deadline
        with suppress(OSError, http.client.HTTPException):
            assert service.ask("GET", "/v1/recommendations")[0] == 200


def check_killed_answerers_are_replaced(service):
    """Fronts answer by themselves meanwhile."""
    for pid in opened_by(service) - fronts_of(service):
        os.kill(pid, signal.SIGKILL)
    wait_for_another(service, 8)
    assert [one["event"] for one in service.lines].count("answerer_ended") == 3


def check_a_killed_front_is_replaced(service):
    """The other goes on answering, another one starts, and nobody waits for the dead."""
    begun = time.monotonic()
    kill_while_asked(min(fronts_of(service)))
    wait_for_another(service, 9)
    assert time.monotonic() - begun < HEALTH_SECONDS
    until_ready(service)
    assert service.ask("PUT", "/v1/products/N9", {"title": "New"})[0] == 200
    assert "workers_behind" not in service.out.read_text()
    assert "penchant_store_up 1.0" in service.ask("GET", "/metrics")[1]


def check_it_ends_although_one_was_just_killed(service):
    begun = time.monotonic()
    kill_while_asked(next(pid for pid in fronts_of(service) if is_alive(pid)))
    assert service.end() == 0
    assert time.monotonic() - begun < HEALTH_SECONDS / 2


def kill_while_asked(front):
    """Kill one that is asked for a sign of life, as each is twice a second, and cannot give it."""
    os.kill(front, signal.SIGSTOP)
    time.sleep(1.5)
    os.kill(front, signal.SIGKILL)


def wait_until_gone(pids):
    deadline = time.monotonic() + START_SECONDS
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_builds_are_swapped_by_the_command_line_without_a_request_lost(own_shop, desk):
    text = (own_shop / "penchant.toml").read_text()
    (own_shop / "penchant.toml").write_text(
        text.replace("# half_life_days = 30.0", "half_life_days = 14.0")
    )
    made = desk.run("build", own_shop, "--json")
    assert made.code == 0, made.err
    new = made.json["build_id"]
    unlimited = {"PENCHANT_SERVER_REQUESTS_PER_SECOND": "0"}
    with running(own_shop, "--workers", 3, **unlimited) as service:
        over, seen, failures = threading.Event(), [], []

        def work():
            with service.connected() as link:
                while not over.is_set():
                    status, told = ask(link, "GET", "/v1/customers/WARM/recommendations?k=3")
                    seen.append(told.get("build_id"))
                    if status != 200:
                        failures.append(told)

        threads = [threading.Thread(target=work) for _ in range(3)]
        for one in threads:
            one.start()
        old = service.ask("GET", "/health/ready")[1]["build_id"]
        for one in (new, old, new):
            done = desk.run("publish", own_shop, one, "--force", "a test")
            assert done.code == 0, done.err
            start = len(seen)
            while one not in seen[start:]:
                assert service.process.poll() is None
        over.set()
        for one in threads:
            one.join()
        assert not failures
        assert set(seen) == {old, new}


EVERYWHERE = "0.0.0.0"  # noqa: S104 it is refused


def test_others_are_not_let_in_without_a_key(own_shop):
    done = subprocess.run(
        command(own_shop, "--host", EVERYWHERE, "--port", 1), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == 2
    assert "penchant keys" in done.stderr
    directory = ShopDirectory.open(own_shop)
    for host in ("127.0.0.1", "::1", "[::1]", "localhost", "127.1.2.3"):
        check_host(directory, host)
    for host in (EVERYWHERE, "::", "192.168.1.5", "shop.example"):
        with pytest.raises(InputError):
            check_host(directory, host)
    add_keys(own_shop)
    check_host(directory, EVERYWHERE)


def test_a_port_that_is_taken_is_told(own_shop):
    with running(own_shop, "--json") as service:
        url = f"http://127.0.0.1:{service.port}"
        assert service.lines[0] == {"event": "starting", "url": url, "workers": 1}
        for workers in (1, 2):
            done = subprocess.run(
                command(own_shop, "--port", service.port, "--workers", workers),
                capture_output=True, text=True, timeout=60, check=False,
            )  # fmt: skip
            assert (done.returncode, done.stdout) == (2, "")
            assert done.stderr == (
                f"error: Port {service.port} of 127.0.0.1 is taken; choose another one with "
                "--port, or end what listens there.\n"
            )


@pytest.mark.parametrize("bad", [("--log-level", "loud"), ("--port", "99999"), ("--workers", "0")])
def test_options_that_make_no_sense_are_told(own_shop, bad):
    done = subprocess.run(
        command(own_shop, *bad), capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_keys_are_made_shown_once_listed_and_revoked(own_shop, desk):
    made = desk.run("keys", own_shop, "add", "--name", "web shop", "--scope", "read,events")
    assert made.code == 0, made.err
    text = made.out.strip()
    key_id = text.split("_")[1]
    listed = desk.run("keys", own_shop, "list")
    assert "web shop" in listed.out
    assert text not in listed.out + listed.err + made.err
    shown = desk.run("keys", own_shop, "--json").json["keys"]
    assert [(one["key_id"], one["scopes"]) for one in shown] == [(key_id, ["events", "read"])]
    assert json.dumps(shown).count("secret") == 0
    with running(own_shop, wait=False) as service:
        until_ready(service)
        own = {"X-API-Key": text}
        assert service.ask("GET", "/v1/recommendations", headers=own)[0] == 200
        assert service.ask("GET", "/v1/recommendations")[0] == 401
        assert desk.run("keys", own_shop, "revoke", key_id).code == 0
        deadline = time.monotonic() + 20
        while service.ask("GET", "/v1/recommendations", headers=own)[0] != 401:
            assert time.monotonic() < deadline
    assert desk.run("keys", own_shop, "revoke", "none").code == 2
    assert desk.run("keys", own_shop, "add", "--name", "x").code == 2
    assert desk.run("keys", own_shop, "dance").code == 2
