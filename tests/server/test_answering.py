"""Work done on threads: its outcome comes back, and what nobody waits for is not begun."""

import asyncio
import gc
import threading
import weakref

import pytest

from penchant.server.answering import Workbench
from penchant.server.problems import ProblemError

SECONDS = 20


def bench(line=1, patience=SECONDS):
    return Workbench("test", threads=1, line=line, patience=patience)


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
        assert not task.done()
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


def test_who_waits_too_long_is_turned_away_at_once_but_what_has_begun_is_waited_for():
    async def ask():
        work, gate, did = bench(patience=0.5), Gate(), []
        busy = await begun(work, gate)
        with pytest.raises(ProblemError, match="Too much to do"):
            await work.run(lambda: did.append(1))
        assert not gate.go.is_set()
        assert not busy.done()  # it began in time, and takes longer than the other waited
        await asyncio.sleep(0)
        assert work._inside == 1  # there is room in the line again
        gate.go.set()
        assert await busy == "done"
        assert await work.run(lambda: "next") == "next"
        assert (did, work._inside) == ([], 0)
        work.close()

    asyncio.run(ask())


def test_what_was_turned_away_is_not_kept_until_a_thread_is_free():
    class Large:
        def __call__(self):
            raise AssertionError("begun")

    async def ask():
        work, gate, large = bench(patience=0.5), Gate(), Large()
        busy = await begun(work, gate)
        kept = weakref.ref(large)
        with pytest.raises(ProblemError):
            await work.run(large)
        del large
        gc.collect()
        assert kept() is None
        gate.go.set()
        await busy
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
