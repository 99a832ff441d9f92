"""Where work is done: a few threads, a bounded line in front of them, and nobody waits for ever."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TypeVar

from penchant.server.problems import ProblemError

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
            raise _overloaded()
        self._inside += 1
        until = time.monotonic() + self._patience
        loop = asyncio.get_running_loop()
        task = loop.run_in_executor(self._threads, partial(_in_time, work, until))
        # counted until it is really done: who asked may have gone away meanwhile
        task.add_done_callback(self._left)
        return await task

    def close(self) -> None:
        """End, when what is being done is done."""
        self._threads.shutdown(wait=True, cancel_futures=True)

    def _left(self, task: asyncio.Future[Result]) -> None:
        self._inside -= 1
        if not task.cancelled():
            task.exception()  # whoever waited has it; nobody may be waiting any more


def _in_time(work: Callable[[], Result], until: float) -> Result:
    if time.monotonic() > until:
        raise _overloaded()
    return work()


def _overloaded() -> ProblemError:
    return ProblemError("overloaded", "Too much to do at once. Try again in a second.")
