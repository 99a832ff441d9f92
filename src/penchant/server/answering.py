"""Where work is done: a few threads, a bounded line in front of them, and nobody waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from penchant.server.problems import overloaded

Result = TypeVar("Result")


class Workbench:
    """Threads for one kind of work; only the event loop asks them.

    Args of the constructor:
        name: Of the threads.
        threads: How many.
        line: How many calls may wait.
        patience: Seconds after which a call that still waits is turned away; what has begun is
            waited for.
    """

    def __init__(self, name: str, *, threads: int, line: int, patience: float) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix=f"penchant-{name}")
        self._most = threads + line
        self._patience = patience
        self._inside = 0

    async def run(self, work: Callable[[], Result]) -> Result:
        """Do something on one of the threads.

        Args:
            work: What; what it raises is raised here.

        Raises:
            ProblemError: if too much is to be done already; then it is never begun.
        """
        if self._inside >= self._most:
            raise overloaded()
        self._inside += 1
        loop = asyncio.get_running_loop()
        over: asyncio.Future[bool] = loop.create_future()
        waiting = [work]
        task = self._threads.submit(_begin, waiting)
        # counted until it is really done: who asked may have gone away meanwhile
        task.add_done_callback(lambda one: loop.call_soon_threadsafe(self._settle, one, over))
        limit = loop.call_later(self._patience, _turn_away, task, over)
        try:
            done = await over
        finally:
            limit.cancel()
            if task.cancel():  # what nobody waits for any more need not be begun
                waiting.clear()  # nor kept, with all that was sent, until a thread is free
        if not done:
            raise overloaded()
        return task.result()

    def close(self) -> None:
        """End, when what is being done is done."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _settle(self, task: Future[Result], over: asyncio.Future[bool]) -> None:
        self._inside -= 1
        if over.done():
            return
        if task.cancelled():
            over.cancel()
        else:
            over.set_result(True)


def _begin(waiting: list[Callable[[], Result]]) -> Result:
    return waiting.pop()()


def _turn_away(task: Future[Result], over: asyncio.Future[bool]) -> None:
    """Give work up that has not begun; what has is left alone."""
    if task.cancel() and not over.done():
        over.set_result(False)
