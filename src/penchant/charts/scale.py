"""From values to places on a chart, with round numbers to read them by."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from penchant.charts.chart import text
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
        """Give about four round values from low to high, ascending."""
        rough = (self.high - self.low) / 4
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(power * one for one in (1, 2, 5, 10) if power * one >= rough * 0.999)
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


def bottom_axis(scale: Scale, top: float, foot: float, form: Form) -> list[Markup]:
    """Draw upright lines at round values, with the values below.

    Args:
        scale: From left to right.
        top: Units where lines begin.
        foot: Units where lines end.
        form: How values are written.
    """
    shapes = []
    for value, words in _told(scale.ticks(), form):
        x = scale.at(value)
        shapes.append(tag("path", d=f"M{x:.1f} {top:g}V{foot:g}", **stroke("grid")))
        anchor = "start" if x < 30 else "end" if x > 415 else "middle"
        shapes.append(text(words, x, foot + 15, anchor=anchor, colour="soft"))
    return shapes


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
