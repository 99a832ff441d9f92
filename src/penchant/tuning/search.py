"""The search: every value of every knob by itself, then those that help, one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from penchant.engine import Shop
from penchant.evaluation.evaluate import Step
from penchant.evaluation.intervals import MeanInterval, holm, mean_interval, p_value
from penchant.tuning.knobs import TASTE, Knob, Value
from penchant.tuning.validation import Measured, Validation, measure, open_under

CLEAR = 0.05
"""Adjusted p value below which a gain is believed enough to be proved."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One value that was tried.

    Attributes:
        knob: What was changed, and from what.
        value: To what.
        gain: Of NDCG over the present settings, paired by customer.
        chance: Of a gain as large where there is none, for all attempts together (Holm).
    """

    knob: Knob
    value: Value
    gain: MeanInterval
    chance: float

    @property
    def is_clear(self) -> bool:
        """Whether it is better than the present value."""
        return self.gain.value > 0 and self.chance < CLEAR


def try_all(
    validation: Validation, shop: Shop, knobs: Sequence[Knob], *, tell: Step
) -> tuple[Attempt, ...]:
    """Try every value by itself on the customers on whom is chosen.

    Args:
        validation: When, and who.
        shop: Under its present settings.
        knobs: What is tried.
        tell: Told what is being done, with the number of builds.

    Returns:
        One per value, in the order of the knobs.
    """
    pairs = [(knob, value) for knob in knobs for value in knob.values]
    before, gains = _measure(validation, shop), []
    n_builds, built = sum(needs_build(knob.name) for knob, _ in pairs), 0
    for knob, value in pairs:
        builds = needs_build(knob.name)
        built += builds
        tell(f"trying {knob.name} = {value}" + f" (build {built} of {n_builds})" * builds)
        after = _measure(validation, open_under(validation, shop, {knob.name: value}))
        gains.append(after.gain_over(before))
    chances = holm(np.array([p_value(one) for one in gains]))
    return tuple(
        Attempt(knob, value, mean_interval(gain), float(chance))
        for (knob, value), gain, chance in zip(pairs, gains, chances, strict=True)
    )


def best_attempts(attempts: Sequence[Attempt]) -> tuple[Attempt, ...]:
    """Give the attempt of each knob that gained most, in the order they come in.

    Args:
        attempts: Of `try_all`.
    """
    best: dict[str, Attempt] = {}
    for one in attempts:
        if one.knob.name not in best or one.gain.value > best[one.knob.name].gain.value:
            best[one.knob.name] = one
    return tuple(best.values())


def choose_changes(
    validation: Validation, shop: Shop, attempts: Sequence[Attempt], *, tell: Step
) -> Mapping[str, Value]:
    """Take the values that clearly help, the most helpful first, if they help beside the others.

    Args:
        validation: When, and who.
        shop: Under its present settings.
        attempts: Of `try_all`.
        tell: Told what is being done.

    Returns:
        {setting: value}; each but the first gained clearly over those before it.
    """
    clear = [one for one in best_attempts(attempts) if one.is_clear]
    clear.sort(key=lambda one: -one.gain.value)
    if len(clear) < 2:
        return {one.knob.name: one.value for one in clear}
    changes: dict[str, Value] = {}
    so_far = _measure(validation, shop)
    for one in clear:
        tell(f"adding {one.knob.name} = {one.value}")
        more = {**changes, one.knob.name: one.value}
        found = _measure(validation, open_under(validation, shop, more))
        if mean_interval(found.gain_over(so_far)).low > 0:
            changes, so_far = more, found
    return changes


def needs_build(name: str) -> bool:
    """Say whether each value of a setting takes a build of its own.

    Args:
        name: As in `Knob`.
    """
    return not name.startswith(TASTE)


def _measure(validation: Validation, shop: Shop) -> Measured:
    return measure(shop, validation.choosing, validation.settings.evaluation)
