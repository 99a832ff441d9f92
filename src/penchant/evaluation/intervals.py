"""A mean over customers with its 95 % interval."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

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
        values: Shape (n,), n >= 1; pass differences for a paired interval.

    Returns:
        The mean +- 1.96 standard errors; the interval is the mean itself for n = 1.

    Example:
        >>> mean_interval(np.array([0.0, 1.0, 0.0, 1.0])).value
        0.5
    """
    n = len(values)
    mean = float(np.mean(values))
    error = float(np.std(values, ddof=1) / np.sqrt(n)) if n > 1 else 0.0
    return MeanInterval(mean, mean - Z95 * error, mean + Z95 * error, n)
