"""Planning: how many units and whole weeks a lift takes, and by what to decide.

    units per arm = 2 (z_{1 - level / 2} + z_power)^2 cv^2 (1 - rho^2) / lift^2

cv is the standard deviation of a metric over its mean, per unit (of a ratio: by the delta method),
and rho the correlation with the same before, which CUPED makes use of.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

from penchant.errors import InputError
from penchant.experiments.analysis.wording import percent
from penchant.experiments.experiment import CONVERSION, CTR, REVENUE
from penchant.experiments.planning.scatter import Scatter
from penchant.experiments.statistics.verdict import FIXED_LEVEL

MIN_WEEKS: Final = 2
"""Shorter, and a weekend or a pay day decides."""

MAX_WEEKS: Final = 8
"""Longer, and cookies, seasons and patience run out."""

MIN_LIFT: Final = 0.0001
MAX_LIFT: Final = 100.0
MAX_ARMS: Final = 100

BY_WORTH: Final = (REVENUE, CONVERSION, CTR)
"""What to decide by, of what moves in time: the nearest to what the shop lives on."""

NAMES: Final = {CTR: "CTR", CONVERSION: "conversion", REVENUE: "revenue"}


@dataclass(frozen=True, slots=True)
class MetricPlan:
    """What one metric takes.

    Attributes:
        scatter: Of the metric.
        units_per_arm: To find the wanted lift; None where nothing finds it.
        weeks: Whole weeks until they have come; None: more than the most allowed.
        detectable: (weeks, smallest lift found by then), by weeks.
    """

    scatter: Scatter
    units_per_arm: int | None
    weeks: int | None
    detectable: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan for an experiment.

    Attributes:
        lift: Relative lift to find.
        power: Probability to find it.
        level: Of the look at the planned end.
        arms: Variants, with the control.
        metrics: One per metric, in the order given.
        primary: By what to decide; None where no metric moves in time.
        weeks: How long to run, for the primary; MAX_WEEKS or what was allowed without one.
        advice: In words.
    """

    lift: float
    power: float
    level: float
    arms: int
    metrics: tuple[MetricPlan, ...]
    primary: str | None
    weeks: int
    advice: str


def units_per_arm(
    cv: float, lift: float, *, rho: float = 0.0, level: float = FIXED_LEVEL, power: float = 0.8
) -> float:
    """Give the units each of two equal arms needs.

    Args:
        cv: Standard deviation over mean, > 0.
        lift: Relative difference to find, not 0.
        rho: Correlation with what was before, in (-1, 1).
        level: Probability of a false alarm, two-sided.
        power: Probability to find the lift.

    Raises:
        InputError: if a value is out of its range.

    Example:
        >>> round(units_per_arm(2.2, 0.10, level=0.05))
        7598
    """
    if lift == 0:
        raise InputError("lift is 0, must be another number, such as 0.1.")
    return 2 * (_points(level, power) * cv / lift) ** 2 * (1 - _checked(rho) ** 2)


def detectable_lift(
    cv: float, units: float, *, rho: float = 0.0, level: float = FIXED_LEVEL, power: float = 0.8
) -> float:
    """Give the smallest lift that some units find.

    Args:
        cv: Standard deviation over mean, > 0.
        units: In each of two equal arms, > 0.
        rho: Correlation with what was before, in (-1, 1).
        level: Probability of a false alarm, two-sided.
        power: Probability to find the lift.

    Raises:
        InputError: if a value is out of its range.

    Example:
        >>> round(detectable_lift(2.2, 7598, level=0.05), 4)
        0.1
    """
    if not units > 0:
        raise InputError(f"units is {units:g}, must be > 0.")
    return _points(level, power) * cv * math.sqrt(2 / units * (1 - _checked(rho) ** 2))


def check_wanted(lift: float, arms: int) -> None:
    """Refuse what no experiment can be planned for.

    Args:
        lift: Relative lift to find.
        arms: Variants, with the control.

    Raises:
        InputError: if one is out of its range.
    """
    if not MIN_LIFT <= lift <= MAX_LIFT:
        raise InputError(
            f"lift is {lift:g}, must be {MIN_LIFT:g} to {MAX_LIFT:g}; 0.1 is 10 % more."
        )
    if not 2 <= arms <= MAX_ARMS:
        raise InputError(f"There must be 2 to {MAX_ARMS} variants, with the control.")


