"""Limits on everything that comes in, and headers on everything that goes out."""

import asyncio
import json
import threading
from contextlib import ExitStack, contextmanager

import pytest

from penchant.server.middleware.body import MOST_TARGET, BodyLimit
from penchant.server.middleware.crowd import BODIES, BODIES_OF_A_PAGE, Crowd
from penchant.server.service import MOST_AT_ONCE
from tests.server.conftest import add_keys, served

AS_JSON = {"Content-Type": "application/json"}


def test_a_body_that_is_too_large_is_refused_by_its_head(own_shop):
    with served(own_shop, server_max_body_kb=1) as service:
        answer = service.post("/v1/events", {"events": ["x" * 2_000]})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        photo = {"photo": "x" * 5_000}
        assert service.put("/v1/products/N1", photo).status_code == 422
        assert service.put("/v1/products/N1", {"photo": "x" * 11_000}).status_code == 413


def test_a_body_that_comes_in_pieces_is_counted_as_it_comes(own_shop):
    async def pieces():
        for _ in range(1_000):
            yield b"x" * 1_000

    with served(own_shop, server_max_body_kb=8) as service:
        for path in ("/v1/events", "/v1/cart/recommendations"):
            answer = service.client.request("POST", path, content=pieces(), headers=AS_JSON)
            assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    from penchant.server.middleware import body

    monkeypatch.setattr(body, "MOST_SECONDS", 0.05)
    sent = []

    async def app(scope, receive, send):
        await receive()

    async def never():
        await asyncio.sleep(60)

    async def send(message):
        sent.append(message)

    scope = {
        "type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": [],
        "state": {"request_id": "r"},
    }  # fmt: skip
    asyncio.run(BodyLimit(app, lambda *_: 100)(scope, never, send))
    assert sent[0]["status"] == 408
    assert json.loads(sent[1]["body"])["code"] == "too_slow"


def test_an_address_that_is_too_long_is_refused(service):
    answer = service.get(f"/v1/recommendations?product={'x' * MOST_TARGET}")
    assert (answer.status_code, answer.json()["code"]) == (414, "uri_too_long")


def test_a_key_that_asks_too_often_is_told_when_to_come_back(own_shop):
    keys = add_keys(own_shop)
    with served(own_shop, server_requests_per_second=0.1, server_burst=2) as service:
        own = {"headers": {"X-API-Key": keys["read"]}}
        assert [service.get("/v1/recommendations", **own).status_code for _ in range(3)] == [
            200, 200, 429,
        ]  # fmt: skip
        answer = service.get("/v1/recommendations", **own)
        assert answer.json()["code"] == "rate_limited"
        assert 1 <= int(answer.headers["retry-after"]) <= 20
        other = {"headers": {"X-API-Key": keys["all"]}}
        assert service.get("/v1/recommendations", **other).status_code == 200
        assert service.get("/health/ready", **own).status_code == 200


@contextmanager
def all_busy(service, bench):
    """Every thread of a bench works, and its line is full."""
    go, inside = threading.Event(), threading.Semaphore(0)

    def busy():
        inside.release()
        go.wait(20)

    fillers = [
        asyncio.run_coroutine_threadsafe(bench.run(busy), service.client.loop)
        for _ in range(bench._most)
    ]
    try:
        for _ in range(bench._threads._max_workers):
            assert inside.acquire(timeout=20)
        yield
    finally:
        go.set()
    for one in fillers:
        one.result(20)


def test_who_comes_when_all_are_busy_is_told_at_once(service):
    with all_busy(service, service.service.answers):
        answer = service.get("/v1/recommendations")
        assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
        assert answer.headers["retry-after"] == "1"
        assert service.get("/health/live").status_code == 200
    assert service.get("/v1/recommendations").status_code == 200


def test_reports_never_keep_anybody_from_their_rights(service):
    with all_busy(service, service.service.chores):
        assert service.post("/v1/exposures", {"request_id": "x"}).status_code == 503
        own = "/v1/customers/WARM"
        assert service.put(f"{own}/consent", {"marketing": False}).status_code == 200
        assert service.get(f"{own}/consent").json()["marketing"] is False
        assert service.get(f"{own}/export").status_code == 200
        receipt = service.delete(own)
        assert receipt.status_code == 202
        assert service.get(receipt.headers["location"]).status_code == 200


