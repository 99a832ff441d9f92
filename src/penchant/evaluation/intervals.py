"""A mean over customers with its 95 % interval; p values of differences, also of several at once.

Resampling is not needed: what is no mean over customers, such as coverage, comes as values per
customer whose mean and scatter are right (`spread_of`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError

Z95 = 1.959964
"""Two-sided 95 % point of the normal distribution."""


@dataclass(frozen=True, slots=True)
class MeanInterval:
    """A mean and where it lies with 95 % confidence.

    Attributes:
        value: The mean.
        low: Lower end of the interval.
        high: Upper end of the interval.
        n: Values averaged, customers as a rule.
    """

    value: float
    low: float
    high: float
    n: int

    def __str__(self) -> str:
        return f"{self.value:.4f} [{self.low:.4f}, {self.high:.4f}]"


def mean_interval(values: NDArray[np.floating]) -> MeanInterval:
    """Average one value per customer, normal approximation.

    Args:
        values: Shape (n,); pass differences for a paired interval. NaN says that there is no
            value, and is left out.

    Returns:
        The mean +- 1.96 standard errors; the interval is the mean itself for n = 1, NaN for n = 0.

    Example:
        >>> mean_interval(np.array([0.0, 1.0, 0.0, 1.0])).value
        0.5
    """
    mean, error, n = _mean_and_error(values)
    return MeanInterval(mean, mean - Z95 * error, mean + Z95 * error, n)


def p_value(differences: NDArray[np.floating]) -> float:
    """Give the chance of a mean difference as large as this, either way, where there is none.

    Args:
        differences: Shape (n,), one per customer; NaN is left out.

    Returns:
        In [0, 1], normal approximation: below .05 just where `mean_interval` leaves out 0; 1 for
        fewer than two differences.

    Example:
        >>> round(p_value(np.array([0.0, 1.0, 1.0, 1.0])), 4)
        0.0027
    """
    mean, error, n = _mean_and_error(differences)
    if n < 2 or mean == 0:
        return 1.0
    return math.erfc(abs(mean) / error / math.sqrt(2)) if error > 0 else 0.0


def holm(p_values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Adjust p values of several comparisons: below .05, each holds with the others (Holm 1979).

    Args:
        p_values: Shape (n,), in [0, 1]; such as one per baseline.

    Returns:
        Shape (n,), in the same order: the smallest times n, the next times n - 1 and so on, none
        below the one before, 1 at most.

    Raises:
        InputError: if a p value lies outside of [0, 1].

    Example:
        >>> holm(np.array([0.04, 0.01, 0.03]))
        array([0.06, 0.03, 0.06])
    """
    wrong = p_values[~((p_values >= 0) & (p_values <= 1))]
    if len(wrong):
        raise InputError(f"A p value is {wrong[0]}, must be in 0..1.")
    order = np.argsort(p_values, kind="stable")
    steps = p_values[order] * np.arange(len(p_values), 0, -1)
    adjusted = np.empty(len(p_values))
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0)
    return adjusted


def _mean_and_error(values: NDArray[np.floating]) -> tuple[float, float, int]:
    known = values[~np.isnan(values)]
    n = len(known)
    if n == 0:
        return math.nan, math.nan, 0
    error = float(np.std(known, ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return float(np.mean(known)), error, n
