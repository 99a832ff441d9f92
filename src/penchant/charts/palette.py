"""The colours of charts and reports, defined once: light, dark and as printed.

Every shape carries its light colour as an attribute, so that a chart is right without any style;
`STYLE` swaps in variables that follow the reader's choice of light or dark on screens.
"""

from __future__ import annotations

from typing import Final

COLOURS: Final = {
    "paper": ("#ffffff", "#14171c"),
    "ink": ("#1b1f24", "#e8eaed"),
    "soft": ("#57606a", "#a7b0bb"),
    "grid": ("#d5dae0", "#3a424d"),
    "1": ("#0072b2", "#62b0f0"),
    "2": ("#e36b0e", "#f7972e"),
    "3": ("#008c66", "#47ce82"),
    "4": ("#72226b", "#d695b8"),
    "5": ("#734d00", "#f8f78b"),
    "6": ("#133da5", "#4d7ce4"),
}
"""{name: (light, dark)}. "1" to "6" are for data, in this order: colour-blind eyes tell any two
apart."""

SERIES: Final = tuple(name for name in COLOURS if name.isdigit())


def series(number: int) -> str:
    """Name the colour of the n-th series; they come round again after the last.

    Args:
        number: From 0.
    """
    return SERIES[number % len(SERIES)]


def fill(name: str) -> dict[str, str]:
    """Give the attributes that fill a shape.

    Args:
        name: One of `COLOURS`.

    Example:
        >>> fill("1")
        {'class_': 'fill-1', 'fill': '#0072b2'}
    """
    return {"class_": f"fill-{name}", "fill": COLOURS[name][0]}


def stroke(name: str) -> dict[str, str]:
    """Give the attributes that draw a line.

    Args:
        name: One of `COLOURS`.
    """
    return {"class_": f"stroke-{name}", "stroke": COLOURS[name][0], "fill": "none"}


def outlined(inside: str, edge: str) -> dict[str, str]:
    """Give the attributes that fill a shape and draw its edge.

    Args:
        inside: Colour of the inside.
        edge: Colour of the edge.
    """
    colours = {"fill": COLOURS[inside][0], "stroke": COLOURS[edge][0]}
    return {"class_": f"fill-{inside} stroke-{edge}", **colours}


def variable(name: str) -> str:
    """Name the CSS variable of a colour.

    Args:
        name: One of `COLOURS`.
    """
    return f"series-{name}" if name in SERIES else name


def _variables(mode: int) -> str:
    return "".join(f"--{variable(name)}:{both[mode]};" for name, both in COLOURS.items())


STYLE: Final = (
    f":root{{color-scheme:light dark;{_variables(0)}}}\n"
    f"@media screen and (prefers-color-scheme:dark){{:root{{{_variables(1)}}}}}\n"
    + "".join(
        f".fill-{name}{{fill:var(--{variable(name)})}}.stroke-{name}{{stroke:var(--{variable(name)})}}\n"
        for name in COLOURS
    )
    + ".chart{margin:1rem 0;max-width:32rem}.chart svg{display:block;width:100%;height:auto}\n"
    ".chart figcaption{font-weight:600}\n"
)
"""CSS that colours all charts of a page by variables; printing is always light."""
