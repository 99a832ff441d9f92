"""Where work is done: a few threads, a bounded line in front of them, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import time
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
        patience: Seconds a call may wait before it is turned away.
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
            ProblemError: if too much is to be done already.
        """
        if self._inside >= self._most:
            raise overloaded()
        self._inside += 1
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Result] = loop.create_future()
        task = self._threads.submit(_in_time, work, time.monotonic() + self._patience)
        # counted until it is really done: who asked may have gone away meanwhile
        task.add_done_callback(lambda one: loop.call_soon_threadsafe(self._settle, one, answer))
        try:
            return await answer
        finally:
            task.cancel()  # what nobody waits for any more need not be begun

    def close(self) -> None:
        """End, when what is being done is done."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _settle(self, task: Future[Result], answer: asyncio.Future[Result]) -> None:
        self._inside -= 1
        if answer.done():
            return
        if task.cancelled():
            answer.cancel()
        elif (error := task.exception()) is not None:
            answer.set_exception(error)
        else:
            answer.set_result(task.result())


def _in_time(work: Callable[[], Result], until: float) -> Result:
    if time.monotonic() > until:
        raise overloaded()
    return work()
