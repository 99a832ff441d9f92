"""Recency: how much an interaction still counts after some days."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.types import Days, Weights

MICROSECONDS_PER_DAY = 86_400_000_000


def recency_weights(age_days: Days, half_life_days: float | Days = 30.0) -> Weights:
    """Halve the weight of an interaction every `half_life_days`.

    weight = 0.5 ** (age / half_life)

    Args:
        age_days: Shape (n,). Days before `as_of`, >= 0; fractions allowed.
        half_life_days: Days, > 0; one number, or one per interaction with shape (n,).

    Returns:
        Shape (n,), float64, in (0, 1]. Same order as `age_days`; the input is not changed.

    Raises:
        InputError: if an age is negative, or a half-life is not positive.

    Example:
        >>> recency_weights(np.array([0.0, 30.0, 60.0]))
        array([1.  , 0.5 , 0.25])
    """
    half_life = np.asarray(half_life_days, dtype=np.float64)
    if not (half_life > 0).all():
        raise InputError(f"half_life_days is {float(half_life.min()):g}, must be > 0.")
    if age_days.size and not (age_days >= 0).all():
        raise InputError(
            f"age_days holds {float(np.min(age_days)):g}, must be >= 0: "
            "drop interactions after as_of."
        )
    return halved(np.asarray(age_days, dtype=np.float64), half_life)


def halved(age_days: Days, half_life_days: Days) -> Weights:
    """Give `recency_weights` of values known to be in range.

    Args:
        age_days: Shape (n,), >= 0.
        half_life_days: Shape (n,) or (), > 0; infinite for no decay.

    Returns:
        Shape (n,), float64, in [0, 1]; 0 after some thousand half-lives.

    Example:
        >>> halved(np.array([2.0, 4.0]), np.array([2.0, np.inf]))
        array([0.5, 1. ])
    """
    return np.asarray(np.exp2(-age_days / half_life_days))


def age_in_days(time_us: NDArray[np.int64], as_of_us: int) -> Days:
    """Give ages in days before `as_of_us`; an interaction after it has a negative age.

    Args:
        time_us: Shape (n,), microseconds since 1970 UTC.
        as_of_us: The reference time in the same unit.

    Returns:
        Shape (n,), float64 days.

    Example:
        >>> age_in_days(np.array([0, 43_200_000_000]), as_of_us=86_400_000_000)
        array([1. , 0.5])
    """
    return np.asarray((as_of_us - time_us) / MICROSECONDS_PER_DAY, dtype=np.float64)
