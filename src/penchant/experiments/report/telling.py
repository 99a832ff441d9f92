"""What text and page both say: words for outcomes, and the rows of their tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from penchant.charts.numbers import UNKNOWN, Form, is_known, number, percent
from penchant.evaluation.page.dates import day
from penchant.experiments.analysis.caveats import harmed
from penchant.experiments.analysis.values import Analysis, Guardrail, SegmentEffect, VariantReading
from penchant.experiments.statistics.metrics import METRICS, SHARES
from penchant.experiments.statistics.verdict import (
    BETTER,
    BLOCKED,
    NO_DIFFERENCE,
    NOT_YET,
    TOO_FEW,
    WORSE,
    Effect,
    RatioCheck,
)

ANSWERS: Final[Mapping[str, str]] = {
    BETTER: "Yes",
    WORSE: "No, it is worse",
    NO_DIFFERENCE: "No difference was found",
    NOT_YET: "Not decided yet",
    TOO_FEW: "Too little was seen to say",
    BLOCKED: "No verdict",
}
"""{outcome: the answer to "is it better?"}."""

_BUT: Final = (BETTER, NO_DIFFERENCE)

RESULTS: Final[Mapping[str, str]] = {
    "safe": "safe: within the margin",
    "harmed": "harmed: worse than allowed",
    "unclear": "unclear: too little was seen",
    "": "not judged: no margin was set",
}

SEGMENTS_NOTE: Final = (
    "Exploratory: among so many parts some differ by chance. Take a part that stands out as an "
    "idea for the next experiment, never as a result of this one."
)
AOV_NOTE: Final = (
    "Revenue per order is that of those who bought, so it may change just because others buy: it "
    "is read beside conversion and revenue per customer."
)


@dataclass(frozen=True, slots=True)
class Table:
    """A table as people read it.

    Attributes:
        caption: What it holds.
        head: One text per column.
        rows: Cells; the first names the row.
    """

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def form_of(metric: str) -> Form:
    """Say how values of a metric are written.

    Args:
        metric: Its name.
    """
    return percent if metric in SHARES else number


def title_of(metric: str) -> str:
    """Give the title of a metric, in words.

    Args:
        metric: Its name.
    """
    return METRICS[metric].title if metric in METRICS else metric


def answer_of(reading: VariantReading) -> str:
    """Answer whether a variant is better, and name what got worse all the same.

    Args:
        reading: Of the variant.
    """
    answer = ANSWERS[reading.verdict.outcome]
    worse = harmed(reading.guardrails) if reading.verdict.outcome in _BUT else ()
    return f"{answer}, but {' and '.join(worse)} got worse" if worse else answer


def line_of(analysis: Analysis) -> str:
    """Say in a sentence what was compared, where and when.

    Args:
        analysis: Any.
    """
    one = analysis.experiment
    ended = f"stopped on {day(one.stopped.isoformat())}, planned" if one.stopped else "planned"
    places = ", ".join(place.replace("_", " ") for place in one.surfaces)
    return (
        f"{len(one.variants)} variants on {places}, from {day(one.start.isoformat())}, {ended} "
        f"until {day(one.end.isoformat())}; read on {day(analysis.as_of.isoformat())}. Decided by "
        f"{title_of(one.primary)}."
    )


def metrics_table(variant: str, effects: Sequence[Effect]) -> Table:
    """Show metrics of a variant beside the control.

    Args:
        variant: Its name.
        effects: The primary one first.
    """
    rows = tuple(_metric_row(one) for one in effects)
    head = (
        "Metric",
        "Control",
        f"“{variant}”",
        "Change",
        "Interval of the change",
        "Noise removed",
    )
    return Table(f"Metrics of “{variant}” beside the control", head, rows)


def guardrail_table(variant: str, guardrails: Sequence[Guardrail]) -> Table:
    """Show what may not get worse.

    Args:
        variant: Its name.
        guardrails: In order.
    """
    rows = tuple(
        (
            title_of(one.effect.metric),
            *_values(one.effect),
            change(one.effect),
            UNKNOWN if one.margin is None else percent(one.margin),
            RESULTS[one.result],
        )
        for one in guardrails
    )
    head = ("Guardrail", "Control", f"“{variant}”", "Change", "May be worse by", "Result")
    return Table(f"Guardrails of “{variant}”, one-sided at 5\u00a0%", head, rows)


def segment_table(variant: str, metric: str, segments: Sequence[SegmentEffect]) -> Table:
    """Show parts of the customers.

    Args:
        variant: Its name.
        metric: The primary one.
        segments: In order.
    """
    rows = tuple(
        (
            f"{one.trait.replace('_', ' ')}: {one.value}",
            number(one.effect.n_control + one.effect.n_variant),
            change(one.effect),
            interval(one.effect),
            _p(one.adjusted_p),
        )
        for one in segments
    )
    head = ("Part", "Customers", "Change", "Interval of the change", "Adjusted p")
    caption = f"“{variant}”, {title_of(metric)} by part of the customers: exploratory"
    return Table(caption, head, rows)


def check_table(checks: Sequence[RatioCheck], names: Sequence[str]) -> Table:
    """Show whether variants got their planned shares.

    Args:
        checks: In order.
        names: Of the variants.
    """
    rows = tuple(
        (
            f"customers {one.units}",
            *(
                f"{number(count)} of {number(round(planned))}"
                for count, planned in zip(one.counts, one.expected, strict=True)
            ),
            "alarm: not by chance" if one.alarm else "as planned",
        )
        for one in checks
    )
    head = ("Counted", *(f"“{name}”: found of planned" for name in names), "Result")
    return Table("Did the variants get their planned shares of the customers?", head, rows)


def count_table(analysis: Analysis) -> Table:
    """Show how many customers there are in each variant.

    Args:
        analysis: Any.
    """
    rows = tuple(
        (f"“{name}”", *(number(counts[what]) for what in ("assigned", "exposed", "matured")))
        for name, counts in analysis.units.items()
    )
    return Table("Customers of each variant", ("Variant", "Assigned", "Exposed", "Compared"), rows)


def change(effect: Effect) -> str:
    """Write the relative change; the difference where there is none.

    Args:
        effect: Any.
    """
    if effect.lift is None:
        return _signed(_form_of_difference(effect.metric), effect.difference)
    return _signed(percent, effect.lift)


def interval(effect: Effect) -> str:
    """Write the interval of the change with its confidence.

    Args:
        effect: Any.
    """
    low, high, form = effect.lift_low, effect.lift_high, percent
    if low is None or high is None:
        low, high, form = effect.low, effect.high, _form_of_difference(effect.metric)
    if not (is_known(low) and is_known(high)):
        return "nothing can be said"
    sure = 100 * (1 - effect.level)
    return f"{_signed(form, low, high)} to {_signed(form, high, low)} ({sure:.4g}\u00a0%)"


def _metric_row(one: Effect) -> tuple[str, ...]:
    used = UNKNOWN if one.rho is None else percent(one.rho**2)
    return title_of(one.metric), *_values(one), change(one), interval(one), used


def _form_of_difference(metric: str) -> Form:
    """Say how a difference is written: that of two shares in points, not to be read as relative."""
    return _points if metric in SHARES else number


def _points(value: float, *beside: float) -> str:
    return percent(value, *beside).replace("%", "points")


def _values(one: Effect) -> tuple[str, str]:
    form = form_of(one.metric)
    both = one.control_value, one.variant_value
    return form(*both), form(*both[::-1])


def _signed(form: Form, value: float, *beside: float) -> str:
    told = form(value, *beside)
    return f"+{told}" if is_known(value) and value > 0 and not told.startswith("−") else told


def _p(value: float) -> str:
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
