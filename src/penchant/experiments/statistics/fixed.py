"""One look at the planned end: moments in, an effect with its interval out, by tea-tasting.

The unit is the customer. A ratio such as clicks per exposure gets its variance by the delta method
over customers; a z test over exposures would see differences where there are none, as the
exposures of one customer are alike.
"""

from __future__ import annotations

import math
from contextlib import suppress
from statistics import NormalDist
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from penchant.errors import MissingExtraError
from penchant.experiments.statistics.metrics import Metric
from penchant.experiments.statistics.moments import Moments
from penchant.experiments.statistics.verdict import FIXED_LEVEL, Effect

if TYPE_CHECKING:
    from tea_tasting.metrics import MeanResult

NOISE: Final = 1e-12
"""Share of a variance below which what is left of it is rounding."""

Arms = tuple[Moments, Moments]


def fixed_effect(
    metric: Metric,
    control: Moments,
    variant: Moments,
    *,
    variant_name: str,
    level: float = FIXED_LEVEL,
) -> Effect:
    """Compare a variant with the control, once.

    What was before the experiment is made use of (CUPED, one factor for both arms) where it
    varies; then both values are those of arms that had been alike before.

    Args:
        metric: What is compared.
        control: Of the control's units, with the metric's columns.
        variant: Of the variant's units.
        variant_name: Its name.
        level: Probability that the interval misses, in (0, 1).

    Returns:
        The effect, by normal approximation. Where an arm has fewer than two units, or nothing
        varies within arms that differ, nothing can be said: the interval is infinite and the
        p value 1. A mean of no unit and a ratio over nothing are NaN.

    Raises:
        InputError: if moments lack a column of the metric.
        MissingExtraError: if tea-tasting is not installed.
    """
    arms = (control, variant)
    if not _varies(metric, arms):
        return _without_scatter(metric, arms, variant_name, level)
    rho, found = _tested(metric, arms, level)
    lift, lift_low, lift_high = _lift(found)
    return Effect(
        metric=metric.name,
        variant=variant_name,
        control_value=float(found.control),
        variant_value=float(found.treatment),
        difference=float(found.effect_size),
        variance=_variance(found, level),
        low=float(found.effect_size_ci_lower),
        high=float(found.effect_size_ci_upper),
        lift=lift,
        lift_low=lift_low,
        lift_high=lift_high,
        p_value=float(found.pvalue),
        level=level,
        rho=rho,
        n_control=control.count,
        n_variant=variant.count,
    )


def _tested(metric: Metric, arms: Arms, level: float) -> tuple[float | None, MeanResult]:
    """Test, adjusted by what was before if that leaves something to tell."""
    rho = _rho(metric, arms)
    if rho is not None:
        # Of a few units all scatter may be taken off, or a value come so near 0 that a lift ends
        # nowhere.
        with suppress(OverflowError):
            found = _test(metric, arms, level, uses_before=True)
            if found.effect_size_ci_upper > found.effect_size:
                return rho, found
    return None, _test(metric, arms, level, uses_before=False)


def _test(metric: Metric, arms: Arms, level: float, *, uses_before: bool) -> MeanResult:
    try:
        from tea_tasting.metrics import RatioOfMeans
    except ImportError:
        raise MissingExtraError("The analysis of an experiment", "experiments") from None
    before = (metric.before or None, metric.before_per or None) if uses_before else (None, None)
    options: dict[str, Any] = {"alternative": "two-sided", "equal_var": False, "use_t": False}
    test = RatioOfMeans(
        metric.value, metric.per or None, *before, confidence_level=1 - level, **options
    )
    with np.errstate(all="ignore"):  # an interval of no width, or of a lift over 0
        return test.analyze_aggregates(arms[0].to_aggregates(), arms[1].to_aggregates())


def _varies(metric: Metric, arms: Arms) -> bool:
    """Say whether both values exist, and anything but rounding scatters about them."""
    if min(one.count for one in arms) < 2 or not all(_has(metric.per, one) for one in arms):
        return False
    left = all_of = 0.0
    for one in arms:
        per = one.mean(metric.per) if metric.per else 1.0
        left += float(one.to_aggregates().ratio_var(metric.value, metric.per or None)) * per**2
        all_of += one.variance(metric.value) + one.mean(metric.value) ** 2
    return left > NOISE * all_of


def _rho(metric: Metric, arms: Arms) -> float | None:
    """Give the correlation with what was before; None where that cannot be made use of."""
    if not metric.before or not all(_has(metric.before_per, one) for one in arms):
        return None
    sums = (arms[0] + arms[1]).to_aggregates()
    now = metric.value, metric.per or None
    before = metric.before, metric.before_per or None
    scatter = sums.ratio_var(*before)
    seen = sums.var(before[0]) / sums.mean(before[1]) ** 2
    if not scatter > NOISE * seen:
        return None
    rho = float(sums.ratio_cov(*now, *before) / math.sqrt(scatter * sums.ratio_var(*now)))
    return rho if rho**2 < 1 - NOISE else None


def _has(per: str, arm: Moments) -> bool:
    return not per or arm.mean(per) > 0


def _variance(found: MeanResult, level: float) -> float:
    """Read the variance off the interval: unlike effect by statistic, it is never 0 by 0."""
    half = found.effect_size_ci_upper - found.effect_size
    return float(half / NormalDist().inv_cdf(1 - level / 2)) ** 2


def _lift(found: MeanResult) -> tuple[float | None, float | None, float | None]:
    if not found.control > 0:
        return None, None, None
    if found.treatment > 0:
        ends = found.rel_effect_size_ci_lower, found.rel_effect_size_ci_upper
    else:  # a logarithm there is not
        ends = (
            found.effect_size_ci_lower / found.control,
            found.effect_size_ci_upper / found.control,
        )
    return float(found.rel_effect_size), float(ends[0]), float(ends[1])


def _without_scatter(metric: Metric, arms: Arms, variant_name: str, level: float) -> Effect:
    control, variant = (_value(metric, one) for one in arms)
    alike = control == variant and min(one.count for one in arms) > 1
    far = 0.0 if alike else math.inf
    has_lift = control > 0
    return Effect(
        metric=metric.name,
        variant=variant_name,
        control_value=control,
        variant_value=variant,
        difference=variant - control,
        variance=0.0,
        low=-far,
        high=far,
        lift=variant / control - 1 if has_lift else None,
        lift_low=-far if has_lift else None,
        lift_high=far if has_lift else None,
        p_value=1.0,
        level=level,
        rho=None,
        n_control=arms[0].count,
        n_variant=arms[1].count,
    )


def _value(metric: Metric, arm: Moments) -> float:
    if not arm.count or not _has(metric.per, arm):
        return math.nan
    return arm.mean(metric.value) / (arm.mean(metric.per) if metric.per else 1.0)
