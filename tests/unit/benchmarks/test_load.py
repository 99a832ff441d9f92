"""The load of the service's benchmark: every request is told of once, whatever servers do."""

from __future__ import annotations

import asyncio
import itertools
from contextlib import asynccontextmanager

import numpy as np
import pytest

from benchmarks.service.__main__ import with_ratios
from benchmarks.service.load import CONNECTIONS, Figures, Request, at_random, evenly, load
from benchmarks.service.rounds import of_rounds

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@asynccontextmanager
async def server(answer):
    """Run a server whose requests, numbered, are answered by a coroutine; give its port."""
    count, serving = itertools.count(), set()

    async def serve(reader, writer):
        serving.add(asyncio.current_task())
        try:
            while await reader.readuntil(b"\r\n\r\n"):
                await answer(writer, next(count))
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        yield running.sockets[0].getsockname()[1]
        await asyncio.gather(*serving)


def loaded(answer, *, rate=500.0, seconds=0.2):
    async def run():
        outcomes = []
        async with server(answer) as port:
            found = await load(
                port,
                lambda rng: Request("any", "GET", "/"),
                rate=rate,
                seconds=seconds,
                rng=np.random.default_rng(0),
                on_outcome=outcomes.append,
            )
        return found, outcomes

    return asyncio.run(run())


async def answers(writer, number):
    writer.write(ANSWER)


def test_an_answer_counts_whole_with_its_body():
    found, outcomes = loaded(answers)
    assert found.requests == len(outcomes) == 100
    assert {(one.kind, one.status, one.answer) for one in outcomes} == {("any", 200, b"hello")}
    assert not found.failed


def test_an_answer_may_come_in_pieces():
    async def in_pieces(writer, number):
        for place in range(len(ANSWER)):
            writer.write(ANSWER[place : place + 1])
            await writer.drain()
            await asyncio.sleep(0)

    found, outcomes = loaded(in_pieces, rate=100)
    assert {one.answer for one in outcomes} == {b"hello"}
    assert not found.failed


@pytest.mark.parametrize("word", [b"", b"Connection: close\r\n"])
def test_a_server_that_closes_between_two_requests_is_asked_over_another_connection(word):
    async def closes(writer, number):
        writer.write(ANSWER.replace(b"Content-Length", word + b"Content-Length"))
        await writer.drain()
        writer.close()

    found, _ = loaded(closes)
    assert found.requests == 100
    assert not found.failed


def test_an_answer_that_breaks_off_is_lost_and_told_of():
    async def breaks_off(writer, number):
        writer.write(ANSWER[:-1] if number % 2 else ANSWER)
        if number % 2:
            writer.close()

    found, outcomes = loaded(breaks_off)
    assert len(outcomes) == found.requests == 100
    assert found.failed == {0: 50}


def test_an_error_is_counted_by_its_status():
    async def fails(writer, number):
        writer.write(b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n")

    found, _ = loaded(fails)
    assert found.failed == {503: 100}
    assert found.reached == 0


def test_nobody_there_is_no_answer():
    async def run():
        async with server(answers) as port:
            pass
        ask = lambda rng: Request("any", "GET", "/")  # noqa: E731
        return await load(port, ask, rate=500, seconds=0.1, rng=np.random.default_rng(0))

    found = asyncio.run(run())
    assert found.failed == {0: found.requests}


def test_no_more_are_under_way_than_there_are_connections_and_none_is_forgotten():
    all_busy, under_way, most = asyncio.Event(), 0, 0

    async def all_at_once(writer, number):
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        if under_way == CONNECTIONS:
            all_busy.set()
        await all_busy.wait()
        under_way -= 1
        writer.write(ANSWER)

    found, _ = loaded(all_at_once, rate=4_000, seconds=0.05)
    assert most == CONNECTIONS
    assert found.requests == 200
    assert not found.failed


def test_of_several_rounds_the_median_is_told_with_the_spread_and_every_failure():
    rounds = [
        Figures(200, 200.0, 10, 4.0, tail, 2 * tail, failed)
        for tail, failed in ((9.0, {}), (30.0, {503: 2}), (10.0, {503: 1, 0: 1}))
    ]
    found = of_rounds(rounds)
    assert (found.p99_ms, found.p99_least_ms, found.p99_most_ms) == (10.0, 9.0, 30.0)
    assert (found.requests, found.worst_ms, found.failed) == (30, 60.0, {503: 3, 0: 1})


def test_requests_come_at_random_or_evenly_and_as_often():
    rng = np.random.default_rng(1)
    random, even = at_random(200, 20_000, rng), evenly(200, 20_000, rng)
    assert random[-1] == pytest.approx(100, rel=0.05)
    assert even[-1] == pytest.approx(100, rel=0.05)
    between = np.diff(random)
    assert (between > 0).all()
    assert between.std() == pytest.approx(between.mean(), rel=0.05)  # as of a Poisson process
    assert np.diff(even) == pytest.approx(0.005)


def test_ratios_are_to_the_empty_application_under_the_same_load():
    rows = [
        {"service": one, "wanted": 200, "arrivals": come, "p50_ms": half, "p99_ms": most}
        for one, come, half, most in (
            ("empty", "random", 0.5, 1.0),
            ("empty", "even", 0.4, 0.8),
            ("sqlite", "random", 4.0, 11.0),
            ("sqlite", "even", 4.0, 8.0),
        )
    ]
    told = [(one["p50_to_empty"], one["p99_to_empty"]) for one in with_ratios(rows)]
    assert told == [(1, 1), (1, 1), (8, 11), (10, 10)]
