"""The client's connection: what is sent, what is understood, what is tried again."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import StreamRequestHandler, TCPServer
from typing import Any

import pytest

from penchant.client import Client
from penchant.client.connection import Connection
from penchant.client.values import EventsAnswer, Fate, value_of
from penchant.errors import InputError, ServiceError
from penchant.surfaces.slate import Reason, Slate, Slot

SLATE = Slate(
    customer_id="C1",
    product_id=None,
    surface="homepage",
    step="profile",
    build_id="b",
    request_id="r",
    degraded=False,
    slots=(Slot(1, "P1", 0.5, None, "visual", 1.0, Reason("Because.", "P2", 0.4)),),
)


class Desk:
    """A service that answers what it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any, dict[str, str]]] = []
        self.answers: list[tuple[int, Any, dict[str, str]]] = []
        desk = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _answer(self) -> None:
                text = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                body = json.loads(text) if text else None
                desk.asked.append((self.command, self.path, body, dict(self.headers)))
                status, answer, headers = desk.answers.pop(0)
                if status == 0:
                    self.close_connection = True
                    return
                content = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
                self.send_response(status)
                for name, one in {"Content-Length": str(len(content)), **headers}.items():
                    self.send_header(name, one)
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def will(self, status: int, answer: Any = None, **headers: str) -> None:
        self.answers.append((status, answer, headers))


@pytest.fixture
def desk() -> Iterator[Desk]:
    desk = Desk()
    thread = threading.Thread(target=desk.server.serve_forever, args=(0.01,))
    thread.start()
    yield desk
    desk.server.shutdown()
    thread.join()
    desk.server.server_close()


@pytest.fixture
def client(desk: Desk) -> Iterator[Client]:
    client = Client(desk.url, "secret", timeout=5)
    yield client
    client.close()


def test_a_slate_comes_back_as_the_value_it_was(desk: Desk, client: Client) -> None:
    desk.will(200, SLATE.to_dict() | {"added_by_a_newer_service": 1})
    assert client.recommend("C1") == SLATE


def test_ids_of_any_characters_reach_the_service(desk: Desk, client: Client) -> None:
    desk.will(200, SLATE.to_dict())
    client.recommend("a/b ?&%ü", surface="cart", products=["x/y", "z"], k=3)
    _, path, _, headers = desk.asked[0]
    assert path == (
        "/v1/customers/a%2Fb%20%3F%26%25%C3%BC/recommendations"
        "?surface=cart&k=3&product=x%2Fy&product=z"
    )
    assert headers["Authorization"] == "Bearer secret"


def test_nobody_known_is_asked_for_without_an_id(desk: Desk, client: Client) -> None:
    desk.will(200, SLATE.to_dict())
    client.recommend(None)
    assert desk.asked[0][1] == "/v1/recommendations?surface=homepage"


def test_one_event_and_many_are_sent_alike(desk: Desk, client: Client) -> None:
    fate = {"place": 1, "event_id": "e2", "code": "invalid_input", "reason": "No."}
    told = {"accepted": 1, "duplicates": 0, "ignored": [], "rejected": [fate]}
    desk.will(200, told)
    desk.will(200, told)
    answer = client.record({"event_id": "e"})
    client.record(iter([{"event_id": "e"}]))
    assert answer == EventsAnswer(1, 0, (), (Fate(1, "e2", "No.", "invalid_input"),))
    assert desk.asked[0][2] == desk.asked[1][2] == {"events": [{"event_id": "e"}]}


def test_a_refusal_is_an_error_with_the_services_words(desk: Desk, client: Client) -> None:
    problem = {"code": "not_found", "detail": 'No product "X".', "request_id": "r1"}
    desk.will(404, problem)
    with pytest.raises(ServiceError, match='No product "X"') as caught:
        client.similar("X")
    assert (caught.value.status, caught.value.code) == (404, "not_found")
    assert caught.value.request_id == "r1"


