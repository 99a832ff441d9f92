"""What to bear in mind beside a verdict, one sentence or two each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from penchant.experiments.analysis.decision import HARMED
from penchant.experiments.analysis.values import Guardrail
from penchant.experiments.analysis.wording import percent, what_they_did
from penchant.experiments.experiment import REVENUE, Experiment
from penchant.experiments.statistics.metrics import METRICS
from penchant.experiments.units.table import UnitTable

STOPPED_CAVEAT: Final = (
    "It was stopped before its planned end, so only the interval that holds at every look decides."
)
PARTS_CAVEAT: Final = (
    "Within a part of the customers the variants did not get their planned shares (see the "
    "checks): find out why before you rely on this."
)
DRAFT_CAVEAT: Final = (
    "Not registered before it ran: the primary metric and the end could have been chosen "
    "afterwards."
)
UNCAPPED_CAVEAT: Final = (
    "Revenue is not capped and the variants have unequal shares: then a few large orders of the "
    "smaller one raise more false alarms than the levels say. Give equal shares next time, or cap "
    "it (winsorize below 1)."
)


def harmed(guardrails: Iterable[Guardrail]) -> tuple[str, ...]:
    """Name the guardrails that got worse than allowed, by their titles.

    Args:
        guardrails: Of one variant.
    """
    return tuple(METRICS[one.effect.metric].title for one in guardrails if one.result == HARMED)


def caveats_of_guardrails(guardrails: Sequence[Guardrail]) -> tuple[str, ...]:
    """Tell of each guardrail that got worse than allowed.

    Args:
        guardrails: Of one variant.
    """
    return tuple(
        f"A guardrail is harmed: {METRICS[one.effect.metric].title} got worse than the "
        f"{percent(one.margin or 0.0)} allowed ({what_they_did(one.effect)}). Weigh that before "
        "you act."
        for one in guardrails
        if one.result == HARMED
    )


def caveats_of_units(units: UnitTable, experiment: Experiment) -> tuple[str, ...]:
    """Tell what is doubtful in the units themselves.

    Args:
        units: All of them.
        experiment: What is compared.
    """
    told = []
    shares = experiment.shares().values()
    unequal = max(shares) > min(shares) * (1 + 1e-9)
    if experiment.primary == REVENUE and experiment.winsorize >= 1 and unequal:
        told.append(UNCAPPED_CAVEAT)
    if units.not_kept:
        told.append(
            f"What was shown first to {units.not_kept:,} customers is no longer kept, so they are "
            "left out, and more of them at each later look. Keep answers longer than an experiment "
            "runs: [privacy] slate_days and exposure_days."
        )
    return tuple(told)
