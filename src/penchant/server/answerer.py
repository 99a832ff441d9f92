"""The answerer: a process beside each worker that does nothing but answer what waits in the line.

While a worker computes, its event loop would have to wait for the interpreter again and again: for
the next request to be read, for an answer to be sent. A process of its own leaves it free. It ends
when its worker does, however that ends, and is begun again when it was killed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from penchant.server.logs import Logs

START: Final = "from penchant.server.worker import answerer; answerer()"

END_SECONDS: Final = 10.0
"""For an answerer to write what it keeps, before it is killed."""

AGAIN_SECONDS: Final = 1.0
"""Until one that ended by itself is begun again."""


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
            self._process = _begun()
            self._thread = threading.Thread(
                target=self._look_after, args=[self._process], name="penchant-answerer", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End it, when it has answered what it is at."""
        self._closing.set()
        if self._thread is not None:
            self._tell_to_end()
            self._thread.join(END_SECONDS)
        if self._process is not None and self._process.poll() is None:
            self._process.kill()
            self._process.wait()

    def _look_after(self, process: subprocess.Popen[bytes]) -> None:
        while True:
            process.wait()
            if self._closing.wait(AGAIN_SECONDS):
                return
            self._logs.tell("error", "answerer_ended", code=str(process.returncode))
            self._process = process = _begun()
            if self._closing.is_set():
                self._tell_to_end()

    def _tell_to_end(self) -> None:
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()


def _begun() -> subprocess.Popen[bytes]:
    # its end of the pipe can be read from when the other one is closed, or its process is gone
    return subprocess.Popen([sys.executable, "-c", START], stdin=subprocess.PIPE)
