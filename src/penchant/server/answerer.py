"""Answerers: processes that do nothing but answer what waits in the line.

While a process computes, its event loop would have to wait for the interpreter again and again: for
the next request to be read, for an answer to be sent. Processes of their own leave it free. They
end when the command does, however that ends, and are begun again when they were killed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from penchant.server.logs import Logs

YIELD: Final = 5
"""How much later an answerer gets its turn than what hands it questions and sends its answers."""

START: Final = f"""
import os, signal
from contextlib import suppress
for one in (signal.SIGINT, signal.SIGTERM):  # sent to all: the command decides when to end
    signal.signal(one, signal.SIG_IGN)
with suppress(OSError):  # where even that is forbidden
    os.nice({YIELD})  # from the begin: fronts are to be ready first
from penchant.server.worker import answerer
answerer()
"""

END_SECONDS: Final = 5.0
"""For answerers to write what they keep, before they are killed."""

AGAIN_SECONDS: Final = 1.0
"""Until one that ended by itself is begun again; twice as long each time it ends soon."""

SOON_SECONDS: Final = 60.0
"""So short a life is soon; longer than this is never waited."""


@contextmanager
def answering(n: int, logs: Logs) -> Iterator[None]:
    """Have answerers until the block ends; they are told by the environment what to answer from.

    Args:
        n: How many.
        logs: Told when one has to be begun again.
    """
    answerers = [Answerer(logs) for _ in range(n)]
    try:
        for one in answerers:
            one.start()
        yield
    finally:
        for one in answerers:
            one.tell_to_end()
        until = time.monotonic() + END_SECONDS
        for one in answerers:
            one.wait(until)


class Answerer:
    """One of them, looked after.

    Args of the constructor:
        logs: Told when it has to be begun again.
    """

    def __init__(self, logs: Logs) -> None:
        self._logs = logs
        self._closing = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin it; it answers when it has opened the shop, some seconds later."""
        self._begin()
        name = "penchant-answerer"
        thread = threading.Thread(target=self._look_after, name=name, daemon=True)
        thread.start()
        self._thread = thread

    def tell_to_end(self) -> None:
        """Let it end when it has answered what it is at."""
        self._closing.set()
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()

    def wait(self, until: float) -> None:
        """Wait until it has ended, or end it.

        Args:
            until: Moment of the monotonic clock from which on it is not waited for.
        """
        if self._thread is not None:
            self._thread.join(max(0.0, until - time.monotonic()))
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _look_after(self) -> None:
        pause = AGAIN_SECONDS
        while True:
            begun = time.monotonic()
            code = "" if self._process is None else str(self._process.wait())
            if time.monotonic() - begun > SOON_SECONDS:
                pause = AGAIN_SECONDS
            if self._closing.wait(pause):
                return
            pause = min(2 * pause, SOON_SECONDS)
            self._logs.tell("error", "answerer_ended", code=code)
            self._begin()

    def _begin(self) -> None:
        # what it reads ends when the other end is closed, or the process that holds it is gone
        command = [sys.executable, "-P", "-c", START]  # -P: no module of the folder it is in
        try:
            self._process = subprocess.Popen(command, stdin=subprocess.PIPE)
        except OSError:
            self._process = None
        if self._closing.is_set():
            self.tell_to_end()
