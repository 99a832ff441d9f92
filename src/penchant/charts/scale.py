"""From values to places on a chart, with round numbers to read them by."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from penchant.charts.chart import LETTER, WIDTH, text
from penchant.charts.markup import Markup, tag
from penchant.charts.numbers import Form, is_known
from penchant.charts.palette import stroke


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from values to units.

    Attributes:
        low: The value at `start`.
        high: The value at `end`, above `low`.
        start: Units.
        end: Units.
    """

    low: float
    high: float
    start: float
    end: float

    def at(self, value: float) -> float:
        """Give the place of a value, in units."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Give two to six round values from low to high, ascending."""
        least = (self.high - self.low) / 5
        power = 10.0 ** math.floor(math.log10(least))
        step = next(power * one for one in (1, 2, 5, 10) if power * one >= least * 0.999)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return [number * step for number in range(first, last + 1)]


def scale_over(values: Iterable[float], start: float, end: float) -> Scale:
    """Make a scale on which all known values have a place.

    Args:
        values: What must fit. Values that are all the same stand in the middle; none: 0 to 1.
        start: Units of the lowest.
        end: Units of the highest.

    Example:
        >>> scale_over([3.0, 7.0, float("nan")], 0.0, 100.0).at(4.0)
        25.0
    """
    known = [value for value in values if is_known(value)] or [0.0, 1.0]
    low, high = min(known), max(known)
    if high - low <= 1e-9 * max(abs(low), abs(high), 1e-3):
        wider = abs(low) / 2 or 0.5
        low, high = low - wider, high + wider
    return Scale(low, high, start, end)


def bottom_axis(
    scale: Scale, foot: float, form: Form, *, pieces: Iterable[tuple[float, float]] = ()
) -> list[Markup]:
    """Write round values below a chart, with upright lines where they stand.

    Args:
        scale: From left to right.
        foot: Units where the chart ends.
        form: How values are written.
        pieces: (units where it begins, height) of each piece of the lines.
    """
    pieces = list(pieces)
    shapes = []
    for value, words in _told(scale.ticks(), form):
        x = scale.at(value)
        if pieces:
            shapes.append(tag("path", d=upright(x, pieces), **stroke("grid")))
        half = LETTER * len(words) / 2
        inside = min(max(x, half), WIDTH - half)
        shapes.append(text(words, inside, foot + 15, anchor="middle", colour="soft"))
    return shapes


def upright(x: float, pieces: Iterable[tuple[float, float]]) -> str:
    """Write the path of an upright line in pieces.

    Args:
        x: Units from the left.
        pieces: (units where it begins, height) of each.

    Example:
        >>> upright(4.0, [(0.0, 10.0), (20.0, 10.0)])
        'M4.0 0v10M4.0 20v10'
    """
    return "".join(f"M{x:.1f} {top:g}v{height:g}" for top, height in pieces)


def side_axis(scale: Scale, left: float, right: float, form: Form) -> list[Markup]:
    """Draw level lines at round values, with the values above their left ends.

    Args:
        scale: From bottom to top.
        left: Units where lines begin.
        right: Units where lines end.
        form: How values are written.
    """
    shapes = []
    for value, words in _told(scale.ticks(), form):
        y = scale.at(value)
        shapes.append(tag("path", d=f"M{left:g} {y:.1f}H{right:g}", **stroke("grid")))
        shapes.append(text(words, left - 5, y + 4, anchor="end", colour="soft"))
    return shapes


def _told(ticks: list[float], form: Form) -> list[tuple[float, str]]:
    """Write round values without the zeros that all of them end in."""
    words = [form(value, *ticks) for value in ticks]
    while all("." in one and one.endswith("0") for one in words):
        words = [one[:-1].removesuffix(".") for one in words]
    return list(zip(ticks, words, strict=True))
