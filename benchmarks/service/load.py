"""Load: requests that come when they come, whether or not earlier ones were answered.

An open loop: arrival times are drawn first (a Poisson process of the wanted rate), and a latency
counts from the moment a request came up, not from when a connection was free for it. So a server
that stalls is charged for everybody who had to wait.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import numpy as np

Ask = Callable[[np.random.Generator], "Request"]
"""Draws the next request."""

CONNECTIONS = 64
"""Open at once; more requests than that wait for one, and that counts as latency."""

PATIENCE = 30.0
"""Seconds after which a request counts as lost."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request to send.

    Attributes:
        kind: What it is counted as.
        method: "GET" or "POST".
        path: Encoded, with its query.
        body: JSON-ready; None: nothing.
    """

    kind: str
    method: str
    path: str
    body: object = None

    def encoded(self, headers: str) -> bytes:
        """Give the bytes of HTTP/1.1.

        Args:
            headers: Further lines, each ended.
        """
        content = b"" if self.body is None else json.dumps(self.body).encode()
        about = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: localhost\r\n{headers}{about}\r\n"
        return head.encode() + content


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of one request.

    Attributes:
        kind: Of the request.
        status: Of the answer; 0 where there was none.
        seconds: From the moment it was due.
        answer: The body.
    """

    kind: str
    status: int
    seconds: float
    answer: bytes


@dataclass(frozen=True, slots=True)
class Figures:
    """What a span of load came to.

    Attributes:
        wanted: Requests a second that were due.
        reached: Requests a second that were answered well.
        requests: How many in all.
        p50_ms: Median latency of good answers.
        p99_ms: What one in a hundred exceeds.
        worst_ms: The longest.
        failed: {status: how many}, 0 for those that got no answer.
    """

    wanted: float
    reached: float
    requests: int
    p50_ms: float
    p99_ms: float
    worst_ms: float
    failed: Mapping[int, int]


async def load(
    port: int,
    ask: Ask,
    *,
    rate: float,
    seconds: float,
    rng: np.random.Generator,
    headers: str = "",
    on_outcome: Callable[[Outcome], None] | None = None,
) -> Figures:
    """Send requests at a rate and measure what comes back.

    Args:
        port: On 127.0.0.1.
        ask: Draws each request.
        rate: Requests a second, on average.
        seconds: For how long.
        rng: Draws times and requests.
        headers: Further lines of HTTP, each ended.
        on_outcome: Told of each answer.
    """
    due = np.cumsum(rng.exponential(1 / rate, max(1, int(rate * seconds))))
    waiting: asyncio.Queue[tuple[float, Request]] = asyncio.Queue()
    outcomes: list[Outcome] = []

    def keep(one: Outcome) -> None:
        outcomes.append(one)
        if on_outcome:
            on_outcome(one)

    workers = [asyncio.create_task(_work(port, waiting, headers, keep)) for _ in range(CONNECTIONS)]
    start = perf_counter()
    for moment in due.tolist():
        if (left := start + moment - perf_counter()) > 0:
            await asyncio.sleep(left)
        request = ask(rng)
        waiting.put_nowait((perf_counter(), request))
    await waiting.join()
    span = perf_counter() - start
    for one in workers:
        one.cancel()
    await asyncio.gather(*workers, return_exceptions=True)
    return figures(outcomes, wanted=rate, span=span)


def figures(outcomes: list[Outcome], *, wanted: float, span: float) -> Figures:
    """Sum up.

    Args:
        outcomes: At least one.
        wanted: Requests a second that were due.
        span: Seconds until the last was answered.
    """
    good = np.array([one.seconds for one in outcomes if 200 <= one.status < 300]) * 1e3
    failed = Counter(one.status for one in outcomes if not 200 <= one.status < 300)
    half, most, worst = np.quantile(good, [0.5, 0.99, 1.0]) if len(good) else [np.inf] * 3
    return Figures(
        wanted=wanted,
        reached=round(len(good) / span, 1),
        requests=len(outcomes),
        p50_ms=round(float(half), 2),
        p99_ms=round(float(most), 2),
        worst_ms=round(float(worst), 2),
        failed=dict(failed),
    )


async def _work(
    port: int,
    waiting: asyncio.Queue[tuple[float, Request]],
    headers: str,
    keep: Callable[[Outcome], None],
) -> None:
    """Send what waits over one connection, opened again whenever it was closed."""
    link = Link(port)
    try:
        while True:
            came, request = await waiting.get()
            try:
                work = link.ask(request.encoded(headers))
                status, answer = await asyncio.wait_for(work, PATIENCE)
            except (OSError, EOFError, ValueError, TimeoutError):
                status, answer = 0, b""
                await link.close()
            keep(Outcome(request.kind, status, perf_counter() - came, answer))
            waiting.task_done()
    finally:
        await link.close()


class Link:
    """One connection that is kept open.

    Args of the constructor:
        port: On 127.0.0.1.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._open: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, content: bytes) -> tuple[int, bytes]:
        """Send a request and give status and body of the answer.

        A connection the server closed while it was idle is opened again, as every client does.

        Args:
            content: The whole request.

        Raises:
            EOFError: if the server closed a new connection without an answer.
            OSError: if there is no server.
        """
        if self._open is not None:
            try:
                return await self._once(*self._open, content)
            except (ConnectionError, asyncio.IncompleteReadError) as error:
                if getattr(error, "partial", b""):
                    raise
                await self.close()
        self._open = await asyncio.open_connection("127.0.0.1", self._port)
        return await self._once(*self._open, content)

    async def close(self) -> None:
        """Close it; the next request opens it again."""
        if self._open is not None:
            _, writer = self._open
            self._open = None
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def _once(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, content: bytes
    ) -> tuple[int, bytes]:
        writer.write(content)
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        told = dict(_headers(lines[1:]))
        answer = await reader.readexactly(int(told.get("content-length", 0)))
        if told.get("connection") == "close":
            await self.close()
        return int(lines[0].split()[1]), answer


def _headers(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        name, colon, value = line.partition(":")
        if colon:
            yield name.strip().lower(), value.strip().lower()
