"""An analysis as JSON-ready values, for programs."""

from __future__ import annotations

import math
from dataclasses import asdict
from datetime import datetime
from typing import Any

from penchant.experiments.analysis.values import Analysis, Guardrail, VariantReading
from penchant.experiments.experiment import Experiment
from penchant.experiments.statistics.verdict import Effect


def to_dict(analysis: Analysis) -> dict[str, Any]:
    """Give an analysis, the verdicts first; what is not a finite number is null.

    Args:
        analysis: Any.
    """
    told = {
        "verdicts": [_plain(asdict(one.verdict)) for one in analysis.readings],
        "experiment": _experiment(analysis.experiment),
        "as_of": analysis.as_of.isoformat(),
        "final_from": analysis.final_from.isoformat(),
        "planned_end_reached": analysis.planned_end_reached,
        "trigger": analysis.trigger,
        "units": {name: dict(counts) for name, counts in analysis.units.items()},
        "crossed": analysis.crossed,
        "left_out": dict(analysis.left_out),
        "checks": [asdict(one) for one in analysis.checks],
        "variants": [_reading(one) for one in analysis.readings],
        "notes": dict(analysis.notes),
    }
    plain: dict[str, Any] = _plain(told)
    return plain


def _experiment(experiment: Experiment) -> dict[str, Any]:
    return {
        "name": experiment.name,
        "surfaces": list(experiment.surfaces),
        "control": experiment.control.name,
        "shares": experiment.shares(),
        "primary": experiment.primary,
        "start": experiment.start.isoformat(),
        "end": experiment.end.isoformat(),
        "stopped": experiment.stopped.isoformat() if experiment.stopped else None,
        "attribution_days": experiment.attribution_days,
        "winsorize": experiment.winsorize,
        "margins": dict(experiment.margins),
    }


def _reading(reading: VariantReading) -> dict[str, Any]:
    return {
        "variant": reading.verdict.variant,
        "always_valid": _effect(reading.early),
        "metrics": [_effect(one) for one in reading.effects],
        "guardrails": [_guardrail(one) for one in reading.guardrails],
        "segments": [
            {
                "trait": one.trait,
                "value": one.value,
                "adjusted_p": one.adjusted_p,
                "exploratory": True,
                "effect": _effect(one.effect),
            }
            for one in reading.segments
        ],
        "days": [{"at": one.at.isoformat(), "effect": _effect(one.effect)} for one in reading.days],
    }


def _effect(effect: Effect | None) -> dict[str, Any] | None:
    return None if effect is None else asdict(effect)


def _guardrail(one: Guardrail) -> dict[str, Any]:
    return {
        "metric": one.effect.metric,
        "better": one.better,
        "margin": one.margin,
        "result": one.result or None,
        "effect": _effect(one.effect),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if isinstance(value, datetime) else value
