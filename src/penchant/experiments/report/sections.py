"""The sections of the page, each from the analysis alone."""

from __future__ import annotations

import math
from collections.abc import Sequence

from penchant.charts import Caption, Interval, Line, data_table, draw_forest, draw_lines
from penchant.charts.markup import Markup, joined, tag
from penchant.charts.numbers import percent
from penchant.experiments.analysis.values import Analysis, VariantReading
from penchant.experiments.report.how import how_it_was_computed
from penchant.experiments.report.telling import (
    AOV_NOTE,
    SEGMENTS_NOTE,
    Table,
    answer_of,
    check_table,
    count_table,
    guardrail_table,
    metrics_table,
    segment_table,
    title_of,
)
from penchant.experiments.statistics.verdict import Effect

_DAY = 86_400.0


def verdict(analysis: Analysis) -> Markup:
    """Answer first, for each variant."""
    control = analysis.experiment.control.name
    found = [_finding(one, control) for one in analysis.readings]
    return tag("div", *found, class_="findings")


def checks(analysis: Analysis) -> Markup:
    """Say whether the counts can be trusted."""
    return joined(
        [
            tag("p", _CHECKED),
            _html(check_table(analysis.checks, list(analysis.units))),
            _html(count_table(analysis)),
        ]
    )


def metrics(analysis: Analysis) -> Markup:
    """Show all metrics, in a picture and as a table."""
    return joined(_metrics(one) for one in analysis.readings if one.effects)


def over_time(analysis: Analysis) -> Markup | None:
    """Show how the primary metric came about, day by day."""
    start = analysis.experiment.start
    lines = []
    for reading in analysis.readings:
        days = [one for one in reading.days if _has_lift(one.effect)]
        if len(days) > 1:
            lines.append(
                Line(
                    f"“{reading.verdict.variant}”",
                    tuple((one.at - start).total_seconds() / _DAY for one in days),
                    tuple(_known(one.effect.lift) for one in days),
                    tuple(_known(one.effect.lift_low) for one in days),
                    tuple(_known(one.effect.lift_high) for one in days),
                )
            )
    if not lines:
        return None
    title = f"Change of {title_of(analysis.experiment.primary)} by day since the start"
    about = (
        "The relative change against the control as it stood at the end of each day, with the band "
        "that holds at every look. Where the band leaves 0, it may be decided early."
    )
    chart = draw_lines(lines, Caption("days", title, about), form=percent)
    return joined([tag("p", about), chart])


def guardrails(analysis: Analysis) -> Markup | None:
    """Show what may not get worse."""
    tables = [
        _html(guardrail_table(one.verdict.variant, one.guardrails))
        for one in analysis.readings
        if one.guardrails
    ]
    return joined([tag("p", _GUARDED), *tables]) if tables else None


def segments(analysis: Analysis) -> Markup | None:
    """Show parts of the customers, marked as what they are."""
    primary = analysis.experiment.primary
    shown = [one for one in analysis.readings if one.segments]
    parts = [
        joined(
            [
                _forest(
                    [(f"{part.trait}: {part.value}", part.effect) for part in one.segments],
                    f"segments-{place}",
                    f"“{one.verdict.variant}”: change by part of the customers (exploratory)",
                ),
                _html(segment_table(one.verdict.variant, primary, one.segments)),
            ]
        )
        for place, one in enumerate(shown)
    ]
    return joined([tag("p", tag("strong", SEGMENTS_NOTE)), *parts]) if parts else None


def how(analysis: Analysis) -> Markup:
    """Say how the figures came about."""
    return tag("ul", *(tag("li", one) for one in how_it_was_computed(analysis)))


_CHECKED = (
    "If a variant loses customers on the way, those left are no longer alike, and every figure "
    "below is in doubt. An alarm for those assigned or exposed blocks the verdict."
)
_GUARDED = (
    "A guardrail is not to be won, only not to be lost: it is safe where the variant is surely not "
    "worse than the margin allows."
)


def _finding(reading: VariantReading, control: str) -> Markup:
    one = reading.verdict
    mind = [tag("li", caveat) for caveat in one.caveats]
    return tag(
        "div",
        tag("h3", f"Is “{one.variant}” better than “{control}”?"),
        tag("p", tag("strong", answer_of(reading)), class_="answer"),
        tag("p", one.text),
        tag("ul", *mind) if mind else None,
        class_=f"finding {one.outcome}",
    )


def _metrics(reading: VariantReading) -> Markup:
    variant, place = reading.verdict.variant, f"metrics-{reading.verdict.variant}"
    named = [(title_of(one.metric), one) for one in reading.effects]
    aov = any(one.metric == "aov" for one in reading.effects)
    return joined(
        [
            _forest(named, place, f"Change with “{variant}” against the control"),
            _html(metrics_table(variant, reading.effects)),
            tag("p", AOV_NOTE) if aov else None,
        ]
    )


def _forest(named: Sequence[tuple[str, Effect]], name: str, title: str) -> Markup:
    about = (
        "The relative change of each, with its interval. Right of the dashed line it is more than "
        "with the control; a full dot has an interval that misses the line."
    )
    intervals = [
        Interval(label, _known(one.lift), _known(one.lift_low), _known(one.lift_high))
        for label, one in named
    ]
    return joined([draw_forest(intervals, Caption(name, title, about), form=percent)])


def _html(table: Table) -> Markup:
    return data_table(table.caption, table.head, table.rows)


def _has_lift(effect: Effect) -> bool:
    return all(one is not None for one in (effect.lift, effect.lift_low, effect.lift_high))


def _known(value: float | None) -> float:
    return math.nan if value is None else value
