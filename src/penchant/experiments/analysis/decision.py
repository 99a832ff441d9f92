"""What may be concluded: one look at the planned end, early only where that holds at every look.

Of the 5 % of false alarms that are allowed, 1 % is spent on all looks before the planned end
together and 4 % on the one look at it. Counts of units that do not fit their planned shares block
any verdict, and too few converters forbid one: the intervals are those of large numbers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import NormalDist
from typing import Final

from penchant.errors import InputError
from penchant.experiments.analysis.wording import amount, range_of, what_they_did
from penchant.experiments.experiment import CTR
from penchant.experiments.statistics.verdict import (
    BETTER,
    BLOCKED,
    NO_DIFFERENCE,
    NOT_YET,
    TOO_FEW,
    WORSE,
    Effect,
    RatioCheck,
    Verdict,
)

MIN_CONVERTERS: Final = 100
"""Per arm, below which there is no verdict."""

GUARDRAIL_LEVEL: Final = 0.05
"""Of each guardrail, one-sided."""

SAFE: Final = "safe"
HARMED: Final = "harmed"
UNCLEAR: Final = "unclear"

STILL_CAVEAT: Final = (
    "A single day recorded wrong can do that, too: see that it still holds at the next look "
    "before you act."
)
BLOCK_CAVEAT: Final = (
    "Find out where customers of one variant are lost: compare those assigned with those exposed, "
    "by surface and device. Mend it, then start again with a new salt."
)


def decide(
    variant: str,
    early: Effect,
    fixed: Effect | None,
    checks: Sequence[RatioCheck],
    *,
    converters: tuple[int, int],
    better: int,
    planned_end_reached: bool,
) -> Verdict:
    """Conclude on one variant by the primary metric.

    Args:
        variant: Its name.
        early: By `always_valid_effect`, at EARLY_LEVEL.
        fixed: By `fixed_effect`, at FIXED_LEVEL; None before the planned end.
        checks: Of assigned and of exposed units.
        converters: Units of the control and of the variant who clicked (for CTR) or bought.
        better: +1 where more is better, -1 where less is.
        planned_end_reached: Whether this is the look at the planned end.

    Returns:
        The verdict, in words and with what to bear in mind.

    Raises:
        InputError: if the planned end is reached and there is no fixed effect.
    """
    forbidden = blocked(variant, checks)
    if forbidden:
        return forbidden
    if min(converters) < MIN_CONVERTERS:
        return Verdict(variant, TOO_FEW, False, _too_few(early, converters), ())
    if not planned_end_reached:
        return _before_the_end(variant, early, better)
    if fixed is None:
        raise InputError("The planned end is reached: a verdict needs the fixed effect.")
    return _at_the_end(variant, early, fixed, better)


def blocked(variant: str, checks: Sequence[RatioCheck]) -> Verdict | None:
    """Refuse a verdict where a check alarms; None: none does.

    Args:
        variant: Its name.
        checks: Of assigned and of exposed units.
    """
    alarms = [one for one in checks if one.alarm]
    if not alarms:
        return None
    return Verdict(variant, BLOCKED, False, _blocked(alarms), (BLOCK_CAVEAT,))


def non_inferior(effect: Effect, *, margin: float, better: int) -> str:
    """Judge a guardrail, one-sided at 5 %.

    Args:
        effect: By `fixed_effect`.
        margin: How much worse it may be, relative to the control, > 0.
        better: +1 where more is better, -1 where less is.

    Returns:
        SAFE where the variant is surely within the margin; HARMED where it is surely worse than
        the control and not surely within the margin; UNCLEAR else.

    Raises:
        InputError: if the margin is not positive.
    """
    if not margin > 0:
        raise InputError(f"margin is {margin:g}, must be > 0.")
    if math.isnan(effect.difference):
        return UNCLEAR
    least, most = _how_much_worse(effect, better)
    if most <= margin:
        return SAFE
    return HARMED if least > 0 else UNCLEAR


def _how_much_worse(effect: Effect, better: int) -> tuple[float, float]:
    """Give the one-sided ends of the loss, relative to the control."""
    shrink = NormalDist().inv_cdf(1 - GUARDRAIL_LEVEL) / NormalDist().inv_cdf(1 - effect.level / 2)
    if effect.lift is None or effect.lift_low is None or effect.lift_high is None:
        low, high = _narrowed(effect.difference, effect.low, effect.high, shrink)
        least, most = (low, high) if better < 0 else (-high, -low)
        # Any loss is more than every share of a control that is 0.
        return (least if least <= 0 else math.inf), (most if most <= 0 else math.inf)
    if min(effect.lift, effect.lift_low) > -1 and math.isfinite(effect.lift_high):
        at, low, high = map(math.log1p, (effect.lift, effect.lift_low, effect.lift_high))
        low, high = map(math.expm1, _narrowed(at, low, high, shrink))
    else:
        low, high = _narrowed(effect.lift, effect.lift_low, effect.lift_high, shrink)
    return (low, high) if better < 0 else (-high, -low)


def _narrowed(middle: float, low: float, high: float, shrink: float) -> tuple[float, float]:
    return middle - shrink * (middle - low), middle + shrink * (high - middle)


def _before_the_end(variant: str, early: Effect, better: int) -> Verdict:
    outcome = _outcome(early, better)
    if outcome == NO_DIFFERENCE:
        text = f"Not decided yet: so far, {what_they_did(early)}. Wait for the planned end."
        return Verdict(variant, NOT_YET, False, text, ())
    caveats = (_overstated(early), STILL_CAVEAT)
    return Verdict(variant, outcome, True, _sentence(early), caveats)


def _at_the_end(variant: str, early: Effect, fixed: Effect, better: int) -> Verdict:
    effect = fixed if _outcome(fixed, better) != NO_DIFFERENCE else early
    outcome = _outcome(effect, better)
    if outcome != NO_DIFFERENCE:
        return Verdict(variant, outcome, False, _sentence(effect), ())
    text = f"No difference was found: {what_they_did(fixed)}."
    caveat = f"This does not show that there is none: it lies {range_of(fixed)}."
    return Verdict(variant, NO_DIFFERENCE, False, text, (caveat,))


def _outcome(effect: Effect, better: int) -> str:
    if effect.low > 0:
        return BETTER if better > 0 else WORSE
    if effect.high < 0:
        return WORSE if better > 0 else BETTER
    return NO_DIFFERENCE


def _sentence(effect: Effect) -> str:
    told = what_they_did(effect)
    return f"{told[0].upper()}{told[1:]}."


def _overstated(effect: Effect) -> str:
    much = amount(effect, abs(effect.difference if effect.lift is None else effect.lift))
    return (
        "It was decided before the planned end. Experiments that stop early overstate the "
        f"difference: expect less than {much}."
    )


def _blocked(alarms: Sequence[RatioCheck]) -> str:
    told = "; ".join(
        f"{one.units}: {_numbers(one.counts)} where {_numbers(one.expected)} were planned"
        for one in alarms
    )
    return (
        f"No verdict: the variants did not get their planned shares of the customers ({told}). "
        "Any difference may come from that."
    )


def _too_few(effect: Effect, converters: tuple[int, int]) -> str:
    did = "clicked" if effect.metric == CTR else "bought"
    return (
        f"No verdict: {converters[0]:,} customers of the control and {converters[1]:,} of "
        f"“{effect.variant}” {did}; it takes {MIN_CONVERTERS} each."
    )


def _numbers(values: Sequence[float]) -> str:
    told = [f"{one:,.0f}" for one in values]
    return f"{', '.join(told[:-1])} and {told[-1]}"
