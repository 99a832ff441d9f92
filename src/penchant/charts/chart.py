"""What every chart has: a title, a description, a picture, and its numbers as a table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from penchant.charts.data_table import data_table
from penchant.charts.markup import Markup, tag
from penchant.charts.palette import fill

WIDTH = 400.0
"""Units a chart is wide: readable on a telephone, not too large on a desk."""

MARGIN = 10.0
NAMESPACE = "http://www.w3.org/2000/svg"
LETTER = 7.0
"""About how wide a letter is, in units."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What a chart is about.

    Attributes:
        name: Unique on its page; letters, digits and hyphens. Its ids begin with it.
        title: Shown above it.
        description: What it says, for those who do not see it.
    """

    name: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart; notebooks and template engines show it as a figure.

    Attributes:
        svg: The picture, complete in itself.
        table: Its numbers in a `<details>`; empty where there are none.
        title: Shown above it.
    """

    svg: Markup
    table: Markup
    title: str

    def __html__(self) -> str:
        """Give the figure: title, picture and numbers."""
        inside = Markup(self.svg.replace(f' xmlns="{NAMESPACE}"', "", 1))  # HTML knows it
        return tag("figure", tag("figcaption", self.title), inside, self.table, class_="chart")

    def _repr_html_(self) -> str:
        return self.__html__()


def finish(
    caption: Caption,
    height: float,
    shapes: Sequence[Markup],
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
) -> Chart:
    """Put a chart together; one without rows says that there is nothing to show.

    Args:
        caption: What it is about.
        height: Units it is high.
        shapes: SVG elements, in the order they are painted.
        head: Titles of the columns of its table.
        rows: Cells of its table.
    """
    if not rows:
        height, shapes = 40.0, [text("Nothing to show.", MARGIN, 25.0, colour="soft")]
    ids = (f"{caption.name}-title", f"{caption.name}-description")
    svg = tag(
        "svg",
        tag("title", caption.title, id=ids[0]),
        tag("desc", caption.description, id=ids[1]),
        tag("rect", width=WIDTH, height=height, **fill("paper")),
        *shapes,
        xmlns=NAMESPACE,
        viewBox=f"0 0 {WIDTH:g} {height:g}",
        role="img",
        aria_labelledby=" ".join(ids),
        font_family="system-ui, sans-serif",
        font_size=13,
    )
    numbers = tag("details", tag("summary", "The numbers"), data_table(caption.title, head, rows))
    return Chart(svg, numbers if rows else Markup(), caption.title)


def text(words: str, x: float, y: float, *, anchor: str = "start", colour: str = "ink") -> Markup:
    """Write words on a chart; what lies behind them is kept off.

    Args:
        words: What to write.
        x: Units from the left.
        y: Units from the top to the foot of the letters.
        anchor: Which end of the words stands at x: start, middle or end.
        colour: A name of the palette.
    """
    ends = None if anchor == "start" else anchor
    return tag("text", words, x=x, y=y, text_anchor=ends, **fill(colour))


def shortened(words: str, room: float) -> str:
    """Cut words to what fits.

    Args:
        words: Any.
        room: Units there are.

    Example:
        >>> shortened("Art nouveau pendants", 80.0)
        'Art nouvea…'
    """
    letters = max(int(room / LETTER), 2)
    return words if len(words) <= letters else words[: letters - 1].rstrip() + "…"
