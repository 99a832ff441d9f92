"""The state of an experiment at a moment, and its facts as plain values, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from penchant.experiments.assignment import design_of
from penchant.experiments.experiment import Experiment
from penchant.experiments.files.parsing import ExperimentFile
from penchant.settings.judging import ExperimentSettings
from penchant.settings_file import plain_value

DRAFT: Final = "draft"
PLANNED: Final = "planned"
RUNS: Final = "runs"
STOPPED: Final = "stopped"
OVER: Final = "over"
STATES: Final = (DRAFT, PLANNED, RUNS, STOPPED, OVER)
"""Not started; started, with its time to come; it assigns; ended early; ended as planned."""


def state_of(read: ExperimentFile, at: datetime) -> str:
    """Say in which state an experiment is.

    Args:
        read: Its file.
        at: Now, with a time zone.

    Returns:
        One of STATES.
    """
    experiment = read.experiment
    if read.registration is None:
        return DRAFT
    if experiment.stopped is not None and at >= experiment.stopped:
        return STOPPED
    if at >= experiment.end:
        return OVER
    return RUNS if experiment.runs_at(at) else PLANNED


def assigning_facts(experiment: Experiment, shop: ExperimentSettings) -> dict[str, Any]:
    """Give all of an experiment, and what the shop adds: enough to assign in another language.

    Args:
        experiment: What is compared.
        shop: What all experiments of the shop share.
    """
    return {**facts_of(experiment), "shop": {"salt": shop.salt, "holdout": shop.holdout}}


def facts_of(experiment: Experiment) -> dict[str, Any]:
    """Give all of an experiment as JSON-ready values; times are ISO 8601, shares sum to 1.

    Args:
        experiment: What is compared.
    """
    shares = experiment.shares()
    variants = [
        {
            "variant": one.name,
            "share": shares[one.name],
            "build_id": one.build_id,
            "settings": {
                section: {key: plain_value(value) for key, value in keys.items()}
                for section, keys in one.settings.items()
            },
        }
        for one in experiment.variants
    ]
    stopped = experiment.stopped
    return {
        "experiment": experiment.name,
        "surfaces": list(experiment.surfaces),
        "start": experiment.start.isoformat(),
        "end": experiment.end.isoformat(),
        "stopped": None if stopped is None else stopped.isoformat(),
        "primary": experiment.primary,
        "traffic": experiment.traffic,
        "salt": experiment.salt or experiment.name,
        "layer": experiment.layer,
        "slice": [experiment.slice_from, experiment.slice_to],
        "attribution_days": experiment.attribution_days,
        "winsorize": experiment.winsorize,
        "margins": dict(experiment.margins),
        "overrides": dict(experiment.overrides),
        "variants": variants,
        "design": design_of(experiment),
    }
