"""The analysis of an experiment: from one row per unit to effects, checks and a verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from penchant.experiments.analysis.caveats import (
    DRAFT_CAVEAT,
    PARTS_CAVEAT,
    STOPPED_CAVEAT,
    caveats_of_guardrails,
    caveats_of_units,
)
from penchant.experiments.analysis.comparing import Pair, effects_of, guardrails_of
from penchant.experiments.analysis.daily import days_of, early_effect
from penchant.experiments.analysis.decision import blocked, decide
from penchant.experiments.analysis.reasons import blocked_by_units, too_few_units
from penchant.experiments.analysis.segments import parts_of, segments_of, with_adjusted
from penchant.experiments.analysis.values import Analysis, Guardrail, VariantReading
from penchant.experiments.experiment import CTR, Experiment
from penchant.experiments.statistics.metrics import METRICS
from penchant.experiments.statistics.sample_ratio import check_ratio
from penchant.experiments.statistics.verdict import (
    BLOCKED,
    EARLY_LEVEL,
    FIXED_LEVEL,
    TOO_FEW,
    Effect,
    RatioCheck,
    Verdict,
)
from penchant.experiments.units.table import TOTALS, UnitTable

ASSIGNED, EXPOSED = "assigned", "exposed"


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at an experiment, and all its units."""

    units: UnitTable
    experiment: Experiment
    as_of: datetime
    reached: bool
    registered: bool
    checks: tuple[RatioCheck, ...]

    @property
    def share(self) -> int:
        """Among how many comparisons the levels are shared."""
        return len(self.experiment.variants) - 1


def analyse(
    units: UnitTable, experiment: Experiment, *, as_of: datetime, registered: bool = True
) -> Analysis:
    """Read an experiment.

    Only units whose attribution window is over are compared, at every look: what is known of a unit
    never changes afterwards. The fixed look is due when the experiment has come to its planned end
    and the last window is over; from then on it is always the same one. With several variants
    beside the control, the levels are shared evenly among them.

    Args:
        units: One row per unit, as known at the reference time.
        experiment: What is compared.
        as_of: The reference time.
        registered: Whether it was started, and so held to what it said before.

    Raises:
        MissingExtraError: if tea-tasting is not installed.
    """
    matured = units.only(units.matured)
    final_from = experiment.end + timedelta(days=experiment.attribution_days)
    reached = as_of >= final_from and not was_stopped(experiment)
    look = _Look(units, experiment, as_of, reached, registered, _checks(units, experiment))
    readings = [_reading(matured, look, one.name) for one in experiment.variants[1:]]
    left = (*TOTALS[1:], "not_matured")
    return Analysis(
        experiment=experiment,
        as_of=as_of,
        final_from=final_from,
        planned_end_reached=reached,
        readings=with_adjusted(readings),
        checks=look.checks,
        units=_counts(units),
        crossed=units.crossed,
        left_out={name: getattr(units, name) for name in left},
        trigger=units.trigger,
        notes=dict(units.notes),
    )


def was_stopped(experiment: Experiment) -> bool:
    """Say whether it was ended before its planned end.

    Args:
        experiment: Any.
    """
    return experiment.stopped is not None and experiment.stopped < experiment.end


def _reading(units: UnitTable, look: _Look, variant: str) -> VariantReading:
    experiment, pair = look.experiment, Pair.of(units, variant)
    level = EARLY_LEVEL / look.share
    effects = effects_of(pair, experiment.primary, FIXED_LEVEL / look.share)
    fixed = next((one for one in effects if one.metric == experiment.primary), None)
    early = fixed and early_effect(fixed, experiment, look.as_of, level)
    verdict, guardrails = (
        _verdict(units, look, variant, early, fixed),
        guardrails_of(pair, experiment),
    )
    return VariantReading(
        verdict=replace(verdict, caveats=(*verdict.caveats, *_caveats(look, verdict, guardrails))),
        early=early,
        effects=effects,
        guardrails=guardrails,
        segments=segments_of(units, experiment.primary, variant),
        days=days_of(units, experiment, variant, as_of=look.as_of, level=level),
    )


def _verdict(
    units: UnitTable, look: _Look, variant: str, early: Effect | None, fixed: Effect | None
) -> Verdict:
    experiment = look.experiment
    forbidden = blocked(variant, look.checks[:2]) or blocked_by_units(
        look.units, experiment, variant
    )
    if forbidden:
        return forbidden
    if early is None:
        return too_few_units(look.units, variant)
    return decide(
        variant,
        early,
        fixed if look.reached else None,
        look.checks[:2],
        converters=_converters(units, experiment, variant),
        better=METRICS[experiment.primary].better,
        planned_end_reached=look.reached,
    )


def _caveats(look: _Look, verdict: Verdict, guardrails: Sequence[Guardrail]) -> list[str]:
    told = [] if look.registered else [DRAFT_CAVEAT]
    if verdict.outcome not in (BLOCKED, TOO_FEW):
        told += caveats_of_guardrails(guardrails)
    told += caveats_of_units(look.units, look.experiment)
    if verdict.outcome != BLOCKED and any(one.alarm for one in look.checks[2:]):
        told.append(PARTS_CAVEAT)
    if was_stopped(look.experiment):
        told.append(STOPPED_CAVEAT)
    return told


def _converters(units: UnitTable, experiment: Experiment, variant: str) -> tuple[int, int]:
    did = units.column("clicks" if experiment.primary == CTR else "converted") > 0
    control, mine = (int((did & units.of(one)).sum()) for one in (units.names[0], variant))
    return control, mine


def _checks(units: UnitTable, experiment: Experiment) -> tuple[RatioCheck, ...]:
    """Compare the counts with the shares: of those assigned and exposed, then of each part."""
    shares = [experiment.shares()[name] for name in units.names]
    assigned = [units.assigned.get(name, 0) for name in units.names]
    found = [
        check_ratio(assigned, shares, units=ASSIGNED),
        check_ratio(units.counts(), shares, units=EXPOSED),
    ]
    for trait, value, among in parts_of(units):
        if trait in ("surface", "visit"):
            counts = units.counts(np.asarray(among))
            found.append(check_ratio(counts, shares, units=f"{EXPOSED}, {trait}: {value}"))
    return tuple(found)


def _counts(units: UnitTable) -> dict[str, dict[str, int]]:
    exposed, matured = units.counts(), units.counts(units.matured)
    return {
        name: {
            ASSIGNED: units.assigned.get(name, 0),
            EXPOSED: exposed[place],
            "matured": matured[place],
        }
        for place, name in enumerate(units.names)
    }
