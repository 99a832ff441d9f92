"""Values along an axis such as time, each with the band it lies in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from penchant.charts.chart import WIDTH, Caption, Chart, finish, shortened, text
from penchant.charts.markup import Markup, tag
from penchant.charts.numbers import Form, between, is_known, number
from penchant.charts.palette import fill, series, stroke
from penchant.charts.scale import Scale, bottom_axis, scale_over, side_axis
from penchant.errors import InputError

TOP, FOOT, LEFT, RIGHT = 10.0, 210.0, 54.0, WIDTH - 124.0


@dataclass(frozen=True, slots=True)
class Line:
    """One line, with a band where `low` and `high` are given.

    Attributes:
        name: Written at its end.
        x: Ascending.
        y: As many as x; NaN leaves a gap.
        low: Lower edge of the band, as many as x, or none.
        high: Upper edge of the band, as many as x, or none.
    """

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    low: tuple[float, ...] = ()
    high: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        sizes = {len(self.x), len(self.y), *(len(one) for one in (self.low, self.high) if one)}
        if len(sizes) > 1 or bool(self.low) != bool(self.high):
            raise InputError(
                f'Line "{self.name}" has {len(self.x)} x, {len(self.y)} y, {len(self.low)} low and '
                f"{len(self.high)} high; x and y must be as many, low and high as many or none."
            )


def draw_lines(
    lines: Sequence[Line], caption: Caption, *, form: Form = number, x_form: Form = number
) -> Chart:
    """Draw lines, each with its band behind it and its name at its end.

    Args:
        lines: In the order of their colours.
        caption: What they are about.
        form: How y is written.
        x_form: How x is written.

    Example:
        >>> line = Line("clicks", (1.0, 2.0), (0.1, 0.2))
        >>> draw_lines([line], Caption("a", "By day", "")).svg.count("<circle")
        1
    """
    every = [value for line in lines for value in (*line.y, *line.low, *line.high)]
    across = scale_over([x for line in lines for x in line.x], LEFT, RIGHT)
    upright = scale_over(every, FOOT, TOP)
    shapes = side_axis(upright, LEFT, RIGHT, form) + bottom_axis(across, FOOT, x_form)
    for place, line in enumerate(lines):
        shapes += _band(line, across, upright, series(place))
    for place, line in enumerate(lines):
        shapes += _stroke(line, across, upright, series(place))
    ends = [(line.name, upright.at(_last(line.y))) for line in lines]
    shapes += end_labels(ends)
    head = ["at", *(line.name for line in lines)]
    return finish(caption, FOOT + 24, shapes, head, _table(lines, form, x_form))


def end_labels(ends: Sequence[tuple[str, float]]) -> list[Markup]:
    """Write names to the right, each near its height and none on another.

    Args:
        ends: (name, wished units from the top), in the order of their colours.
    """
    shapes, free = [], TOP
    ordered = sorted(range(len(ends)), key=lambda place: ends[place][1])
    lowest = max(FOOT - 16.0 * (len(ends) - 1), TOP)
    for rank, place in enumerate(ordered):
        name, wished = ends[place]
        y = max(free, min(wished, lowest + 16.0 * rank))
        free = y + 16.0
        shapes.append(tag("circle", cx=RIGHT + 12, cy=y, r=4, **fill(series(place))))
        shapes.append(text(shortened(name, WIDTH - RIGHT - 22), RIGHT + 20, y + 4))
    return shapes


def runs(points: Iterable[tuple[float, ...]]) -> Iterator[list[tuple[float, ...]]]:
    """Give the stretches of points that are known in every part, in order.

    Args:
        points: Each of as many parts.

    Example:
        >>> list(runs([(1.0, 2.0), (2.0, float("nan")), (3.0, 1.0)]))
        [[(1.0, 2.0)], [(3.0, 1.0)]]
    """
    run: list[tuple[float, ...]] = []
    for point in points:
        if all(is_known(part) for part in point):
            run.append(point)
        elif run:
            yield run
            run = []
    if run:
        yield run


def path_through(points: Iterable[tuple[float, float]]) -> str:
    """Write a path through points.

    Args:
        points: In units.

    Example:
        >>> path_through([(0.0, 1.0), (2.0, 3.04)])
        'M0.0 1.0L2.0 3.0'
    """
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def _band(line: Line, across: Scale, upright: Scale, colour: str) -> list[Markup]:
    shapes = []
    for run in runs(zip(line.x, line.low, line.high, strict=False)):
        half = 4.0 if len(run) == 1 else 0.0  # a single point has a band as wide as its dot
        wide = [(across.at(x) + side, low, high) for x, low, high in run for side in (-half, half)]
        there = [(x, upright.at(high)) for x, _, high in wide]
        back = [(x, upright.at(low)) for x, low, _ in reversed(wide)]
        outline = path_through([*there, *back]) + "Z"
        shapes.append(tag("path", d=outline, opacity=0.2, **fill(colour)))
    return shapes


def _stroke(line: Line, across: Scale, upright: Scale, colour: str) -> list[Markup]:
    shapes = []
    for run in runs(zip(line.x, line.y, strict=True)):
        places = [(across.at(x), upright.at(y)) for x, y in run]
        if len(places) == 1:
            shapes.append(tag("circle", cx=places[0][0], cy=places[0][1], r=4, **fill(colour)))
        else:
            shapes.append(tag("path", d=path_through(places), stroke_width=2.5, **stroke(colour)))
    return shapes


def _last(values: Sequence[float]) -> float:
    return next((value for value in reversed(values) if is_known(value)), 0.0)


def _table(lines: Sequence[Line], form: Form, x_form: Form) -> list[list[object]]:
    columns = [_column(line, form) for line in lines]
    every = sorted({x for line in lines for x in line.x})
    return [[x_form(x, *every), *(column.get(x, "") for column in columns)] for x in every]


def _column(line: Line, form: Form) -> dict[float, str]:
    told = dict(zip(line.x, map(form, line.y), strict=True))
    for x, low, high in zip(line.x, line.low, line.high, strict=False):
        band = between(low, high, form)
        told[x] += f" ({band})" if band else ""
    return told
