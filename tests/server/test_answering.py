"""Work done on threads: its outcome comes back, and what nobody waits for is not begun."""

import asyncio
import threading

import pytest

from penchant.server.answering import Workbench
from penchant.server.problems import ProblemError

SECONDS = 20


def bench(line=1):
    return Workbench("test", threads=1, line=line, patience=SECONDS)


class Gate:
    """Work that is not done until it is let."""

    def __init__(self):
        self.begun, self.go = threading.Event(), threading.Event()

    def __call__(self):
        self.begun.set()
        assert self.go.wait(SECONDS)
        return "done"


async def begun(work, gate):
    """Give work as a task whose thread is busy with it."""
    task = asyncio.ensure_future(work.run(gate))
    while not gate.begun.is_set():
        await asyncio.sleep(0)
    return task


def test_what_work_gives_or_raises_comes_back():
    async def ask():
        work = bench()
        assert await work.run(lambda: "done") == "done"
        with pytest.raises(ZeroDivisionError):
            await work.run(lambda: 1 / 0)
        work.close()

    asyncio.run(ask())


def test_whoever_comes_when_the_line_is_full_is_turned_away_until_there_is_room():
    async def ask():
        work, gate = bench(), Gate()
        first = await begun(work, gate)
        second = asyncio.ensure_future(work.run(lambda: "too"))
        await asyncio.sleep(0)
        with pytest.raises(ProblemError, match="Too much to do"):
            await work.run(lambda: "never")
        gate.go.set()
        assert [await first, await second, await work.run(lambda: "now")] == ["done", "too", "now"]
        work.close()

    asyncio.run(ask())


def test_work_of_who_has_gone_away_is_not_begun_and_counts_until_it_is_over():
    async def ask():
        work, gate, did = bench(), Gate(), []
        busy = await begun(work, gate)
        waits = asyncio.ensure_future(work.run(lambda: did.append(1)))
        await asyncio.sleep(0)
        busy.cancel()
        waits.cancel()
        await asyncio.gather(busy, waits, return_exceptions=True)
        await asyncio.sleep(0)
        assert work._inside == 1  # its thread is busy still
        gate.go.set()
        assert await work.run(lambda: "next") == "next"
        assert (did, work._inside) == ([], 0)
        work.close()

    asyncio.run(ask())


def test_what_waits_when_the_threads_end_is_given_up():
    async def ask():
        work, gate = bench(), Gate()
        busy = await begun(work, gate)
        waits = asyncio.ensure_future(work.run(lambda: "never"))
        await asyncio.sleep(0)
        closing = asyncio.ensure_future(asyncio.to_thread(work.close))
        with pytest.raises(asyncio.CancelledError):
            await waits
        gate.go.set()
        assert await busy == "done"
        await closing

    asyncio.run(ask())
