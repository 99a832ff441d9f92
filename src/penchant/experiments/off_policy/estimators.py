"""Off-policy: what another policy would have got, from the log of the one that served.

Each row counts w = target / propensity: products the other policy prefers count more. The value is
that of one slot, averaged over slots (item-position estimator). It assumes that what comes of a
slot depends on the product in it, on its place and on who looks, not on the products around it; and
that a slot is seen as often whatever stands in it. Intervals take customers, not slots, to be
independent; they are those of a ratio of sums over customers, by its influence function.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from penchant.errors import InputError
from penchant.evaluation.intervals import Z95, MeanInterval
from penchant.experiments.off_policy.logged_slots import LoggedSlots
from penchant.types import Weights

IPS: Final = "ips"
SNIPS: Final = "snips"
DR: Final = "dr"


def logged_mean(logged: LoggedSlots) -> MeanInterval:
    """Give what the policy that served got: the mean reward of a slot.

    Args:
        logged: At least one row.

    Raises:
        InputError: if there is no row.
    """
    return _ratio(logged, logged.reward, np.ones(len(logged)))


def ips(logged: LoggedSlots, *, clip: float = np.inf) -> MeanInterval:
    """Value a policy by inverse propensity scoring: mean(w * reward).

    Unbiased where the log could have shown all the policy would; what it could not show counts as
    if nothing came of it.

    Args:
        logged: At least one row.
        clip: Weights are at most so large; then the value is too low.

    Raises:
        InputError: if there is no row.

    Example:
        >>> who, half, first = np.array([1, 2]), np.array([0.5, 0.5]), np.array([1.0, 0.0])
        >>> log = LoggedSlots(who, who, reward=first, propensity=half, target=first)
        >>> ips(log).value
        1.0
    """
    return _ratio(logged, logged.weights(clip=clip) * logged.reward, np.ones(len(logged)))


def snips(logged: LoggedSlots, *, clip: float = np.inf) -> MeanInterval:
    """Value a policy by self-normalised scoring: sum(w * reward) / sum(w).

    Its bias is small and shrinks with the log; it is steadier than `ips`, and a reward that is
    higher by a constant everywhere makes the value higher by just that constant. It takes what the
    log could not show to be worth as much as the rest.

    Args:
        logged: At least one row.
        clip: Weights are at most so large.

    Returns:
        NaN, with no end to the interval, if no row has a weight.

    Raises:
        InputError: if there is no row.
    """
    weights = logged.weights(clip=clip)
    return _ratio(logged, weights * logged.reward, weights)


def doubly_robust(logged: LoggedSlots, *, clip: float = np.inf) -> MeanInterval:
    """Value a policy by a model, put right by the log: mean(q(target) + w * (reward - q(shown))).

    Right if the model is, or if the propensities are; what the log could not show is worth what the
    model says. A model must not have seen the rows it is asked about: see `reward_model`.

    Args:
        logged: At least one row, with predictions.
        clip: Weights are at most so large.

    Raises:
        InputError: if there is no row, or no predictions.
    """
    if logged.predicted is None or logged.predicted_target is None:
        raise InputError("The doubly robust value needs the predictions of a model: predicted.")
    surprise = logged.weights(clip=clip) * (logged.reward - logged.predicted)
    return _ratio(logged, logged.predicted_target + surprise, np.ones(len(logged)))


ESTIMATORS: Mapping[str, Callable[..., MeanInterval]] = MappingProxyType(
    {IPS: ips, SNIPS: snips, DR: doubly_robust}
)
"""Name -> function of logged slots and `clip`."""


def gain(logged: LoggedSlots, *, clip: float = np.inf) -> MeanInterval:
    """Give how much more the policy would have got than the one that served, by `snips`.

    Both are of the same rows, so the interval is narrower than those of the two values suggest.

    Args:
        logged: At least one row.
        clip: Weights are at most so large.

    Raises:
        InputError: if there is no row.
    """
    weights, ones = logged.weights(clip=clip), np.ones(len(logged))
    if not weights.sum() > 0:
        return snips(logged, clip=clip)
    value, mean = snips(logged, clip=clip).value, logged_mean(logged).value
    influence = weights * (logged.reward - value) / weights.mean() - (logged.reward - mean)
    return _ratio(logged, influence + value - mean, ones)


def clustered_error(logged: LoggedSlots, influence: Weights) -> float:
    """Give the standard error of a mean of rows of which only customers are independent.

    Args:
        logged: Whose rows.
        influence: Shape (n,), each row's part, minus the mean.

    Returns:
        Infinity for fewer than two customers.
    """
    _, number = np.unique(logged.customer, return_inverse=True)
    sums = np.bincount(number, weights=influence)
    n = len(sums)
    if n < 2:
        return float("inf")
    return float(np.sqrt(n / (n - 1) * (sums**2).sum()) / len(logged))


def _ratio(logged: LoggedSlots, above: Weights, below: Weights) -> MeanInterval:
    """Give sum(above) / sum(below) with an interval over customers."""
    if not len(logged):
        raise InputError("There is no logged slot to value a policy by.")
    n = len(np.unique(logged.customer))
    total = float(below.sum())
    if not total > 0:
        return MeanInterval(float("nan"), -float("inf"), float("inf"), n)
    value = float(above.sum()) / total
    influence = (above - value * below) * (len(logged) / total)
    reach = Z95 * clustered_error(logged, influence)
    return MeanInterval(value, value - reach, value + reach, n)
