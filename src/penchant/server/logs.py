"""Logs: one JSON line on stdout for each thing worth telling; no id of a person, key or product.

A line never keeps a request waiting: lines are collected and written by a thread of their own, and
dropped, counted, when nobody reads them. Whom a request was about is told by a pseudonym that
changes with the shop's secret "log".
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import threading
import traceback
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from select import PIPE_BUF
from typing import Any, Final, TextIO

MOST_LINES: Final = 50_000
"""Lines that wait to be written; more are dropped."""

WRITE_SECONDS: Final = 0.1
"""From a line until it is written, with those that came after it."""

HOME: Final = str(Path(__file__).resolve().parents[2])

LEVELS: Final = ("debug", "info", "warning", "error")


class Logs:
    """Writes lines; threads may share it.

    Args of the constructor:
        level: The least that is written.
        stream: Where to; stdout if absent.
    """

    def __init__(self, level: str = "info", stream: TextIO | None = None) -> None:
        self._least = LEVELS.index(level)
        self._stream = stream
        self._lines: deque[str] = deque()
        self._lost = 0
        self._secret = b""
        self._told = threading.Event()
        self._stop = threading.Event()
        self._writing = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to write."""
        self._thread = threading.Thread(target=self._run, name="penchant-logs", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Write what is left, and end."""
        self._stop.set()
        self._told.set()
        if self._thread is not None:
            self._thread.join(timeout=2)
        if self._thread is None or not self._thread.is_alive():  # else nobody reads
            self.flush()

    def keyed(self, secret: bytes) -> None:
        """Make pseudonyms with another secret from now on.

        Args:
            secret: The shop's secret "log".
        """
        self._secret = secret

    def pseudonym(self, customer_id: str) -> str:
        """Name a person so that only the holder of today's secret could tell who it is.

        Args:
            customer_id: Whom.
        """
        content = customer_id.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(content, key=self._secret, digest_size=8).hexdigest()

    def request(
        self, *, method: str, route: str, status: int, seconds: float, state: Mapping[str, Any]
    ) -> None:
        """Tell of a request that was answered.

        Args:
            method: HTTP method.
            route: Its template, never the path: that holds ids.
            status: HTTP status.
            seconds: It took.
            state: Of the request: request_id, key_id, person.
        """
        person = state.get("person")
        self.tell(
            "info",
            "request",
            method=method,
            route=route,
            status=status,
            ms=round(1000 * seconds, 2),
            key_id=state.get("key_id", ""),
            person=self.pseudonym(person) if person and self._secret else None,
            request_id=state["request_id"],
        )

    def unexpected(self, error: BaseException, *, request_id: str = "") -> None:
        """Tell of what was not foreseen: its type and place; its message may hold ids.

        Args:
            error: What was raised.
            request_id: While which request.
        """
        at = [
            f"{frame.filename.removeprefix(HOME).lstrip('/')}:{frame.lineno} {frame.name}"
            for frame in traceback.extract_tb(error.__traceback__)[-6:]
        ]
        self.tell("error", "unexpected", error=type(error).__name__, at=at, request_id=request_id)

    def tell(self, level: str, event: str, **more: object) -> None:
        """Tell of anything else.

        Args:
            level: One of `LEVELS`.
            event: What happened, in a word or two.
            more: JSON-ready values without ids.
        """
        if LEVELS.index(level) < self._least:
            return
        if len(self._lines) >= MOST_LINES:
            self._lost += 1
            return
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        values = {"ts": now, "level": level, "event": event, "pid": os.getpid(), **more}
        self._lines.append(json.dumps(values))
        self._told.set()

    def flush(self) -> None:
        """Write all lines that wait."""
        with self._writing:
            lines = [self._lines.popleft() for _ in range(len(self._lines))]
            if self._lost:
                lost, self._lost = self._lost, 0
                lines.append(json.dumps({"level": "warning", "event": "log_lost", "lines": lost}))
            stream = sys.stdout if self._stream is None else self._stream
            for portion in _portions(lines):
                stream.write(portion)
                stream.flush()

    def _run(self) -> None:
        while self._told.wait():
            self._told.clear()
            if self._stop.wait(WRITE_SECONDS):
                return
            try:
                self.flush()
            except OSError:
                self._lost += 1  # nobody reads: the lines are gone, the service goes on


def _portions(lines: Sequence[str]) -> Iterator[str]:
    """Put lines together as far as they are written as one, whatever other processes write."""
    portion = ""
    for line in lines:
        if portion and len(portion) + len(line) >= PIPE_BUF:
            yield portion
            portion = ""
        portion += line + "\n"
    if portion:
        yield portion