def test_only_so_many_requests_are_inside(service):
    crowd = crowd_of(service)
    crowd.inside = crowd.most
    answer = service.get("/v1/recommendations")
    assert (answer.status_code, answer.json()["code"]) == (503, "overloaded")
    assert service.get("/health/ready").status_code == 200
    crowd.inside = 0
    assert service.get("/v1/recommendations").status_code == 200
    assert crowd.inside == 0


def post_of(path, headers=()):
    """A request of which only the head came."""
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST",
        "scheme": "http", "path": path, "raw_path": path.encode(), "root_path": "",
        "query_string": b"", "server": ("localhost", 80), "client": ("127.0.0.1", 1),
        "headers": [
            (b"host", b"localhost"), (b"content-length", b"100"),
            (b"content-type", b"application/json"), *headers,
        ],
    }  # fmt: skip


@contextmanager
def slow_bodies(service, count, headers=()):
    """Requests whose heads came and whose bodies never do; gives the statuses of those refused."""
    app, arrived, statuses = service.client.app, threading.Semaphore(0), []

    async def one():
        parts = [{"type": "http.request", "body": b"{", "more_body": True}]

        async def receive():
            if not parts:
                arrived.release()
                await asyncio.Event().wait()
            return parts.pop()

        async def send(message):
            if message["type"] == "http.response.start":
                statuses.append(message["status"])
                arrived.release()

        await app(post_of("/v1/events", headers), receive, send)

    running = [asyncio.run_coroutine_threadsafe(one(), service.client.loop) for _ in range(count)]
    try:
        for _ in running:
            assert arrived.acquire(timeout=20)
        yield statuses
    finally:
        for each in running:
            each.cancel()


@pytest.mark.parametrize("path", ["/v1/events", "/v1/exposures"])
def test_who_hangs_up_is_no_failure_of_the_service(service, path):
    sent = []

    async def receive():
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)

    service.client.run(service.client.app(post_of(path), receive, send))
    assert sent[0]["status"] == 499
    told = {one["event"]: one for one in service.lines}
    assert told["hung_up"]["level"] == "debug"
    assert told["request"]["status"] == 499
    assert "unexpected" not in told


def crowd_of(service):
    crowd = service.client.app
    while not isinstance(crowd, Crowd):
        crowd = crowd.app
    return crowd


def test_bodies_that_never_come_keep_nobody_else_out(own_shop):
    event = {
        "event_id": "e1", "customer_id": "NEW", "product_id": "P03", "interaction_type": "view",
    }  # fmt: skip
    with served(own_shop, server_requests_per_second=0) as service:
        with slow_bodies(service, MOST_AT_ONCE) as refused:
            assert refused == []
            assert service.get("/v1/recommendations").status_code == 200
            assert service.post("/v1/events", event).json()["accepted"] == 1
            assert crowd_of(service).inside == 0
        assert service.settled(lambda: not crowd_of(service).waiting)


def test_bodies_that_are_waited_for_are_bounded(own_shop):
    with served(own_shop, server_requests_per_second=0) as service:
        crowd = crowd_of(service)
        crowd.most = 3
        with slow_bodies(service, 2 * BODIES * 3) as refused:
            assert refused == [503] * (BODIES * 3)
            assert service.get("/v1/recommendations").status_code == 200
        assert service.settled(lambda: not crowd.waiting)
        assert crowd.inside == 0


def tokens_of(service, key, names):
    """Give the page token of each person."""
    return [
        service.post(f"/v1/customers/{one}/token", headers=key).json()["token"] for one in names
    ]


def test_all_pages_together_keep_no_server_of_the_shop_from_sending(own_shop):
    key = {"X-API-Key": add_keys(own_shop)["all"]}
    view = {
        "event_id": "e", "customer_id": "NEW", "product_id": "P03", "interaction_type": "view",
    }  # fmt: skip
    with served(own_shop, server_requests_per_second=0) as service, ExitStack() as pages:
        crowd_of(service).most = 6
        for token, most in zip(tokens_of(service, key, "ABC"), (5, 1, 0), strict=True):
            headers = [(b"x-api-key", token.encode())]
            refused = pages.enter_context(slow_bodies(service, 5, headers))
            assert refused == [503] * (5 - most)
        assert service.post("/v1/events", view, headers=key).json()["accepted"] == 1


