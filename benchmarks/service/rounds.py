"""Rounds: the same load several times, since other guests of a machine come and go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.service.load import Figures


@dataclass(frozen=True, slots=True)
class Rounds:
    """What several spans of the same load came to.

    Attributes:
        wanted: Requests a second that were due.
        reached: Requests a second that were answered well: median of the rounds.
        requests: How many in all.
        p50_ms: Median of the rounds' medians.
        p99_ms: Median of what one in a hundred exceeded in each round.
        p99_least_ms: The least of these.
        p99_most_ms: The greatest.
        worst_ms: The longest of all.
        failed: {status: how many in all}.
    """

    wanted: float
    reached: float
    requests: int
    p50_ms: float
    p99_ms: float
    p99_least_ms: float
    p99_most_ms: float
    worst_ms: float
    failed: Mapping[int, int]


def of_rounds(rounds: Sequence[Figures]) -> Rounds:
    """Sum up several spans of the same load.

    Args:
        rounds: At least one.
    """
    failed = Counter[int]()
    for one in rounds:
        failed.update(one.failed)
    tails = [one.p99_ms for one in rounds]
    return Rounds(
        wanted=rounds[0].wanted,
        reached=round(median(one.reached for one in rounds), 1),
        requests=sum(one.requests for one in rounds),
        p50_ms=round(median(one.p50_ms for one in rounds), 2),
        p99_ms=round(median(tails), 2),
        p99_least_ms=min(tails),
        p99_most_ms=max(tails),
        worst_ms=max(one.worst_ms for one in rounds),
        failed=dict(failed),
    )
