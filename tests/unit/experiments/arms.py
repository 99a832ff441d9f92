"""Two arms of simulated customers, and the slow twin of their comparison."""

from __future__ import annotations

import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np

from penchant.experiments.statistics.metrics import UNIT_COLUMNS, Metric
from penchant.experiments.statistics.moments import Moments


def arm(n: int, rng: np.random.Generator, *, lift: float = 0.0) -> np.ndarray:
    """Give units with every column; what they did before is like what they do."""
    rate, chance = rng.beta(2, 40, n), rng.beta(1, 12, n)
    columns = dict.fromkeys(UNIT_COLUMNS, np.zeros(n))
    columns["exposures"] = rng.integers(1, 60, n)
    columns["clicks"] = rng.binomial(columns["exposures"], rate * (1 + lift))
    columns["exposures_before"] = rng.integers(1, 90, n) * (rng.random(n) < 0.7)
    columns["clicks_before"] = rng.binomial(columns["exposures_before"], rate)
    columns["orders"] = rng.binomial(4, chance * (1 + lift))
    columns["converted"] = columns["orders"] > 0
    columns["converted_before"] = rng.random(n) < chance
    columns["revenue"] = columns["orders"] * rng.lognormal(4, 0.8, n)
    columns["revenue_capped"] = np.minimum(columns["revenue"], 600)
    columns["revenue_before"] = columns["converted_before"] * rng.lognormal(4, 0.8, n)
    columns["bought"] = 2 * columns["orders"]
    columns["returned"] = rng.binomial(columns["bought"], 0.2)
    columns["answers"] = 1 + columns["exposures"] // 8
    columns["fallbacks"] = rng.binomial(columns["answers"], 0.1)
    columns["took_ms"] = columns["answers"] * rng.gamma(4, 2, n)
    return np.stack([columns[one] for one in UNIT_COLUMNS], axis=1).astype(np.float64)


def moments(rows: np.ndarray) -> Moments:
    return Moments.of(UNIT_COLUMNS, rows)


def column(rows: np.ndarray, name: str) -> np.ndarray:
    return rows[:, UNIT_COLUMNS.index(name)] if name else np.ones(len(rows))


@dataclass
class Told:
    """What the slow twin says."""

    control: float
    variant: float
    variance: float
    lift_variance: float
    rho: float

    @property
    def difference(self) -> float:
        return self.variant - self.control

    def half(self, level: float) -> float:
        return NormalDist().inv_cdf(1 - level / 2) * math.sqrt(self.variance)

    def lift_end(self, level: float, side: int) -> float:
        z = NormalDist().inv_cdf(1 - level / 2)
        return self.variant / self.control * math.exp(side * z * math.sqrt(self.lift_variance)) - 1

    @property
    def p_value(self) -> float:
        return math.erfc(abs(self.difference) / math.sqrt(2 * self.variance))


def by_hand(metric: Metric, control: np.ndarray, variant: np.ndarray, *, uses_before: bool) -> Told:
    """Compare unit by unit: each unit's deviation from its arm's ratio, adjusted by its past."""
    both = np.concatenate([control, variant])
    now = _deviations(both, metric.value, metric.per)
    past = _deviations(both, metric.before, metric.before_per) if uses_before else 0 * now
    theta = np.cov(now, past)[0, 1] / np.var(past, ddof=1) if uses_before else 0.0
    values, variances = [], []
    for rows in (control, variant):
        value = _ratio(rows, metric.value, metric.per)
        left = _deviations(rows, metric.value, metric.per)
        if uses_before:
            ahead = _ratio(rows, metric.before, metric.before_per)
            value -= theta * (ahead - _ratio(both, metric.before, metric.before_per))
            left = left - theta * _deviations(rows, metric.before, metric.before_per)
        values.append(value)
        variances.append(np.var(left, ddof=1) / len(rows))
    return Told(
        *values,
        variance=sum(variances),
        lift_variance=sum(v / m**2 for v, m in zip(variances, values, strict=True)),
        rho=np.corrcoef(now, past)[0, 1] if uses_before else 0.0,
    )


def _ratio(rows, value, per) -> float:
    return column(rows, value).mean() / column(rows, per).mean()


def _deviations(rows, value, per) -> np.ndarray:
    ratio = _ratio(rows, value, per)
    return (column(rows, value) - ratio * column(rows, per)) / column(rows, per).mean()