def test_one_page_may_not_keep_the_others_from_sending(own_shop):
    key = {"X-API-Key": add_keys(own_shop)["all"]}
    with served(own_shop, server_requests_per_second=0) as service:
        token, other = tokens_of(service, key, ("WARM", "NEAR"))
        with slow_bodies(service, BODIES_OF_A_PAGE + 3, [(b"x-api-key", token.encode())]) as no:
            assert no == [503] * 3
            view = {"event_id": "e", "product_id": "P03", "interaction_type": "view"}
            answer = service.post("/v1/events", view, headers={"X-API-Key": other})
            assert answer.json()["accepted"] == 1


def test_a_page_may_ask_less_often_than_a_server(own_shop):
    key = {"X-API-Key": add_keys(own_shop)["all"]}
    limits = {"server_page_requests_per_second": 0.1, "server_page_burst": 2}
    with served(own_shop, **limits) as service:
        one, other = ({"X-API-Key": token} for token in tokens_of(service, key, ("WARM", "NEAR")))
        found = [service.get("/v1/recommendations", headers=one).status_code for _ in range(3)]
        assert found == [200, 200, 429]
        assert "a page may" in service.get("/v1/recommendations", headers=one).json()["detail"]
        for own in (other, key):
            assert service.get("/v1/recommendations", headers=own).status_code == 200


def test_a_page_may_report_fewer_events_at_once_than_a_server(own_shop):
    key = {"X-API-Key": add_keys(own_shop)["all"]}
    views = [
        {"event_id": f"e{n}", "product_id": "P03", "interaction_type": "view"} for n in range(3)
    ]
    with served(own_shop, server_max_page_events=2) as service:
        (token,) = tokens_of(service, key, ("WARM",))
        answer = service.post("/v1/events", {"events": views}, headers={"X-API-Key": token})
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
        assert answer.json()["detail"].endswith("[server] max_page_events.")
        own = [{**one, "customer_id": "WARM"} for one in views]
        assert service.post("/v1/events", {"events": own}, headers=key).json()["accepted"] == 3


SECURITY = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


@pytest.mark.parametrize("path", ["/v1/recommendations", "/nowhere", "/health/live", "/metrics"])
def test_every_answer_has_headers_that_keep_browsers_from_guessing(service, path):
    headers = service.get(path).headers
    assert {name: headers[name] for name in SECURITY} == SECURITY
    assert "server" not in headers


def test_pages_that_are_listed_may_ask_and_others_not(own_shop):
    with served(own_shop, server_cors_origins='["https://shop.example"]') as service:
        ask = {
            "Origin": "https://shop.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        }
        answer = service.client.request("OPTIONS", "/v1/events", headers=ask)
        assert answer.status_code == 200
        assert answer.headers["access-control-allow-origin"] == "https://shop.example"
        for other in (
            {"Origin": "https://evil.example"},
            {"Access-Control-Request-Method": "DELETE"},
        ):
            refused = service.client.request("OPTIONS", "/v1/events", headers={**ask, **other})
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
            assert refused.json()["request_id"] == refused.headers["x-request-id"]
        own = service.get("/v1/recommendations", headers={"Origin": "https://shop.example"})
        assert own.headers["access-control-allow-origin"] == "https://shop.example"
        assert "x-request-id" in own.headers["access-control-expose-headers"].lower()
        evil = service.get("/v1/recommendations", headers={"Origin": "https://evil.example"})
        assert "access-control-allow-origin" not in evil.headers


def test_no_page_may_ask_by_default(service):
    answer = service.get("/v1/recommendations", headers={"Origin": "https://shop.example"})
    assert "access-control-allow-origin" not in answer.headers


def test_what_was_not_foreseen_says_nothing_of_the_inside(service, monkeypatch):
    def broken(*_, **__):
        raise ZeroDivisionError("the secret of WARM is pk_1234")

    monkeypatch.setattr(service.service.serving.shop.people, "gather", broken, raising=False)
    monkeypatch.setattr(type(service.service.serving.shop), "recommend", broken)
    answer = service.get("/v1/customers/WARM/recommendations")
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert "secret" not in answer.text
    assert "Zero" not in answer.text
    line = next(one for one in service.lines if one["event"] == "unexpected")
    assert (line["error"], line["request_id"]) == ("ZeroDivisionError", answer.json()["request_id"])
    assert "secret" not in service.log
    assert any("test_limits.py" in one for one in line["at"])
