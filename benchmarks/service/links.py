"""Links: connections to a server that are kept open, each with one request under way at a time.

Callbacks throughout: what measures shares the machine with what is measured, so it takes as little
of it as it can.
"""

from __future__ import annotations

import asyncio
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

PATIENCE = 30.0
"""Seconds after which a request counts as lost."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_CLOSE = re.compile(rb"\r\nconnection: *close", re.IGNORECASE)

Answered = Callable[["Sent", int, bytes], None]
"""Told of each request what came of it: status, 0 where no answer came, and the body."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A request that came up.

    Attributes:
        kind: What it is counted as.
        content: All its bytes.
        came: When, by `perf_counter`.
    """

    kind: str
    content: bytes
    came: float


class Links:
    """Sends requests in the order they come up, as soon as a link is free.

    Args of the constructor:
        port: On 127.0.0.1.
        most: Links open at once.
        answered: Told of each request what came of it.
    """

    def __init__(self, port: int, most: int, answered: Answered) -> None:
        self._answered = answered
        self._all = [_Link(port, self._done) for _ in range(most)]
        self._free = self._all.copy()
        self._waiting: deque[Sent] = deque()
        self._idle = asyncio.Event()
        self._idle.set()

    def send(self, kind: str, content: bytes) -> None:
        """Send a request, or let it wait for a link.

        Args:
            kind: What it is counted as.
            content: All its bytes.
        """
        sent = Sent(kind, content, perf_counter())
        self._idle.clear()
        if self._free:
            self._free.pop().ask(sent)
        else:
            self._waiting.append(sent)

    async def wait(self) -> None:
        """Wait until every request is answered or lost."""
        await self._idle.wait()

    async def close(self) -> None:
        """Close all links."""
        for one in self._all:
            one.close()
        await asyncio.sleep(0)  # they are closed in the next round of the loop

    def _done(self, link: _Link, sent: Sent, status: int, answer: bytes) -> None:
        if self._waiting:
            link.ask(self._waiting.popleft())
        else:
            self._free.append(link)
        self._answered(sent, status, answer)
        if len(self._free) == len(self._all):
            self._idle.set()


class _Link:
    """One place for a request; its connection is opened again when the server closed it."""

    def __init__(self, port: int, done: Callable[[_Link, Sent, int, bytes], None]) -> None:
        self._port = port
        self._done = done
        self._wire: _Wire | None = None
        self._opening: asyncio.Task[None] | None = None
        self._sent: Sent | None = None
        self._patience: asyncio.TimerHandle | None = None

    def ask(self, sent: Sent) -> None:
        """Send a request; there is none under way."""
        self._sent = sent
        self._patience = asyncio.get_running_loop().call_later(PATIENCE, self.end, 0, b"")
        if self._wire is None:
            self._open(sent)
        else:
            self._wire.write(sent.content)

    def close(self) -> None:
        """Close the connection."""
        wire, self._wire = self._wire, None
        if wire is not None:
            wire.abort()

    def lost(self, wire: _Wire) -> None:
        """Ask once more over another connection, unless this one was new or began to answer."""
        if wire is not self._wire:
            return
        self._wire = None
        if self._sent is not None and (wire.new or wire.got):
            self.end(0, b"")
        elif self._sent is not None:
            self._open(self._sent)

    def end(self, status: int, answer: bytes) -> None:
        """Tell what came of the request under way."""
        sent, self._sent = self._sent, None
        if self._patience is not None:
            self._patience.cancel()
        if not status:
            self.close()
        if sent is not None:
            self._done(self, sent, status, answer)

    def _open(self, sent: Sent) -> None:
        self._opening = asyncio.get_running_loop().create_task(self._opened(sent))

    async def _opened(self, sent: Sent) -> None:
        wire = _Wire(self)
        try:
            loop = asyncio.get_running_loop()
            await loop.create_connection(lambda: wire, "127.0.0.1", self._port)
        except OSError:
            if self._sent is sent:
                self.end(0, b"")
            return
        if self._sent is sent:
            self._wire = wire
            wire.write(sent.content)
        else:  # it took too long
            wire.abort()


class _Wire(asyncio.Protocol):
    """One connection."""

    def __init__(self, link: _Link) -> None:
        self._link = link
        self.new = True
        self.got = b""

    def connection_made(self, transport: Any) -> None:
        """Be ready to send."""
        self.write, self.abort = transport.write, transport.abort

    def data_received(self, data: bytes) -> None:
        """Take in a part of the answer."""
        self.got += data
        head = self.got.find(b"\r\n\r\n") + 4
        told = _LENGTH.search(self.got, 0, head)
        if head < 4 or len(self.got) < head + (int(told[1]) if told else 0):
            return
        answer, self.got, self.new = self.got, b"", False
        if _CLOSE.search(answer, 0, head):
            self._link.close()
        self._link.end(int(answer[9:12]), answer[head:])

    def connection_lost(self, error: Exception | None) -> None:
        """Tell it."""
        self._link.lost(self)
