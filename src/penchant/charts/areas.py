"""Shares that make up a whole, along an axis such as time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from penchant.charts.chart import Caption, Chart, finish
from penchant.charts.lines import FOOT, LEFT, RIGHT, TOP, end_labels, path_through
from penchant.charts.markup import Markup, tag
from penchant.charts.numbers import Form, is_known, number, percent
from penchant.charts.palette import outlined, series
from penchant.charts.scale import Scale, bottom_axis, scale_over, side_axis
from penchant.errors import InputError


@dataclass(frozen=True, slots=True)
class Area:
    """One part of the whole.

    Attributes:
        name: Written at its end.
        values: One per place on the axis, >= 0; NaN is drawn as nothing.
    """

    name: str
    values: tuple[float, ...]


def draw_areas(
    x: Sequence[float],
    areas: Sequence[Area],
    caption: Caption,
    *,
    form: Form = percent,
    x_form: Form = number,
) -> Chart:
    r"""Draw areas on top of one another, the first at the bottom.

    Args:
        x: Places on the axis, ascending.
        areas: In the order of their colours, each with as many values as there are places.
        caption: What they are about.
        form: How values are written.
        x_form: How x is written.

    Raises:
        InputError: if an area has another number of values, or one below 0.

    Example:
        >>> chart = draw_areas([1, 2], [Area("silver", (0.4, 0.5))], Caption("a", "Styles", ""))
        >>> "50\xa0%" in chart.table
        True
    """
    for area in areas:
        _check(area, len(x))
    floors = _floors(areas, len(x))
    across = scale_over(x, LEFT, RIGHT)
    upright = scale_over([0.0, *floors[-1]], FOOT, TOP)
    shapes = side_axis(upright, LEFT, RIGHT, form)
    for place, (floor, roof) in enumerate(pairwise(floors)):
        shapes += _shape(_spread(x, across, floor, roof), upright, series(place))
    shapes += bottom_axis(across, FOOT, x_form)
    ends = [
        (area.name, upright.at((floor[-1] + roof[-1]) / 2) if x else FOOT)
        for area, (floor, roof) in zip(areas, pairwise(floors), strict=True)
    ]
    columns = [[form(value) for value in area.values] for area in areas]
    rows = [[x_form(at, *x), *cells] for at, *cells in zip(x, *columns, strict=True)]
    head = ["at", *(area.name for area in areas)]
    return finish(caption, FOOT + 24, shapes + end_labels(ends), head, rows if areas else [])


def _check(area: Area, n: int) -> None:
    if len(area.values) != n:
        raise InputError(f'Area "{area.name}" has {len(area.values)} values for {n} places of x.')
    if any(value < 0 for value in area.values):
        raise InputError(f'Area "{area.name}" has a value below 0; areas are parts of a whole.')


def _floors(areas: Sequence[Area], n: int) -> list[list[float]]:
    """Give the sums below each area, and of all, one per place."""
    floors = [[0.0] * n]
    for area in areas:
        parts = [value if is_known(value) else 0.0 for value in area.values]
        floors.append([below + part for below, part in zip(floors[-1], parts, strict=True)])
    return floors


def _spread(
    x: Sequence[float], across: Scale, floor: Sequence[float], roof: Sequence[float]
) -> list[tuple[float, float, float]]:
    """Give (units, floor, roof) along the axis; a single place fills all of it."""
    if len(x) == 1:
        return [(LEFT, floor[0], roof[0]), (RIGHT, floor[0], roof[0])]
    return [(across.at(at), below, above) for at, below, above in zip(x, floor, roof, strict=True)]


def _shape(points: list[tuple[float, float, float]], upright: Scale, colour: str) -> list[Markup]:
    if not points:
        return []
    there = [(x, upright.at(roof)) for x, _, roof in points]
    back = [(x, upright.at(floor)) for x, floor, _ in reversed(points)]
    return [tag("path", d=path_through([*there, *back]) + "Z", **outlined(colour, "paper"))]
