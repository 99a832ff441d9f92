"""Effects made of an estimate and its variance, for tests of what is concluded from them."""

from __future__ import annotations

import math
from statistics import NormalDist

from penchant.experiments.statistics.verdict import FIXED_LEVEL, Effect


def effect(
    lift: float,
    error: float,
    *,
    metric: str = "ctr",
    control: float = 0.05,
    level: float = FIXED_LEVEL,
) -> Effect:
    """Give an effect of a lift with a standard error, both relative to the control."""
    z = NormalDist().inv_cdf(1 - level / 2)
    difference, scatter = lift * control, error * control
    spread = math.exp(z * error / (1 + lift))
    return Effect(
        metric=metric,
        variant="bold",
        control_value=control,
        variant_value=control + difference,
        difference=difference,
        variance=scatter**2,
        low=difference - z * scatter,
        high=difference + z * scatter,
        lift=lift,
        lift_low=(1 + lift) / spread - 1,
        lift_high=(1 + lift) * spread - 1,
        p_value=math.erfc(abs(lift) / error / math.sqrt(2)),
        level=level,
        rho=None,
        n_control=1000,
        n_variant=1000,
    )
