"""How a taste changes: the same weighted sum over time windows, compared with resampling noise.

Whole days are resampled, not events: what a customer looks at in one visit belongs together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.maths.rows import unit_rows
from penchant.taste.histories import History
from penchant.taste.weights import Weigher
from penchant.types import StyleVectors, Vector, Weights

DRAWS = 400
"""Resamples: the 5 % point of their noise is then known to about one percent."""

ERROR_RATE = 0.05
"""How often a taste that stays the same may be called changed."""

MIN_DAYS = 3
"""Days with events a window needs before it is compared."""


WINDOW_DAYS = 90
"""Length of a span in which a taste is looked at."""

MAX_WINDOWS = 4
"""Spans compared at most: each further one makes all comparisons more careful."""


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """A taste within a span of time, without decay.

    Attributes:
        start_us: Begin, microseconds since 1970 UTC; belongs to the window.
        end_us: End; belongs to the next window.
        vector: Shape (dim,), float32, length 1; zeros where nothing was liked.
        mass: Sum of the absolute weights.
        n_days: Different UTC days with events that count.
    """

    start_us: int
    end_us: int
    vector: Vector
    mass: float
    n_days: int


@dataclass(frozen=True, slots=True)
class Shift:
    """How far the taste of a window lies from that of the window before.

    Attributes:
        value: 1 - cosine of the two window tastes, in [0, 2]; noise alone makes it positive.
        low: Lower end of the 95 % interval of the value, >= 0.
        high: Upper end, <= 2.
        noise: What a taste that stays the same stays below, 95 times in 100: the shift between
            the customer's own days dealt to the two windows at random.
        changed: Whether the value lies above the noise, and the whole interval above what half of
            such deals give.
    """

    value: float
    low: float
    high: float
    noise: float
    changed: bool


@dataclass(frozen=True, slots=True, eq=False)
class Evolution:
    """Windows in time order, and the shift between neighbours.

    Attributes:
        windows: At least one.
        shifts: One fewer; None where one of the two windows has too few days.
    """

    windows: tuple[Window, ...]
    shifts: tuple[Shift | None, ...]


@dataclass(frozen=True, slots=True, eq=False)
class _Days:
    """Sums per day: shape (n_days, dim) float64, and the window of each day."""

    sums: NDArray[np.float64]
    window: NDArray[np.int64]


def window_edges(time_us: NDArray[np.int64]) -> tuple[int, ...]:
    """Choose the spans of time in which a customer's taste is compared.

    Args:
        time_us: Shape (n,), rising: when the customer did something.

    Returns:
        Rising edges for `follow_taste`, up to just after the last event: spans of 90 days, the
        newest 4; two halves where the events fill less than two. None where all is one moment.

    Example:
        >>> days = np.array([0, 100, 200]) * MICROSECONDS_PER_DAY
        >>> [edge // MICROSECONDS_PER_DAY for edge in window_edges(days)]
        [20, 110, 200]
        >>> [edge // MICROSECONDS_PER_DAY for edge in window_edges(days[:2])]
        [0, 50, 100]
    """
    if not len(time_us) or time_us[0] == time_us[-1]:
        return ()
    first, end = int(time_us[0]), int(time_us[-1]) + 1
    span = WINDOW_DAYS * MICROSECONDS_PER_DAY
    count = min(MAX_WINDOWS, (end - first) // span)
    if count < 2:
        return first, (first + end) // 2, end
    return tuple(end - span * number for number in range(count, -1, -1))


def follow_taste(
    history: History,
    styles: StyleVectors,
    weigher: Weigher,
    *,
    edges_us: Sequence[int],
    rng: np.random.Generator,
    draws: int = DRAWS,
) -> Evolution:
    """Compare a customer's taste between neighbouring spans of time.

    Args:
        history: One customer's interactions, oldest first.
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs; its half-lives are not used. One with equal
            action weights sees a change sooner, as no single purchase decides a window.
        edges_us: At least 2 rising times, microseconds: window i is edges_us[i]..edges_us[i + 1].
        rng: Decides the resampling.
        draws: Resamples, >= 20.

    Returns:
        The windows and their shifts. With several shifts each is tested at its own part of the
        error rate. Cost: draws * days * days.

    Raises:
        InputError: if the edges do not rise, or there are too few draws.

    Example:
        >>> from penchant.settings import TasteSettings
        >>> weigher = Weigher.from_settings(TasteSettings(), np.ones(2, bool))
        >>> days = np.arange(8, dtype=np.int64) * 86_400_000_000
        >>> rows = np.repeat(np.array([0, 1], np.int32), 4)
        >>> events = History(rows, np.zeros(8, np.int8), days, np.ones(8, np.float32))
        >>> edges = (0, int(days[4]), int(days[7]) + 1)
        >>> found = follow_taste(events, np.eye(2, dtype=np.float32), weigher, edges_us=edges,
        ...                      rng=np.random.default_rng(0))
        >>> found.shifts[0].value, found.shifts[0].changed
        (1.0, True)
    """
    if len(edges_us) < 2 or any(b <= a for a, b in pairwise(edges_us)):
        raise InputError(f"edges_us is {list(edges_us)}, must be at least 2 rising times.")
    if draws < 20:
        raise InputError(f"draws is {draws}, must be >= 20.")
    steady = replace(
        weigher,
        half_life_days=np.full_like(weigher.half_life_days, np.inf),
        product_half_life_days=None,
    )
    weights = steady.weigh(history, edges_us[-1] - 1)
    window = np.searchsorted(np.asarray(edges_us), history.time_us, side="right") - 1
    used = (weights != 0) & (window >= 0)
    history, weights, window = history.take(used), weights[used], window[used]
    days = _sum_days(history, weights, window, styles)
    spans = tuple(pairwise(edges_us))
    windows = tuple(
        _window(span, days.sums[days.window == i], weights[window == i])
        for i, span in enumerate(spans)
    )
    level = ERROR_RATE / max(1, len(spans) - 1)
    shifts = tuple(
        _shift(days.sums[days.window == i], days.sums[days.window == i + 1], level, rng, draws)
        for i in range(len(spans) - 1)
    )
    return Evolution(windows, shifts)


def _sum_days(
    history: History,
    weights: Weights,
    window: NDArray[np.int64],
    styles: StyleVectors,
) -> _Days:
    # an edge may cut a day: both parts are then days of their own
    key = np.stack([window, history.time_us // MICROSECONDS_PER_DAY])
    days, place = np.unique(key, axis=1, return_inverse=True)
    sums = np.zeros((days.shape[1], styles.shape[1]))
    vectors = styles[history.product_row].astype(np.float64)
    np.add.at(sums, place.ravel(), weights[:, None] * vectors)
    return _Days(sums, days[0])


def _window(span: tuple[int, int], sums: NDArray[np.float64], weights: Weights) -> Window:
    vector = unit_rows(sums.sum(axis=0)[None])[0]
    return Window(span[0], span[1], vector, float(np.abs(weights).sum()), len(sums))


def _shift(
    before: NDArray[np.float64],
    after: NDArray[np.float64],
    level: float,
    rng: np.random.Generator,
    draws: int,
) -> Shift | None:
    n, m = len(before), len(after)
    if min(n, m) < MIN_DAYS:
        return None
    sums = np.concatenate([before, after])
    likeness = sums @ sums.T
    first = (np.arange(n + m) < n).astype(np.float64)
    value = float(_shifts(likeness, first[None], 1 - first[None])[0])
    shuffled = rng.permuted(np.tile(first, (draws, 1)), axis=1)
    typical, noise = np.quantile(
        _shifts(likeness, shuffled, 1 - shuffled), [0.5, 1 - level]
    ).tolist()
    one = np.concatenate([np.full(n, 1 / n), np.zeros(m)])
    other = np.concatenate([np.zeros(n), np.full(m, 1 / m)])
    drawn = _shifts(
        likeness,
        rng.multinomial(n, one, size=draws).astype(np.float64),
        rng.multinomial(m, other, size=draws).astype(np.float64),
    )
    # a resample carries the noise twice, so its mean lies too high: the interval is moved back
    near, far = np.quantile(drawn, [level / 2, 1 - level / 2]) - drawn.mean()
    low, high = max(0.0, value + float(near)), min(2.0, value + float(far))
    return Shift(value, low, high, noise, changed=value > noise and low > typical)


def _shifts(
    likeness: NDArray[np.float64], before: NDArray[np.float64], after: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Give 1 - cosine of two sums of days, for each row of how often each day counts."""
    left, right = before @ likeness, after @ likeness
    dot = np.einsum("ij,ij->i", left, after)
    square = np.einsum("ij,ij->i", left, before) * np.einsum("ij,ij->i", right, after)
    length = np.sqrt(np.maximum(square, 0.0))
    cosine = np.divide(dot, length, out=np.zeros_like(dot), where=length > 0)
    return np.asarray(1.0 - np.clip(cosine, -1.0, 1.0))
