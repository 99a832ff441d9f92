"""Whether the variants got their planned shares of the units, checked at every look.

The Dirichlet-multinomial Bayes factor of Lindon and Malek (2022), averaged over small and large
deviations. Where the shares hold, it passes 1 / a at any look in at most a share a of the
experiments, as each of its parts does; a chi-square test every day would not.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from penchant.errors import InputError
from penchant.experiments.statistics.verdict import RatioCheck

ALARM_LEVEL: Final = 0.01
"""Share of sound experiments that may raise an alarm, over all looks."""

PRIORS: Final = ((2000.0, 0.5), (200.0, 0.25), (20.0, 0.25))
"""(concentration about the planned shares, weight) of each Dirichlet prior. The first finds shares
that are off by a percent among many units, the others an arm that lost half of a few hundred.
"""


def check_ratio(counts: Sequence[int], shares: Sequence[float], *, units: str) -> RatioCheck:
    """Compare the counts of units with the planned shares.

    Args:
        counts: Units per variant, >= 0.
        shares: Planned shares, aligned, > 0; of any sum.
        units: What was counted, such as "assigned" or "exposed".

    Returns:
        The check; its alarm may be read at every look.

    Raises:
        InputError: if counts and shares do not fit, or one is out of its range.

    Example:
        >>> check_ratio([5000, 5100], [0.5, 0.5], units="assigned").alarm
        False
        >>> check_ratio([5000, 5500], [0.5, 0.5], units="assigned").alarm
        True
    """
    if len(counts) != len(shares) or len(counts) < 2:
        raise InputError(
            f"{len(counts)} counts for {len(shares)} shares, must be one each for two or more "
            "variants."
        )
    if min(counts) < 0 or not min(shares) > 0:
        raise InputError(f"counts are {list(counts)}, must be >= 0; shares {list(shares)}, > 0.")
    total = math.fsum(shares)
    planned = [one / total for one in shares]
    n = sum(counts)
    factor = _log_bayes_factor(counts, planned)
    return RatioCheck(
        units=units,
        counts=tuple(counts),
        expected=tuple(n * one for one in planned),
        log_bayes_factor=factor,
        alarm=factor > -math.log(ALARM_LEVEL),
    )


def _log_bayes_factor(counts: Sequence[int], planned: Sequence[float]) -> float:
    factors = [math.log(weight) + _log_part(counts, planned, one) for one, weight in PRIORS]
    most = max(factors)
    return most + math.log(math.fsum(math.exp(one - most) for one in factors))


def _log_part(counts: Sequence[int], planned: Sequence[float], concentration: float) -> float:
    n = sum(counts)
    factor = math.lgamma(concentration) - math.lgamma(concentration + n)
    for count, share in zip(counts, planned, strict=True):
        prior = concentration * share
        factor += math.lgamma(prior + count) - math.lgamma(prior) - count * math.log(share)
    return factor
