"""Values with their intervals, one below the other, beside a line that means something."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penchant.charts.chart import LETTER, MARGIN, WIDTH, Caption, Chart, finish, shortened, text
from penchant.charts.markup import Markup, tag
from penchant.charts.numbers import UNKNOWN, Form, between, is_known, number
from penchant.charts.palette import outlined, stroke
from penchant.charts.scale import Scale, bottom_axis, scale_over, upright

ROW = 42.0


@dataclass(frozen=True, slots=True)
class Interval:
    """One value and where it lies.

    Attributes:
        name: What it is the value of.
        value: NaN: not known.
        low: Lower end; NaN: no interval.
        high: Upper end; NaN: no interval.
    """

    name: str
    value: float
    low: float
    high: float


def draw_forest(
    intervals: Sequence[Interval],
    caption: Caption,
    *,
    reference: float | None = 0.0,
    form: Form = number,
) -> Chart:
    """Draw intervals from top to bottom; a dot is full where its interval misses the reference.

    Args:
        intervals: In the order they are shown.
        caption: What they are about.
        reference: Where the dashed line stands; None: no line.
        form: How values are written.

    Example:
        >>> one = Interval("popularity", 0.03, 0.02, 0.04)
        >>> "0.0300 (0.0200 to 0.0400)" in draw_forest([one], Caption("a", "Lead", "")).svg
        True
    """
    foot = ROW * len(intervals) + 4
    ends = [end for one in intervals for end in (one.value, one.low, one.high)]
    scale = scale_over([*ends, *_line(reference)], MARGIN + 4, WIDTH - MARGIN - 4)
    pieces = [(ROW * place + 22, 16.0) for place in range(len(intervals))]
    shapes = bottom_axis(scale, foot, form, pieces=pieces)
    for x in map(scale.at, _line(reference)):
        dashes = {"stroke_dasharray": "4 2", "stroke_width": 1.5}
        shapes.append(tag("path", d=upright(x, pieces), **dashes, **stroke("ink")))
    for place, one in enumerate(intervals):
        shapes += _row(one, ROW * place, scale, reference, form)
    rows = [[one.name, form(one.value), form(one.low), form(one.high)] for one in intervals]
    return finish(caption, foot + 24, shapes, ["name", "value", "low", "high"], rows)


def _line(reference: float | None) -> list[float]:
    return [] if reference is None or not is_known(reference) else [reference]


def _row(
    one: Interval, top: float, scale: Scale, reference: float | None, form: Form
) -> list[Markup]:
    told = _told(one, form)
    shapes = row_words(one.name, told, top)
    y = top + 30
    if is_known(one.low) and is_known(one.high):
        left, right = scale.at(one.low), scale.at(one.high)
        line = f"M{left:.1f} {y:g}H{right:.1f}M{left:.1f} {y - 5:g}v10M{right:.1f} {y - 5:g}v10"
        shapes.append(tag("path", d=line, stroke_width=2, **stroke("1")))
    if is_known(one.value):
        apart = reference is None or one.low > reference or one.high < reference
        look = outlined("1" if apart else "paper", "1")
        shapes.append(tag("circle", cx=scale.at(one.value), cy=y, r=5, stroke_width=2, **look))
    return shapes


def _told(one: Interval, form: Form) -> str:
    if not is_known(one.value):
        return UNKNOWN
    interval = between(one.low, one.high, form)
    return f"{form(one.value, one.low, one.high)} ({interval})" if interval else form(one.value)


def row_words(name: str, told: str, top: float) -> list[Markup]:
    """Write the line above a bar or interval: its name left, its value right.

    Args:
        name: Cut where it would run into the value.
        told: The value, written.
        top: Units where the row begins.
    """
    room = WIDTH - 2 * MARGIN - LETTER * (len(told) + 3)
    return [
        text(shortened(name, room), MARGIN, top + 15),
        text(told, WIDTH - MARGIN, top + 15, anchor="end"),
    ]
