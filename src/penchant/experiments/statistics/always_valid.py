"""Intervals that hold at every look at once, so that an experiment may be stopped early.

An asymptotic confidence sequence by Robbins' normal mixture (Waudby-Smith et al. 2024), tightest
near the planned end. For an estimate of variance V, a level a and a mixing variance t2:

    half width = sqrt(V (V + t2) / t2 * log((V + t2) / (V a^2)))
    t2 = c * planned variance,  c = k + log(k + 1),  k = 2 log(1 / a)
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final

from penchant.errors import InputError
from penchant.experiments.statistics.verdict import EARLY_LEVEL, Effect

LARGEST: Final = 700.0
"""Logarithm of the largest ratio told: beyond it a float ends."""


def always_valid_effect(
    effect: Effect, *, planned_variance: float, level: float = EARLY_LEVEL
) -> Effect:
    """Give the same effect with an interval that holds at every look.

    Args:
        effect: By `fixed_effect`.
        planned_variance: The variance it will have at the planned end, by `planned_variance`.
        level: Probability that the interval misses at any look at all, in (0, 1).

    Returns:
        The effect with a wider interval and a p value that may be read at every look. That of the
        lift is wider by the same factor, on its logarithm. Unchanged but for the level where
        nothing varies.

    Raises:
        InputError: if the planned variance is not positive.
    """
    if not effect.variance > 0:
        return replace(effect, level=level)
    mixing = mixing_variance(planned_variance, level)
    half = half_width(effect.variance, mixing, level)
    low, high = _lift(effect, half)
    return replace(
        effect,
        low=effect.difference - half,
        high=effect.difference + half,
        lift_low=low,
        lift_high=high,
        p_value=always_valid_p(effect.difference, effect.variance, mixing),
        level=level,
    )


def planned_variance(effect: Effect, *, fraction: float) -> float:
    """Foretell the variance of an effect at the planned end.

    Args:
        effect: At this look.
        fraction: Share of the planned units that have come, in (0, 1].

    Returns:
        Its variance times the fraction, as variances fall with the units.

    Raises:
        InputError: if the fraction is out of its range.
    """
    if not 0 < fraction <= 1:
        raise InputError(f"fraction is {fraction:g}, must be in (0, 1].")
    return effect.variance * fraction


def half_width(variance: float, mixing: float, level: float) -> float:
    """Give half the width of the interval.

    Args:
        variance: Of the estimate, > 0.
        mixing: By `mixing_variance`, > 0.
        level: As there.

    Example:
        >>> round(half_width(1.0, mixing_variance(1.0, 0.05), 0.05), 3)
        3.035
    """
    both = variance + mixing
    return math.sqrt(variance * both / mixing * math.log(both / (variance * level**2)))


def mixing_variance(planned: float, level: float) -> float:
    """Give the variance of the mixture that makes the interval tightest at the planned end.

    Args:
        planned: Variance of the estimate at the planned end, > 0.
        level: Probability that the interval misses at any look, in (0, 1).

    Raises:
        InputError: if the planned variance is not positive, or the level is out of its range.
    """
    if not planned > 0:
        raise InputError(f"planned_variance is {planned:g}, must be > 0.")
    if not 0 < level < 1:
        raise InputError(f"level is {level:g}, must be in (0, 1).")
    k = -2 * math.log(level)
    return planned * (k + math.log(k + 1))


def always_valid_p(difference: float, variance: float, mixing: float) -> float:
    """Give the level at which the interval just reaches 0, with the mixture as it is.

    Args:
        difference: The estimate.
        variance: Of it, > 0.
        mixing: By `mixing_variance`, > 0.

    Returns:
        In (0, 1].
    """
    both = variance + mixing
    exponent = math.log(both / variance) - difference**2 * mixing / (variance * both)
    return math.exp(min(exponent / 2, 0.0))


def _lift(effect: Effect, half: float) -> tuple[float | None, float | None]:
    if effect.lift is None or effect.lift_low is None or effect.lift_high is None:
        return None, None
    wider = half / (effect.high - effect.difference)
    if min(effect.lift, effect.lift_low) <= -1:
        low, high = effect.lift - effect.lift_low, effect.lift_high - effect.lift
        return effect.lift - wider * low, effect.lift + wider * high
    at = math.log1p(effect.lift)
    low = at - wider * (at - math.log1p(effect.lift_low))
    high = at + wider * (math.log1p(effect.lift_high) - at)
    return math.expm1(low), math.expm1(min(high, LARGEST))
