"""A variant beside the control: every metric that can be compared, and what may not get worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from penchant.experiments.analysis.decision import non_inferior
from penchant.experiments.analysis.values import Guardrail
from penchant.experiments.experiment import CONVERSION, CTR, REVENUE, Experiment
from penchant.experiments.statistics.fixed import fixed_effect
from penchant.experiments.statistics.metrics import (
    BESIDE,
    DECISION,
    GUARDRAIL,
    METRICS,
    UNIT_COLUMNS,
    Metric,
)
from penchant.experiments.statistics.moments import Moments
from penchant.experiments.statistics.verdict import FIXED_LEVEL, Effect
from penchant.experiments.units.table import UnitTable

MIN_ARM: Final = 2
"""Units per arm, below which nothing can be estimated."""

AOV: Final = "aov"
_BESIDE_AOV: Final = (CONVERSION, REVENUE)

Arms = tuple[Moments, Moments]
"""Of the control, then of the variant."""


@dataclass(frozen=True, slots=True, eq=False)
class Pair:
    """A variant beside the control.

    Attributes:
        variant: Its name.
        arms: Of the control, then of the variant.
        hollow: Whether one of the two shows nothing: then nothing can be clicked.
    """

    variant: str
    arms: Arms
    hollow: bool = False

    @classmethod
    def of(cls, units: UnitTable, variant: str) -> Pair:
        """Sum up the units of the control and of a variant.

        Args:
            units: Those that count.
            variant: Its name.
        """
        names = (units.names[0], variant)
        control, mine = (Moments.of(UNIT_COLUMNS, units.values[units.of(name)]) for name in names)
        return cls(variant, (control, mine), any(name in units.hollow for name in names))

    def __add__(self, other: Pair) -> Pair:
        """Add other units."""
        arms = self.arms[0] + other.arms[0], self.arms[1] + other.arms[1]
        return Pair(self.variant, arms, self.hollow)

    @property
    def least(self) -> int:
        """Units of the smaller arm."""
        return min(one.count for one in self.arms)

    def knows(self, metric: Metric) -> bool:
        """Say whether a metric has a value in both arms.

        Args:
            metric: Which one.
        """
        if self.least < MIN_ARM or (metric.name == CTR and self.hollow):
            return False
        return not metric.per or all(one.mean(metric.per) > 0 for one in self.arms)

    def compare(self, metric: Metric, level: float = FIXED_LEVEL) -> Effect:
        """Compare the variant with the control, once.

        Args:
            metric: One that has a value in both.
            level: Probability that the interval misses.
        """
        return fixed_effect(metric, *self.arms, variant_name=self.variant, level=level)


def effects_of(pair: Pair, primary: str, level: float) -> tuple[Effect, ...]:
    """Compare all metrics that are read, the primary one first, each once.

    The value of an order never stands alone: only beside conversion and revenue per customer.

    Args:
        pair: Variant and control.
        primary: The metric that decides.
        level: Of that one; the others are told at FIXED_LEVEL.
    """
    names = [one.name for one in METRICS.values() if one.role in (DECISION, BESIDE)]
    names.sort(key=lambda name: name != primary)
    found = [
        pair.compare(METRICS[name], level if name == primary else FIXED_LEVEL)
        for name in names
        if pair.knows(METRICS[name])
    ]
    told = {one.metric for one in found}
    return tuple(one for one in found if one.metric != AOV or told.issuperset(_BESIDE_AOV))


def guardrails_of(pair: Pair, experiment: Experiment) -> tuple[Guardrail, ...]:
    """Judge what may not get worse: the guardrails, and whatever else was given a margin.

    Args:
        pair: Variant and control.
        experiment: What is compared.
    """
    return tuple(
        _guardrail(pair, metric, experiment.margins.get(metric.name))
        for metric in _watched(experiment)
        if pair.knows(metric) and _was_measured(metric, pair.arms)
    )


def _watched(experiment: Experiment) -> Iterator[Metric]:
    for metric in METRICS.values():
        named = metric.name in experiment.margins and metric.name != experiment.primary
        if metric.role == GUARDRAIL or named:
            yield metric


def _was_measured(metric: Metric, arms: Sequence[Moments]) -> bool:
    """Say whether times were taken: an answer takes some, so that none at all were measured."""
    return metric.value != "took_ms" or all(one.mean(metric.value) > 0 for one in arms)


def _guardrail(pair: Pair, metric: Metric, margin: float | None) -> Guardrail:
    effect = pair.compare(metric)
    judged = "" if margin is None else non_inferior(effect, margin=margin, better=metric.better)
    return Guardrail(effect, metric.better, margin, judged)
