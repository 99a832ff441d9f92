"""The answerer: a process beside each worker that does nothing but answer what waits in the line.

While a worker computes, its event loop would have to wait for the interpreter again and again: for
the next request to be read, for an answer to be sent. A process of its own leaves it free. It ends
when its worker does, however that ends, and is begun again when it was killed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Final

from penchant.server.logs import Logs

START: Final = """
import signal
for one in (signal.SIGINT, signal.SIGTERM):  # sent to all: the worker decides when to end
    signal.signal(one, signal.SIG_IGN)
from penchant.server.worker import answerer
answerer()
"""

END_SECONDS: Final = 5.0
"""For an answerer to write what it keeps, before it is killed."""

AGAIN_SECONDS: Final = 1.0
"""Until one that ended by itself is begun again; twice as long each time it ends soon."""

SOON_SECONDS: Final = 60.0
"""So short a life is soon; longer than this is never waited."""


class Answerer:
    """The answerer of one worker, looked after.

    Args of the constructor:
        folder: Where the workers of the command leave word; None: there is only one worker, which
            answers by itself.
        logs: Told when it has to be begun again.
    """

    def __init__(self, folder: Path | None, logs: Logs) -> None:
        self._folder = folder
        self._logs = logs
        self._closing = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin it; it answers when it has opened the shop, some seconds later."""
        if self._folder is not None:
            self._begin()
            name = "penchant-answerer"
            self._thread = threading.Thread(target=self._look_after, name=name, daemon=True)
            self._thread.start()

    def tell_to_end(self) -> None:
        """Let it end when it has answered what it is at."""
        self._closing.set()
        process = self._process
        if process is not None and process.stdin is not None:
            process.stdin.close()

    def wait(self) -> None:
        """Wait until it has ended, for as long as it may take."""
        if self._thread is not None:
            self._thread.join(END_SECONDS)
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
