"""Preference: which of two interleaved slates customers choose, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.evaluation.intervals import Z95, MeanInterval, mean_interval


@dataclass(frozen=True, slots=True)
class Preference:
    """What customers chose between two slates shown as one.

    Attributes:
        wins: Customers who clicked more of "b" than of "a".
        losses: Who clicked more of "a".
        ties: Who clicked both alike, at least one product of each.
        silent: Who clicked nothing of either team.
        win_share: Mean over customers who clicked of 1 for a win of "b", 1/2 for a tie, 0 for a
            loss, with its interval: 1/2 says that neither is better.
        click_share: Share of the clicks that "b" got, with an interval over customers.
        p_value: Two-sided, of the sign test over customers with a win or a loss, exact.
    """

    wins: int
    losses: int
    ties: int
    silent: int
    win_share: MeanInterval
    click_share: MeanInterval
    p_value: float

    @property
    def better(self) -> str:
        """Give "b" or "a" if customers prefer it (p < .05), else ""."""
        if self.p_value >= 0.05:
            return ""
        return "b" if self.wins > self.losses else "a"


def preference(
    customer: NDArray[np.int64], points_a: NDArray[np.int64], points_b: NDArray[np.int64]
) -> Preference:
    """Say which slate customers prefer; a customer counts once, however often they came.

    Args:
        customer: Shape (n,), number of who saw each interleaved slate.
        points_a: Shape (n,), clicks on products of the first, >= 0: `Interleaved.points`.
        points_b: Shape (n,), of the second.

    Raises:
        InputError: if the columns are not of one length, or a count is negative.

    Example:
        >>> who, first, second = np.array([1, 1, 2]), np.array([1, 0, 0]), np.array([0, 2, 1])
        >>> found = preference(who, first, second)
        >>> found.wins, found.losses, found.p_value
        (2, 0, 0.5)
    """
    if not len(customer) == len(points_a) == len(points_b):
        raise InputError("customer, points_a and points_b must be of one length.")
    if (points_a < 0).any() or (points_b < 0).any():
        raise InputError("Points are counts of clicks, and must be >= 0.")
    _, number = np.unique(customer, return_inverse=True)
    a, b = np.bincount(number, weights=points_a), np.bincount(number, weights=points_b)
    clicked = (a + b) > 0
    score = np.where(b > a, 1.0, np.where(b < a, 0.0, 0.5))[clicked]
    wins, losses = int((b > a).sum()), int((b < a).sum())
    return Preference(
        wins=wins,
        losses=losses,
        ties=int(clicked.sum()) - wins - losses,
        silent=int((~clicked).sum()),
        win_share=mean_interval(score),
        click_share=_share(a, b),
        p_value=sign_test(wins, losses),
    )


def sign_test(wins: int, losses: int) -> float:
    """Give the chance of a split as uneven as this, either way, if both were as likely.

    Args:
        wins: >= 0.
        losses: >= 0.

    Returns:
        In (0, 1], exact; 1 if there is neither.

    Example:
        >>> sign_test(9, 1)
        0.02148...
    """
    from scipy.stats import binomtest

    n = wins + losses
    return float(binomtest(wins, n, 0.5).pvalue) if n else 1.0


def _share(a: NDArray[Any], b: NDArray[Any]) -> MeanInterval:
    """Give sum(b) / sum(a + b), customers being independent."""
    both = a + b
    n, total = int((both > 0).sum()), float(both.sum())
    if n == 0:
        return MeanInterval(math.nan, math.nan, math.nan, 0)
    share = float(b.sum()) / total
    parts = b - share * both
    error = math.sqrt(n / (n - 1) * float((parts**2).sum())) / total if n > 1 else math.inf
    return MeanInterval(share, share - Z95 * error, share + Z95 * error, n)
