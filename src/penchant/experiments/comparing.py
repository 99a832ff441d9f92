"""A variant beside the control: every metric that can be compared, and what may not get worse."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from penchant.experiments.analysis_values import Guardrail
from penchant.experiments.decision import non_inferior
from penchant.experiments.experiment import CONVERSION, CTR, REVENUE, Experiment
from penchant.experiments.fixed import fixed_effect
from penchant.experiments.metrics import BESIDE, DECISION, GUARDRAIL, METRICS, UNIT_COLUMNS, Metric
from penchant.experiments.moments import Moments
from penchant.experiments.unit_table import UnitTable, shows_nothing
from penchant.experiments.verdict import Effect

MIN_ARM: Final = 2
"""Units per arm, below which nothing can be estimated."""

AOV: Final = "aov"
_BESIDE_AOV: Final = (CONVERSION, REVENUE)

Arms = tuple[Moments, Moments]
"""Of the control, then of the variant."""


def arms_of(units: UnitTable, variant: str) -> Arms:
    """Sum up the units of the control and of a variant.

    Args:
        units: Those that count.
        variant: Its name.
    """
    control, mine = (units.values[units.of(name)] for name in (units.names[0], variant))
    return Moments.of(UNIT_COLUMNS, control), Moments.of(UNIT_COLUMNS, mine)


def can_compare(metric: Metric, experiment: Experiment, arms: Arms, variant: str) -> bool:
    """Say whether a metric has a value in both arms.

    Args:
        metric: Which one.
        experiment: Which one; where nothing is shown, nothing can be clicked.
        arms: Of the control and the variant.
        variant: Its name.
    """
    if metric.name == CTR and set(shows_nothing(experiment)) & {experiment.control.name, variant}:
        return False
    if min(one.count for one in arms) < MIN_ARM:
        return False
    return not metric.per or all(one.mean(metric.per) > 0 for one in arms)


def effects_of(experiment: Experiment, variant: str, arms: Arms) -> tuple[Effect, ...]:
    """Compare all metrics that are read, the primary one first, each once.

    The value of an order never stands alone: only beside conversion and revenue per customer.

    Args:
        experiment: What is compared.
        variant: Its name.
        arms: Of the control and the variant.
    """
    names = [one.name for one in METRICS.values() if one.role in (DECISION, BESIDE)]
    names.sort(key=lambda name: name != experiment.primary)
    found = [
        fixed_effect(METRICS[name], *arms, variant_name=variant)
        for name in names
        if can_compare(METRICS[name], experiment, arms, variant)
    ]
    told = {one.metric for one in found}
    return tuple(one for one in found if one.metric != AOV or told.issuperset(_BESIDE_AOV))


def guardrails_of(experiment: Experiment, variant: str, arms: Arms) -> tuple[Guardrail, ...]:
    """Judge what may not get worse: the guardrails, and whatever else was given a margin.

    Args:
        experiment: What is compared.
        variant: Its name.
        arms: Of the control and the variant.
    """
    return tuple(
        _guardrail(metric, experiment.margins.get(metric.name), variant, arms)
        for metric in _watched(experiment)
        if can_compare(metric, experiment, arms, variant) and _was_measured(metric, arms)
    )


def _watched(experiment: Experiment) -> Iterator[Metric]:
    for metric in METRICS.values():
        named = metric.name in experiment.margins and metric.name != experiment.primary
        if metric.role == GUARDRAIL or named:
            yield metric


def _was_measured(metric: Metric, arms: Sequence[Moments]) -> bool:
    """Say whether times were taken: an answer takes some, so that none at all were measured."""
    return metric.value != "took_ms" or all(one.mean(metric.value) > 0 for one in arms)


def _guardrail(metric: Metric, margin: float | None, variant: str, arms: Arms) -> Guardrail:
    effect = fixed_effect(metric, *arms, variant_name=variant)
    judged = margin is not None and effect.n_control > 0
    result = non_inferior(effect, margin=margin, better=metric.better) if judged and margin else ""
    return Guardrail(effect, metric.better, margin, result)
