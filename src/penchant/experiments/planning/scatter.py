"""How much a metric scatters between units, as planning needs it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from penchant.experiments.statistics.metrics import Metric
from penchant.experiments.statistics.moments import Moments

MOST_ALIKE: Final = 0.999
"""Correlation with before that is believed at most."""


@dataclass(frozen=True, slots=True)
class Scatter:
    """How much a metric scatters between units.

    Attributes:
        metric: Its name.
        cv: Standard deviation over mean, > 0; infinite where the mean is 0.
        rho: Correlation with the same before the experiment, in (-1, 1).
    """

    metric: str
    cv: float
    rho: float = 0.0


def scatter_of(metric: Metric, units: Moments) -> Scatter:
    """Read the scatter of a metric off the shop's own log.

    Args:
        metric: Any.
        units: Of one row per unit over a span as long as a unit will be watched.

    Returns:
        Its cv, infinite where it never happens; rho is 0 where nothing is known of before.

    Raises:
        InputError: if a column of the metric is missing.
        MissingExtraError: if tea-tasting is not installed.
    """
    sums, per = units.to_aggregates(), metric.per or None
    if not units.mean(metric.value) > 0 or (per and not units.mean(per) > 0):
        return Scatter(metric.name, math.inf)
    variance = max(float(sums.ratio_var(metric.value, per)), 0.0)
    value = units.mean(metric.value) / (units.mean(per) if per else 1.0)
    cv = math.sqrt(variance) / value
    before = metric.before, metric.before_per or None
    if not metric.before or (before[1] and not units.mean(before[1]) > 0):
        return Scatter(metric.name, cv)
    both = variance * float(sums.ratio_var(*before))
    covariance = float(sums.ratio_cov(metric.value, per, *before))
    rho = covariance / math.sqrt(both) if both > 0 else 0.0
    return Scatter(metric.name, cv, max(-MOST_ALIKE, min(rho, MOST_ALIKE)))