def plan(
    scatters: Sequence[Scatter],
    units_by_week: Sequence[float],
    *,
    lift: float,
    arms: int = 2,
    power: float = 0.8,
    max_weeks: int = MAX_WEEKS,
) -> Plan:
    """Plan an experiment of equal arms.

    Args:
        scatters: Of the metrics it may be decided by.
        units_by_week: Different units that took part after 1, 2, ... weeks, never falling, as the
            shop's log shows. Beyond its end as many new ones come as in its last week.
        lift: Relative lift to find, in [MIN_LIFT, MAX_LIFT].
        arms: Variants, with the control, 2 to MAX_ARMS.
        power: Probability to find it, in (0, 1).
        max_weeks: Longest run that is acceptable, >= MIN_WEEKS.

    Returns:
        The plan. Add the attribution window: units that came last have to be watched that long.

    Raises:
        InputError: if a value is out of its range.
    """
    check_wanted(lift, arms)
    if max_weeks < MIN_WEEKS:
        raise InputError(f"max_weeks is {max_weeks}, must be >= {MIN_WEEKS}.")
    arriving = [one / arms for one in _arriving(units_by_week, max_weeks)]
    metrics = tuple(_plan_one(one, arriving, lift, power) for one in scatters)
    in_time = {one.scatter.metric: one.weeks for one in metrics if one.weeks is not None}
    primary = next((one for one in BY_WORTH if one in in_time), None)
    return Plan(
        lift=lift,
        power=power,
        level=FIXED_LEVEL,
        arms=arms,
        metrics=metrics,
        primary=primary,
        weeks=in_time[primary] if primary else max_weeks,
        advice=_advice(metrics, primary, lift, max_weeks),
    )


def _points(level: float, power: float) -> float:
    if not (0 < level < 1 and 0 < power < 1):
        raise InputError(f"level is {level:g} and power {power:g}, both must be in (0, 1).")
    return NormalDist().inv_cdf(1 - level / 2) + NormalDist().inv_cdf(power)


def _checked(rho: float) -> float:
    if not -1 < rho < 1:
        raise InputError(f"rho is {rho:g}, must be in (-1, 1).")
    return rho


def _arriving(units_by_week: Sequence[float], max_weeks: int) -> list[float]:
    known = list(units_by_week[:max_weeks])
    falls = any(later < earlier for earlier, later in itertools.pairwise(known))
    if not known or falls or not known[0] > 0:
        raise InputError(
            f"units_by_week is {known}, must hold what came after 1, 2, ... weeks, from above 0 "
            "and never falling."
        )
    last_week = known[-1] - (known[-2] if len(known) > 1 else 0.0)
    return known + [known[-1] + last_week * one for one in range(1, max_weeks - len(known) + 1)]


def _plan_one(scatter: Scatter, arriving: Sequence[float], lift: float, power: float) -> MetricPlan:
    if not math.isfinite(scatter.cv):
        return MetricPlan(scatter, None, None, ())
    needed = math.ceil(units_per_arm(scatter.cv, lift, rho=scatter.rho, power=power))
    weeks = range(MIN_WEEKS, len(arriving) + 1)
    enough = next((one for one in weeks if arriving[one - 1] >= needed), None)
    lifts = (
        detectable_lift(scatter.cv, arriving[one - 1], rho=scatter.rho, power=power)
        for one in weeks
    )
    return MetricPlan(scatter, needed, enough, tuple(zip(weeks, lifts, strict=True)))


def _advice(metrics: Sequence[MetricPlan], primary: str | None, lift: float, max_weeks: int) -> str:
    by_name = {one.scatter.metric: one for one in metrics}
    if primary is None:
        return _none_in_time(metrics, lift, max_weeks)
    chosen = by_name[primary]
    told = f"a lift of {percent(lift)} shows in {chosen.weeks} weeks"
    worthier = [one for one in BY_WORTH[: BY_WORTH.index(primary)] if one in by_name]
    if not worthier:
        return f"Decide on {NAMES[primary]}: {told}."
    late = " and ".join(NAMES[one] for one in worthier)
    return (
        f"At this traffic {late} will not move in time: decide on {NAMES[primary]} ({told}), "
        f"keep {late} as guardrail{'s' if len(worthier) > 1 else ''}."
    )


def _none_in_time(metrics: Sequence[MetricPlan], lift: float, max_weeks: int) -> str:
    best = min(
        ((one.detectable[-1][1], one.scatter.metric) for one in metrics if one.detectable),
        default=None,
    )
    found = (
        ""
        if best is None
        else f"; the smallest that does is {percent(best[0])}, of {NAMES.get(best[1], best[1])}"
    )
    return (
        f"At this traffic no metric shows a lift of {percent(lift)} within {max_weeks} "
        f"weeks{found}. Test a bolder change, or compare rankings by interleaving first."
    )
