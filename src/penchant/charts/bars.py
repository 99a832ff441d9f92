"""Bars from zero, one below the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penchant.charts.chart import MARGIN, WIDTH, Caption, Chart, finish
from penchant.charts.forest import ROW, row_words
from penchant.charts.markup import tag
from penchant.charts.numbers import Form, is_known, number
from penchant.charts.palette import fill, stroke
from penchant.charts.scale import scale_over, upright


@dataclass(frozen=True, slots=True)
class Bar:
    """One value.

    Attributes:
        name: What it is the value of.
        value: Any sign; NaN: not known, no bar.
    """

    name: str
    value: float


def draw_bars(bars: Sequence[Bar], caption: Caption, *, form: Form = number) -> Chart:
    """Draw bars from top to bottom, each with its name and value.

    Args:
        bars: In the order they are shown.
        caption: What they are about.
        form: How values are written.

    Example:
        >>> "12" in draw_bars([Bar("rings", 12.0)], Caption("a", "Sold", "")).svg
        True
    """
    values = [bar.value for bar in bars]
    scale = scale_over([0.0, *values], MARGIN, WIDTH - MARGIN)
    zero, shapes, foot = scale.at(0.0), [], ROW * len(bars)
    for place, bar in enumerate(bars):
        top = ROW * place
        shapes += row_words(bar.name, form(bar.value, *values), top)
        if is_known(bar.value):
            end = scale.at(bar.value)
            box = {"x": min(zero, end), "width": abs(end - zero), "y": top + 24, "height": 12}
            shapes.append(tag("rect", **box, **fill("1")))
    pieces = [(ROW * place + 21, 18.0) for place in range(len(bars))]
    shapes.append(tag("path", d=upright(zero, pieces), **stroke("soft")))
    rows = [[bar.name, form(bar.value, *values)] for bar in bars]
    return finish(caption, foot + 6, shapes, ["name", "value"], rows)
