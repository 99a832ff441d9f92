"""Who never comes to the point takes neither memory nor a place: over real connections."""

import asyncio
import json
import resource
from contextlib import asynccontextmanager

import pytest
import uvicorn
from uvicorn.server import ServerState

from penchant.server import connection
from penchant.server.connection import MOST_HEAD, Connection, most_connections


async def app(scope, receive, send):
    """Read the body, if any; answer with its length."""
    length, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        length, more = length + len(message.get("body", b"")), message.get("more_body", False)
    told = str(length).encode()
    head = [(b"content-length", str(len(told)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": told})


@asynccontextmanager
async def connected():
    """Serve the app, and connect to it."""
    config, state = uvicorn.Config(app, lifespan="off", log_config=None), ServerState()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(config, state, {}), "127.0.0.1", 0)
    reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
    try:
        yield reader, writer
    finally:
        writer.close()
        server.close()


def talk(*pieces):
    """Send pieces, each after the one before was taken in; give all that comes until the end."""

    async def run():
        async with connected() as (reader, writer):
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
                await asyncio.sleep(0)
            return await asyncio.wait_for(reader.read(), 20)

    return asyncio.run(run())


def told(answer):
    head, _, body = answer.partition(b"\r\n\r\n")
    return int(head.split()[1]), json.loads(body), head.lower()


def test_a_request_is_answered_and_the_next_one_on_the_same_connection():
    one = b"POST / HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc"
    last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
    assert talk(one, one + last).count(b"200 OK") == 3


def test_pieces_of_a_head_are_put_together():
    assert talk(b"GET /", b" HTTP/1.1\r\nConn", b"ection: close\r\n", b"\r\n").endswith(b"0")


@pytest.mark.parametrize(
    "pieces",
    [
        (b"GET / HTTP/1.1\r\nX: " + MOST_HEAD * b"x" + b"\r\n\r\n",),
        (b"GET /" + MOST_HEAD * b"x" + b" HTTP/1.1\r\n\r\n",),
        (b"GET / HTTP/1.1\r\n" + MOST_HEAD // 2 * b"a:\r\n" + b"\r\n",),
    ],
    ids=["a header", "the address", "many headers"],
)
def test_a_head_that_is_too_large_is_refused(pieces):
    status, problem, head = told(talk(*pieces))
    assert (status, problem["code"]) == (431, "headers_too_large")
    assert problem["request_id"].encode() in head
    assert b"application/problem+json" in head
    assert b"x-content-type-options: nosniff" in head


def fed(*pieces, repeat):
    """Give a connection the first piece, then the second again and again, until it closes."""

    class Transport(asyncio.Transport):
        written, closing = b"", False

        def get_extra_info(self, name, default=None):
            return default

        def write(self, data):
            self.written += data

        def is_closing(self):
            return self.closing

        def close(self):
            self.closing = True

        def pause_reading(self):
            pass

        def resume_reading(self):
            pass

    async def run():
        config, transport = uvicorn.Config(app, lifespan="off", log_config=None), Transport()
        one = Connection(config, ServerState(), {})
        one.connection_made(transport)
        one.data_received(pieces[0])
        n = 0
        while not transport.closing and n < repeat:
            one.data_received(pieces[1])
            n += 1
        one.connection_lost(None)
        return n * len(pieces[1]), transport.written

    return asyncio.run(run())


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (b"GET / HTTP/1.1\r\nX: ", b"x" * 1024),
        (b"GET / HTTP/1.1\r\n", b"a:\r\n" * 256),
        (b"GET /", b"x" * 1024),
        (b"\r\n", b"\r\n" * 512),
    ],
    ids=["a header", "many headers", "the address", "nothing at all"],
)
def test_what_leads_nowhere_is_not_taken_in_for_ever(start, more):
    taken, answer = fed(start, more, repeat=1000)
    assert taken <= MOST_HEAD + len(more)
    assert told(answer)[0] == 431


CHUNKED = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    ("start", "more"),
    [
        (CHUNKED + b"3\r\nabc\r\n0\r\nT: ", b"x" * 1024),
        (CHUNKED + b"3\r\nabc\r\n0\r\n", b"t:\r\n" * 256),
        (CHUNKED + b"3;", b"x" * 1024),
    ],
    ids=["a trailer", "many trailers", "an extension of a chunk"],
)
def test_what_stands_behind_a_body_or_between_its_pieces_is_not_taken_in_for_ever(start, more):
    taken, answer = fed(start, more, repeat=1000)
    assert taken <= MOST_HEAD + len(more)
    assert answer == b""  # its request is under way: no other answer may come before that one's


def test_a_body_may_come_in_small_pieces():
    chunks = b"1\r\na\r\n" * 512
    taken, answer = fed(CHUNKED, chunks, repeat=100)
    assert taken == 100 * len(chunks) > 4 * MOST_HEAD
    assert answer == b""


def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    status, problem, _ = told(talk(b"GET / HTTP/1.1\r\nX: "))
    assert (status, problem["code"]) == (408, "too_slow")


def test_a_connection_on_which_nothing_comes_is_closed(monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)
    assert talk() == b""


def test_the_next_request_has_its_own_time(monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)

    async def run():
        async with connected() as (reader, writer):
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            first = await reader.readuntil(b"\r\n\r\n0")
            writer.write(b"GET / HTTP/1.1\r\nX: ")
            return first, await asyncio.wait_for(reader.read(), 20)

    first, second = asyncio.run(run())
    assert first.startswith(b"HTTP/1.1 200 OK")
    assert told(second)[0] == 408


def test_a_body_under_way_is_not_ended_by_the_time_of_its_head(monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.05)

    async def run():
        async with connected() as (reader, writer):
            writer.write(b"POST / HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\n")
            await asyncio.sleep(0.2)
            writer.write(b"abc")
            return await asyncio.wait_for(reader.read(), 20)

    assert asyncio.run(run()).endswith(b"3")


def test_what_is_no_http_is_refused():
    status, problem, _ = told(talk(b"\x16\x03\x01 hello\r\n\r\n"))
    assert (status, problem["code"]) == (400, "invalid_http")


def test_a_connection_too_many_is_refused(monkeypatch):
    monkeypatch.setattr(connection, "most_connections", lambda: 0)
    status, problem, head = told(talk())
    assert (status, problem["code"]) == (503, "overloaded")
    assert b"retry-after: 1" in head


def test_files_are_left_for_the_shop_itself(monkeypatch):
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1024, 4096))
    assert most_connections() == 512
    monkeypatch.setattr(resource, "getrlimit", lambda _: (resource.RLIM_INFINITY,) * 2)
    assert most_connections() == connection.MOST_CONNECTIONS
