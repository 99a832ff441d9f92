"""Registration: what was written down when an experiment began, and may not change any more."""

from __future__ import annotations

from dataclasses import dataclass

from penchant.errors import InputError
from penchant.experiments.assignment import design_of, fingerprint
from penchant.experiments.experiment import Experiment


@dataclass(frozen=True, slots=True)
class Registration:
    """What a started experiment is held to.

    Attributes:
        design: As `design_of` gave it: who gets what.
        plan: As `plan_of` gave it: when, where, and how it is decided.
        traffic: Share of the units that took part so far; it may only grow.
    """

    design: str
    plan: str
    traffic: float


def register(experiment: Experiment) -> Registration:
    """Write down what an experiment is held to.

    Args:
        experiment: As it begins.
    """
    return Registration(design_of(experiment), plan_of(experiment), experiment.traffic)


def plan_of(experiment: Experiment) -> str:
    """Give a fingerprint of when and where it runs, and how it is decided.

    Who chooses these after seeing figures finds differences where there are none.

    Args:
        experiment: What is compared.

    Returns:
        12 hex digits.
    """
    return fingerprint(
        {
            "surfaces": sorted(experiment.surfaces),
            "time": [experiment.start.timestamp(), experiment.end.timestamp()],
            "primary": experiment.primary,
            "attribution_days": float(experiment.attribution_days),
            "winsorize": float(experiment.winsorize),
            "margins": {name: float(part) for name, part in experiment.margins.items()},
        }
    )


def check_registered(experiment: Experiment, told: Registration, *, source: str) -> None:
    """Refuse an experiment that is no longer what it began as.

    Args:
        experiment: As its file says now.
        told: What was written down when it began.
        source: The file, for messages.

    Raises:
        InputError: if its design or plan is another one, or less takes part than before.
    """
    advice = (
        "Put it back as it was; or stop this experiment, and start a changed copy of the file, "
        "without [registered], under another name."
    )
    if design_of(experiment) != told.design:
        raise InputError(
            f"{source}: who gets what was changed after the start (name, salt, layer, slice, or a "
            f"variant's name, share, settings or build_id), so units may change sides. {advice}"
        )
    if plan_of(experiment) != told.plan:
        raise InputError(
            f"{source}: the plan was changed after the start (surfaces, start, end, primary, "
            "attribution_days, winsorize or margins); chosen with figures in sight it proves "
            f"nothing. {advice}"
        )
    if experiment.traffic < told.traffic:
        raise InputError(
            f"{source}: traffic is {experiment.traffic:g}, it was {told.traffic:g} already, and "
            "may only grow: units that took part would drop out. Put it back, or stop the "
            "experiment."
        )
