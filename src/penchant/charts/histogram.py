"""How often values of each size come."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penchant.charts.chart import WIDTH, Caption, Chart, finish
from penchant.charts.markup import tag
from penchant.charts.numbers import Form, between, is_known, number
from penchant.charts.palette import fill
from penchant.charts.scale import bottom_axis, scale_over, side_axis
from penchant.errors import InputError

TOP, FOOT, LEFT = 10.0, 180.0, 54.0


def draw_histogram(
    values: Sequence[float], caption: Caption, *, bins: int = 20, form: Form = number
) -> Chart:
    """Draw how many values fall into each of equal steps; the last step holds its upper end.

    Args:
        values: In any order; those that are not known are counted in the table alone.
        caption: What they are about.
        bins: Steps, at least 1.
        form: How values are written.

    Raises:
        InputError: if `bins` is below 1.

    Example:
        >>> "0 to 1" in draw_histogram([0, 0, 1, 2], Caption("a", "Sizes", ""), bins=2).table
        True
    """
    if bins < 1:
        raise InputError(f"bins is {bins}, must be at least 1.")
    known = [float(value) for value in values if is_known(value)]
    across = scale_over(known, LEFT, WIDTH - 14)
    counts, edges = np.histogram(known, bins, (across.low, across.high))
    upright = scale_over([0.0, max(float(counts.max()), 1.0)], FOOT, TOP)
    shapes = side_axis(upright, LEFT, WIDTH - 14, number) + bottom_axis(across, FOOT, form)
    steps = list(zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True))
    for count, low, high in steps:
        x, y = across.at(low), upright.at(count)
        box = {"x": x + 0.5, "width": max(across.at(high) - x - 1, 0.5), "y": y, "height": FOOT - y}
        shapes.append(tag("rect", **box, **fill("1")))
    rows: list[list[object]] = [[between(low, high, form), count] for count, low, high in steps]
    if len(known) < len(values):
        rows.append(["not known", len(values) - len(known)])
    return finish(caption, FOOT + 24, shapes, ["from, to", "count"], rows if len(values) else [])
