"""Effects in words a merchandiser understands."""

from __future__ import annotations

import math
from typing import Final

from penchant.experiments.experiment import CONVERSION, CTR, REVENUE
from penchant.experiments.statistics.metrics import METRICS, SHARES
from penchant.experiments.statistics.verdict import Effect

DEEDS: Final = {
    CTR: ("clicked", "more often", "less often"),
    CONVERSION: ("bought", "more often", "less often"),
    REVENUE: ("spent", "more", "less"),
}
"""{metric: what customers did, and what of it was more or less}."""


def what_they_did(effect: Effect) -> str:
    """Say what customers of a variant did, with the interval.

    Args:
        effect: Of any metric.

    Returns:
        A clause without a full stop, such as `customers who saw "bold" clicked 12 % more often
        (between 4 % and 21 %)`.
    """
    deed, more, less = DEEDS.get(effect.metric, (None, "more", "less"))
    found = _found(effect, more, less)
    if deed:
        return f"customers who saw “{effect.variant}” {deed} {found}"
    return f"with “{effect.variant}”, {_title(effect.metric)}: {found}"


def range_of(effect: Effect) -> str:
    """Say where the effect may lie, such as `between 3 % less often and 5 % more often`.

    Args:
        effect: Of any metric.
    """
    _, more, less = DEEDS.get(effect.metric, ("", "more", "less"))
    low, high = _ends(effect)
    if not (math.isfinite(low) and math.isfinite(high)):
        return "nothing can be said of how much"
    if effect.low > 0 or effect.high < 0:
        nearer, farther = sorted((abs(low), abs(high)))
        return f"between {amount(effect, nearer)} and {amount(effect, farther)}"
    return f"between {amount(effect, abs(low))} {less} and {amount(effect, high)} {more}"


def amount(effect: Effect, value: float) -> str:
    """Write how much of an effect: relative, or where the control is 0 the difference itself.

    Args:
        effect: Whose.
        value: Such as its lift.
    """
    if effect.lift is not None:
        return percent(value)
    if effect.metric in SHARES:
        return percent(value).replace("%", "points")
    return f"{value:.3g}"


def percent(share: float) -> str:
    r"""Write a share as a percentage, with one decimal below 10 %.

    Args:
        share: Such as 0.043.

    Example:
        >>> percent(0.1234), percent(0.04321), percent(0.03), percent(0.0)
        ('12\xa0%', '4.3\xa0%', '3\xa0%', '0\xa0%')
    """
    digits = 0 if abs(share) >= 0.0995 else 1
    return f"{100 * share:.{digits}f}".removesuffix(".0") + "\u00a0%"


def _found(effect: Effect, more: str, less: str) -> str:
    middle = effect.difference if effect.lift is None else effect.lift
    if not math.isfinite(middle):
        return "did nothing that could be compared"
    word = more if middle >= 0 else less
    return f"{amount(effect, abs(middle))} {word} ({range_of(effect)})"


def _ends(effect: Effect) -> tuple[float, float]:
    """Give the interval told: that of the lift, on the side of 0 where the difference is."""
    if effect.lift_low is None or effect.lift_high is None:
        return effect.low, effect.high
    low, high = effect.lift_low, effect.lift_high
    if effect.low > 0:
        return max(low, 0.0), high
    if effect.high < 0:
        return low, min(high, 0.0)
    return min(low, 0.0), max(high, 0.0)


def _title(metric: str) -> str:
    return METRICS[metric].title if metric in METRICS else metric
