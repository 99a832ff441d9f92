"""How the figures of a report came about, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from penchant.charts.numbers import number, percent
from penchant.evaluation.page.dates import day
from penchant.experiments.analysis.values import Analysis
from penchant.experiments.statistics.verdict import EARLY_LEVEL, FIXED_LEVEL
from penchant.experiments.units.table import SERVING

NOTES: Final[Mapping[str, str]] = {
    "cancelled": "orders were cancelled and do not count.",
    "open": "orders are not completed yet and do not count.",
    "unknown": "orders have a status that is not known and do not count.",
    "told_twice": "orders were told by tables and by live events, and count once.",
    "dates_only": "orders have a date without a time of day; they count as made at its end.",
    "without_value": "orders have no value; they count with what is known of it.",
    "refunds": "refunds (amounts or pieces below 0) are no orders: they are taken off what their "
    "customer spent; where that is capped, down to 0.",
    "unclear": "orders are told without the amount and pieces that others have, as refunds are "
    "where tables are read without what is below 0; they do not count. A file of orders "
    "(--orders) may tell refunds.",
    "impossible": "orders are worth more than any order and do not count.",
    "currencies": "currencies are among the orders; their amounts were added up as they are.",
    "rejected": "rows of the files cannot be used and were set aside, told by line and reason.",
    "outside": "exposures were before the start or after the end, and do not count.",
}

_AT_SERVING: Final = (
    "A customer counts from the first answer they were given on, whether it was rendered or not: "
    "one of the variants shows nothing, so there is nothing to render."
)
_AT_RENDERING: Final = (
    "A customer counts from the first product on that was really on their screen."
)
_UNIT: Final = (
    "The customer is the unit: ratios such as clicks per exposure get their interval by the delta "
    "method over customers."
)


def how_it_was_computed(analysis: Analysis) -> list[str]:
    """Say how the figures came about, one sentence or two each.

    Args:
        analysis: Any.
    """
    one = analysis.experiment
    return [
        _AT_SERVING if analysis.trigger == SERVING else _AT_RENDERING,
        _window(f"{one.attribution_days:g} days", analysis.left_out["not_matured"]),
        _left_out(analysis.left_out),
        _crossed(analysis.crossed),
        _levels(analysis),
        _UNIT,
        _capped(one.winsorize),
        *(f"{number(count)} {NOTES.get(name, name)}" for name, count in analysis.notes.items()),
    ]


def _window(days: str, not_matured: int) -> str:
    return (
        f"What they did in the {days} after that counts; the {days} before it take noise out of "
        f"the comparison (CUPED), where they tell anything. Only customers whose {days} are over "
        f"are compared: {number(not_matured)} are still on their way."
    )


def _left_out(counts: Mapping[str, int]) -> str:
    told = (
        f"Left out: {number(counts['uncounted'])} whose variant was set by hand, "
        f"{number(counts['before_start'])} who came before the start, to an earlier experiment of "
        f"this name, and {number(counts['redesigned'])} who came under another design of it."
    )
    if not counts["not_kept"]:
        return told
    return (
        f"{told} And {number(counts['not_kept'])} who came so long ago that what they were shown "
        "first is no longer kept."
    )


def _crossed(n: int) -> str:
    return (
        f"{number(n)} got two variants, as visitors may who log in: they count for the first, "
        "which makes a difference look smaller than it is."
    )


def _levels(analysis: Analysis) -> str:
    shared = len(analysis.readings)
    early, fixed = (f"{100 * one / shared:.3g}\u00a0%" for one in (EARLY_LEVEL, FIXED_LEVEL))
    return (
        f"False alarms are held to 5\u00a0% in all: for each comparison {early} for all looks "
        f"before the planned end together, and {fixed} for the one look on "
        f"{day(analysis.final_from.isoformat())}, when the last customer's days are over."
    )


def _capped(quantile: float) -> str:
    if quantile >= 1:
        return "Revenue is not capped."
    return (
        f"Revenue of a customer counts up to what {percent(quantile)} of all do not exceed, so "
        "that a few large orders do not decide; without the cap it stands beside."
    )
