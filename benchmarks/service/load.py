"""Load: requests that come when they come, whether or not earlier ones were answered.

An open loop: arrival times are fixed first, and a latency counts from the moment a request came up,
not from when a connection was free for it. So a server that stalls is charged for everybody who had
to wait.
"""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.service.links import Links, Sent

Ask = Callable[[np.random.Generator], "Request"]
"""Draws the next request."""

Arrivals = Callable[[float, int, np.random.Generator], NDArray[np.float64]]
"""(requests a second, n, rng) -> seconds after the start, rising, shape (n,)."""

CONNECTIONS = 64
"""Open at once; more requests than that wait for one, and that counts as latency."""


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

    def encoded(self) -> bytes:
        """Give the bytes of HTTP/1.1."""
        content = b"" if self.body is None else json.dumps(self.body).encode()
        about = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n"
        head = f"{self.method} {self.path} HTTP/1.1\r\nHost: localhost\r\n{about}\r\n"
        return head.encode() + content


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """What came of one request.

    Attributes:
        kind: Of the request.
        status: Of the answer; 0 where there was none.
        seconds: From the moment it came up.
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


def at_random(rate: float, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Let requests come as visitors do, each whenever it likes: a Poisson process.

    Args:
        rate: Requests a second, on average.
        n: How many.
        rng: Draws.

    Returns:
        Shape (n,), seconds, rising.
    """
    return np.cumsum(rng.exponential(1 / rate, n))


def evenly(rate: float, n: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Let requests come evenly, as generators of a constant rate send them.

    Args:
        rate: Requests a second.
        n: How many.
        rng: Not asked.

    Returns:
        Shape (n,), seconds, rising.

    Example:
        >>> evenly(200, 3, np.random.default_rng(0)).tolist()
        [0.0, 0.005, 0.01]
    """
    return np.arange(n) / rate


async def load(
    port: int,
    ask: Ask,
    *,
    rate: float,
    seconds: float,
    rng: np.random.Generator,
    arrivals: Arrivals = at_random,
    on_outcome: Callable[[Outcome], None] | None = None,
) -> Figures:
    """Send requests at a rate and measure what comes back.

    Args:
        port: On 127.0.0.1.
        ask: Draws each request.
        rate: Requests a second, on average.
        seconds: For how long.
        rng: Draws times and requests.
        arrivals: When they come.
        on_outcome: Told of each answer.
    """
    times, asks = rng.spawn(2)  # whenever they come, they are the same
    due = arrivals(rate, max(1, int(rate * seconds)), times)
    requests = [ask(asks) for _ in due]  # first: what measures takes little of the machine then
    took: list[tuple[int, float]] = []  # not the answers: half an hour of them fills the memory

    def keep(sent: Sent, status: int, answer: bytes) -> None:
        took.append((status, perf_counter() - sent.came))
        if on_outcome:
            on_outcome(Outcome(sent.kind, *took[-1], answer))

    links = Links(port, CONNECTIONS, keep)
    start = perf_counter()
    for moment, request in zip(due.tolist(), requests, strict=True):
        if (left := start + moment - perf_counter()) > 0:
            await asyncio.sleep(left)
        links.send(request.kind, request.encoded())
    await links.wait()
    span = perf_counter() - start
    await links.close()
    return figures(took, wanted=rate, span=span)


def figures(took: Sequence[tuple[int, float]], *, wanted: float, span: float) -> Figures:
    """Sum up.

    Args:
        took: Status and seconds of each request; at least one.
        wanted: Requests a second that were due.
        span: Seconds until the last was answered.
    """
    good = np.array([seconds for status, seconds in took if 200 <= status < 300]) * 1e3
    failed = Counter(status for status, _ in took if not 200 <= status < 300)
    half, most, worst = np.quantile(good, [0.5, 0.99, 1.0]) if len(good) else [np.inf] * 3
    return Figures(
        wanted=wanted,
        reached=round(len(good) / span, 1),
        requests=len(took),
        p50_ms=round(float(half), 2),
        p99_ms=round(float(most), 2),
        worst_ms=round(float(worst), 2),
        failed=dict(failed),
    )
