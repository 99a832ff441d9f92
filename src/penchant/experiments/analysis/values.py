"""What an analysis found, as values: verdicts first, then what they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from penchant.experiments.experiment import Experiment
from penchant.experiments.statistics.verdict import Effect, RatioCheck, Verdict


@dataclass(frozen=True, slots=True)
class Guardrail:
    """A metric that may not get worse.

    Attributes:
        effect: At FIXED_LEVEL.
        better: +1 where more is better, -1 where less is.
        margin: How much worse it may be, relative; None: nobody said.
        result: "safe", "harmed" or "unclear"; "" without a margin.
    """

    effect: Effect
    better: int
    margin: float | None
    result: str


@dataclass(frozen=True, slots=True)
class SegmentEffect:
    """The primary metric among some of the units: exploratory, it decides nothing.

    Attributes:
        trait: What parts them, such as "visit".
        value: Which part, such as "new".
        effect: At FIXED_LEVEL, of those alone.
        adjusted_p: Its p value, adjusted for all segments of all variants (Benjamini-Hochberg).
    """

    trait: str
    value: str
    effect: Effect
    adjusted_p: float


@dataclass(frozen=True, slots=True)
class Day:
    """The primary metric as it stood at the end of a day.

    Attributes:
        at: The end of the day.
        effect: With the always-valid interval.
    """

    at: datetime
    effect: Effect


@dataclass(frozen=True, slots=True)
class VariantReading:
    """All that is said of one variant against the control.

    Attributes:
        verdict: By the primary metric.
        early: Of the primary metric, with an interval that holds at every look.
        effects: Metrics to read, at FIXED_LEVEL, the primary one first.
        guardrails: What may not get worse.
        segments: By trait, then value.
        days: One per day, oldest first; without those of too few units.
    """

    verdict: Verdict
    early: Effect | None
    effects: tuple[Effect, ...]
    guardrails: tuple[Guardrail, ...]
    segments: tuple[SegmentEffect, ...]
    days: tuple[Day, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """An experiment, read at one moment.

    Attributes:
        experiment: What is compared.
        as_of: The moment.
        final_from: From when on the fixed look is due: the planned end, and the last window over.
        planned_end_reached: Whether this is the fixed look.
        readings: One per variant beside the control, in their order.
        checks: Of planned shares, assigned units first.
        units: {variant: {"assigned", "exposed", "matured": units}}.
        crossed: Units that got two variants, and count for the first.
        left_out: {"uncounted", "before_start", "not_kept", "redesigned", "not_matured": units}.
        trigger: What makes a unit exposed, "rendering" or "serving".
        notes: {what was noticed of the data: how many}.
    """

    experiment: Experiment
    as_of: datetime
    final_from: datetime
    planned_end_reached: bool
    readings: tuple[VariantReading, ...]
    checks: tuple[RatioCheck, ...]
    units: Mapping[str, Mapping[str, int]]
    crossed: int
    left_out: Mapping[str, int]
    trigger: str
    notes: Mapping[str, int]
