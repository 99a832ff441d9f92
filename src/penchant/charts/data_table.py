"""Tables for people and for screen readers: a caption, and headers with their scope."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from penchant.charts.markup import Markup, joined, tag


def data_table(
    caption: str,
    head: Sequence[object],
    rows: Iterable[Sequence[object]],
    *,
    last: Sequence[object] = (),
) -> Markup:
    """Make a table that scrolls by itself where it is wider than the page.

    Args:
        caption: What it holds.
        head: One text per column.
        rows: Cells, one per column; the first names the row.
        last: A row set apart at the end; empty for none.

    Example:
        >>> print(data_table("Sizes", ["name", "cm"], [["cup", 9]]))
        <div class="wide" ...><caption>Sizes</caption>...<th scope="row">cup</th><td>9</td>...
    """
    titles = tag("thead", tag("tr", *(tag("th", one, scope="col") for one in head)))
    body = tag("tbody", *(_row(row) for row in rows))
    foot = tag("tfoot", _row(last)) if last else None
    table = tag("table", tag("caption", caption), titles, body, foot)
    return tag("div", table, class_="wide", role="region", aria_label=caption, tabindex=0)


def _row(cells: Sequence[object]) -> Markup:
    named = tag("th", cells[0], scope="row")
    return tag("tr", named, joined(tag("td", cell) for cell in cells[1:]))