def test_a_busy_service_is_asked_again_when_it_says(desk: Desk, client: Client) -> None:
    desk.will(503, {"code": "store_down", "detail": "Later."}, **{"Retry-After": "0"})
    desk.will(200, {"accepted": 2})
    assert client.expose("r", [1, 2]) == 2
    assert [one[2] for one in desk.asked] == [{"request_id": "r", "slots": [1, 2]}] * 2


def test_without_slots_all_of_an_answer_was_seen_and_with_none_of_them_nothing_is_sent(
    desk: Desk, client: Client
) -> None:
    desk.will(200, {"accepted": 8})
    assert client.expose("r") == 8
    assert client.expose("r", []) == 0
    assert [one[2] for one in desk.asked] == [{"request_id": "r"}]


def test_of_an_answer_that_is_not_kept_nothing_is_reported(desk: Desk, client: Client) -> None:
    assert client.expose(None) == client.expose(None, [1, 2]) == 0
    assert desk.asked == []


def test_a_service_that_wants_too_long_a_pause_is_not_waited_for(
    desk: Desk, client: Client
) -> None:
    desk.will(503, {"code": "store_down", "detail": "Later."}, **{"Retry-After": "60"})
    with pytest.raises(ServiceError, match="Later"):
        client.expose("r")
    assert len(desk.asked) == 1


def test_a_connection_that_was_closed_meanwhile_is_opened_again(desk: Desk, client: Client) -> None:
    desk.will(200, SLATE.to_dict())
    desk.will(0)
    desk.will(200, SLATE.to_dict())
    assert client.recommend("C1") == client.recommend("C1")
    assert len(desk.asked) == 3


class Refusing(StreamRequestHandler):
    """Reads the head of a request and no body, answers if it is told to, and hangs up."""

    told = b""

    def handle(self) -> None:
        while self.rfile.readline().strip():
            pass
        self.wfile.write(self.told)


@contextmanager
def refusing(told: bytes) -> Iterator[str]:
    """Run a service that refuses whatever is sent; gives its address."""
    handler = type("Handler", (Refusing,), {"told": told, "rbufsize": 0})
    with TCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}"
        finally:
            server.shutdown()
            thread.join()


LARGE = {"title": "x" * 20_000_000}
"""More than a connection takes in before somebody reads it."""


def test_what_a_service_says_that_hangs_up_on_a_large_body_is_told() -> None:
    problem = b'{"code": "too_large", "detail": "Too much."}'
    told = b"HTTP/1.1 413 Too Large\r\nContent-Length: %d\r\n\r\n%s" % (len(problem), problem)
    with refusing(told) as url, Client(url, retries=0) as client:
        for _ in range(2):  # the connection that was hung up is not used again
            with pytest.raises(ServiceError, match="Too much") as caught:
                client.put_product("P", LARGE)
            assert (caught.value.status, caught.value.code) == (413, "too_large")


def test_a_service_that_hangs_up_without_a_word_is_unreachable() -> None:
    with refusing(b"") as url, Client(url, retries=0) as client:
        with pytest.raises(ServiceError, match="No answer") as caught:
            client.put_product("P", LARGE)
        assert (caught.value.status, caught.value.code) == (0, "unreachable")


def test_a_service_that_is_not_there_is_named() -> None:
    with pytest.raises(ServiceError, match=r"No answer from 127\.0\.0\.1:1") as caught:
        Client("http://127.0.0.1:1", retries=0).ready()
    assert (caught.value.status, caught.value.code) == (0, "unreachable")


def test_an_answer_that_is_no_json_is_told_as_it_is(desk: Desk, client: Client) -> None:
    desk.will(502, b"<html>bad gateway</html>")
    with pytest.raises(ServiceError, match="bad gateway") as caught:
        client.ready()
    assert caught.value.status == 502


@pytest.mark.parametrize("url", ["shop.example", "ftp://shop", "http://"])
def test_an_address_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(InputError, match="must be such as"):
        Connection(url, "", timeout=1, retries=0)


def test_values_within_values_are_made() -> None:
    assert value_of(Slate, SLATE.to_dict()) == SLATE
    assert value_of(Slate, SLATE.to_dict()).slots[0].reason.share == 0.4
