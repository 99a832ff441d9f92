"""Registration: what was written down when an experiment began, and may not change any more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from penchant.errors import InputError
from penchant.experiments.assignment import design_of, fingerprint
from penchant.experiments.experiment import Experiment
from penchant.settings.judging import ExperimentSettings


@dataclass(frozen=True, slots=True)
class Registration:
    """What a started experiment is held to.

    Attributes:
        design: As `design_of` gave it: who gets what.
        plan: As `plan_of` gave it: when, where, and how it is decided; of a stopped one `sealed`.
        traffic: Share of the units that took part so far; it may only grow. What is raised by hand
            is not written here, so it may be lowered again to this, but not below.
        shop_salt: Of the shop, which deals units to layers and the holdout; None: not told.
    """

    design: str
    plan: str
    traffic: float
    shop_salt: str | None = None


def register(experiment: Experiment, shop: ExperimentSettings) -> Registration:
    """Write down what an experiment is held to.

    Args:
        experiment: As it begins, or was stopped.
        shop: What all experiments of the shop share.
    """
    plan = sealed(plan_of(experiment), experiment.stopped)
    return Registration(design_of(experiment), plan, experiment.traffic, shop.salt)


def sealed(plan: str, stopped: datetime | None) -> str:
    """Give the fingerprint of a plan with when it was stopped, so that this is not undone by hand.

    Args:
        plan: As `plan_of` gave it.
        stopped: With a time zone; None: not stopped, and the plan is its own seal.
    """
    if stopped is None:
        return plan
    return fingerprint({"plan": plan, "stopped": stopped.timestamp()})


def sealed_again(experiment: Experiment, told: Registration, stopped: datetime) -> str:
    """Give the plan to be written down when an experiment is stopped.

    One that was changed after its start does not become right by being stopped.

    Args:
        experiment: As its file says, before.
        told: What it is held to, before.
        stopped: From when on nobody is assigned.
    """
    plan = plan_of(experiment)
    unchanged = told.plan == sealed(plan, experiment.stopped)
    return sealed(plan if unchanged else told.plan, stopped)


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
        InputError: if its design, plan or end is another one, or less takes part than before.
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
    if told.plan != sealed(plan_of(experiment), experiment.stopped):
        raise InputError(
            f"{source}: the plan was changed after the start (surfaces, start, end, primary, "
            "attribution_days, winsorize or margins; or stopped, which was removed or moved); "
            f"chosen with figures in sight it proves nothing. {advice}"
        )
    if experiment.traffic < told.traffic:
        raise InputError(
            f"{source}: traffic is {experiment.traffic:g}, it was {told.traffic:g} already, and "
            "may only grow: units that took part would drop out. Put it back, or stop the "
            "experiment."
        )


def check_salt(told: Registration, shop: ExperimentSettings, *, source: str) -> None:
    """Refuse an experiment whose shop deals the units to layers and the holdout otherwise now.

    Of one that is over it no longer matters. Another holdout is allowed: a greater one only takes
    units out, and a smaller one lets units in; nobody changes sides.

    Args:
        told: What was written down when it began.
        shop: What all experiments of the shop share now.
        source: The file, for messages.

    Raises:
        InputError: if the salt is another one.
    """
    if told.shop_salt is None:
        raise InputError(
            f"{source} [registered] says nothing of shop_salt, the salt that penchant.toml had "
            "under [experiments] when it began: add that."
        )
    if shop.salt != told.shop_salt:
        raise InputError(
            f'{source}: penchant.toml [experiments] salt is "{shop.salt}", it was '
            f'"{told.shop_salt}" when this experiment began, and another one deals its customers '
            "anew. Put it back until the experiment is over; or stop the experiment, and start a "
            "copy under another name."
        )
