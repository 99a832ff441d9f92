"""What an analysis says: effects with their intervals, checks, and one verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

FIXED_LEVEL: Final = 0.04
"""Of the one look at the planned end."""

EARLY_LEVEL: Final = 0.01
"""Of all looks before it together. With FIXED_LEVEL at most 5 % false alarms (union bound)."""

NOT_YET: Final = "not_yet"
BLOCKED: Final = "blocked"
TOO_FEW: Final = "too_few"
BETTER: Final = "better"
WORSE: Final = "worse"
NO_DIFFERENCE: Final = "no_difference"
OUTCOMES: Final = (NOT_YET, BLOCKED, TOO_FEW, BETTER, WORSE, NO_DIFFERENCE)
"""What a verdict may be."""


@dataclass(frozen=True, slots=True)
class Effect:
    """One metric of one variant against the control.

    Attributes:
        metric: Name of the metric.
        variant: Name of the variant.
        control_value: The metric of the control.
        variant_value: The metric of the variant.
        difference: variant_value - control_value, after CUPED where `rho` is given.
        variance: Of the difference, > 0; 0 where nothing varies.
        low: Lower end of the interval of the difference at `level`.
        high: Upper end.
        lift: difference / control_value; None where the control is 0.
        lift_low: Lower end of the lift at `level`; None with the lift.
        lift_high: Upper end.
        p_value: Two-sided, against no difference.
        level: Probability that the interval misses, such as 0.04.
        rho: Correlation with what was before the experiment, as used by CUPED; None: not used.
        n_control: Units of the control.
        n_variant: Units of the variant.
    """

    metric: str
    variant: str
    control_value: float
    variant_value: float
    difference: float
    variance: float
    low: float
    high: float
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    p_value: float
    level: float
    rho: float | None
    n_control: int
    n_variant: int


@dataclass(frozen=True, slots=True)
class RatioCheck:
    """Whether the variants got their planned shares of the units.

    Attributes:
        units: What was counted: "assigned" or "exposed", of which segment if of one.
        counts: Units per variant, in their order.
        expected: What the planned shares would give, aligned.
        log_bayes_factor: How much the counts speak against the shares.
        alarm: True where that is more than chance gives 1 experiment in 100 at any look.
    """

    units: str
    counts: tuple[int, ...]
    expected: tuple[float, ...]
    log_bayes_factor: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class Verdict:
    """What may be concluded of one variant.

    Attributes:
        variant: Name of the variant.
        outcome: One of OUTCOMES.
        early: True where it was decided before the planned end: then the lift is overstated.
        text: In words a merchandiser understands, with the interval.
        caveats: What to bear in mind, one sentence each.
    """

    variant: str
    outcome: str
    early: bool
    text: str
    caveats: tuple[str, ...]
