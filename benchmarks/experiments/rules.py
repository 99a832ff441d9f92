"""Rules of when to call a difference, read at the end of every day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.experiments.returning import Crowd, Days, simulate
from penchant.experiments.analysis.decision import MIN_CONVERTERS
from penchant.experiments.statistics.always_valid import half_width, mixing_variance
from penchant.experiments.statistics.verdict import EARLY_LEVEL, FIXED_LEVEL

Z95, Z96 = 1.959964, 2.053749
Z_OF = {0.05: Z95, FIXED_LEVEL: Z96}
"""Two-sided points of the normal distribution."""


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """One estimate per day.

    Attributes:
        difference: Shape (days,), as are all: of clicks per exposure.
        variance: Of it, by the delta method over customers.
        naive_variance: Of it, were exposures independent.
        lift: Difference by the control's value.
        fraction: Share of the days planned that are over.
        enough: Whether both arms have the converters a verdict takes.
    """

    difference: NDArray[np.float64]
    variance: NDArray[np.float64]
    naive_variance: NDArray[np.float64]
    lift: NDArray[np.float64]
    fraction: NDArray[np.float64]
    enough: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Called:
    """What one run came to.

    Attributes:
        combined: The product's rule: any look at 1 % together, or the last at 4 %.
        day: Of the early stop, from 1; None without.
        lift: Estimated at the early stop; None without.
        always_valid: All looks together at 5 %.
        fixed: One look at the end at 5 %.
        daily: A z test over customers every day at 5 %.
        over_exposures: One z test at the end, as if exposures were independent.
    """

    combined: bool
    day: int | None
    lift: float | None
    always_valid: bool
    fixed: bool
    daily: bool
    over_exposures: bool


def runs(n: int, lift: float, seed: int, crowd: Crowd | None = None) -> Iterator[Called]:
    """Simulate experiments on customers who return, and call each by all rules.

    Args:
        n: How many.
        lift: True relative lift of the variant.
        seed: Of the first; each has its own.
        crowd: Who takes part; None: the default.
    """
    for one in range(n):
        rng = np.random.default_rng((seed, one))
        yield call(looks_of(simulate(crowd or Crowd(), lift, rng)))


def looks_of(days: Days) -> Looks:
    """Estimate the difference of clicks per exposure at the end of each day.

    Args:
        days: Of both arms.
    """
    n = days.counts
    ratio = days.clicks / days.exposures
    left = days.clicks_squared - 2 * ratio * days.products + ratio**2 * days.exposures_squared
    # Residuals of a ratio sum to 0, so the sum of their squares is centred.
    variance = left / (n - 1) * n / days.exposures**2
    naive = ratio * (1 - ratio) / days.exposures
    last = n.shape[1]
    return Looks(
        difference=ratio[1] - ratio[0],
        variance=variance.sum(axis=0),
        naive_variance=naive.sum(axis=0),
        lift=ratio[1] / ratio[0] - 1,
        fraction=np.arange(1, last + 1) / last,
        enough=days.clickers.min(axis=0) >= MIN_CONVERTERS,
    )


def call(looks: Looks) -> Called:
    """Call one run by all rules.

    Args:
        looks: One per day.
    """
    early = _always_valid(looks, EARLY_LEVEL)
    stopped = np.flatnonzero(early[:-1])
    first = int(stopped[0]) if len(stopped) else None
    z = np.abs(looks.difference) / np.sqrt(looks.variance)
    at_the_end = bool(looks.enough[-1] and (early[-1] or z[-1] > Z_OF[FIXED_LEVEL]))
    over_exposures = np.abs(looks.difference[-1]) / np.sqrt(looks.naive_variance[-1])
    return Called(
        combined=first is not None or at_the_end,
        day=None if first is None else first + 1,
        lift=None if first is None else float(looks.lift[first]),
        always_valid=bool(_always_valid(looks, 0.05).any()),
        fixed=bool(z[-1] > Z95),
        daily=bool((looks.enough & (z > Z95)).any()),
        over_exposures=bool(over_exposures > Z95),
    )


def _always_valid(looks: Looks, level: float) -> NDArray[np.bool_]:
    halves = [
        half_width(variance, mixing_variance(variance * fraction, level), level)
        for variance, fraction in zip(looks.variance.tolist(), looks.fraction.tolist(), strict=True)
    ]
    return looks.enough & (np.abs(looks.difference) > np.array(halves))
