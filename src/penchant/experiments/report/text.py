"""An analysis as text, for the terminal: the verdict first."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from penchant.experiments.analysis.values import Analysis, VariantReading
from penchant.experiments.report.how import how_it_was_computed
from penchant.experiments.report.telling import (
    AOV_NOTE,
    SEGMENTS_NOTE,
    Table,
    answer_of,
    check_table,
    count_table,
    guardrail_table,
    line_of,
    metrics_table,
    segment_table,
)

WIDTH = 100


def render_text(analysis: Analysis) -> str:
    """Tell an analysis in text; equal analyses give equal text.

    Args:
        analysis: Any.
    """
    return "\n".join(map(printable, _lines(analysis))) + "\n"


def printable(text: str) -> str:
    r"""Write out what a terminal would obey, as of values in a file from elsewhere.

    Args:
        text: One line.

    Example:
        >>> printable("cart\x1b[2J"), printable("5\u00a0%")
        ('cart\\x1b[2J', '5\xa0%')
    """
    return "".join(one if one == "\u00a0" or one.isprintable() else repr(one)[1:-1] for one in text)


def _lines(analysis: Analysis) -> Iterator[str]:
    control = analysis.experiment.control.name
    for reading in analysis.readings:
        yield from _verdict(reading, control)
    yield from _wrapped(line_of(analysis))
    yield ""
    yield from _table(check_table(analysis.checks, list(analysis.units)))
    yield from _table(count_table(analysis))
    for reading in analysis.readings:
        yield from _figures(reading, analysis.experiment.primary)
    yield "How it was computed"
    for sentence in how_it_was_computed(analysis):
        yield from _wrapped(sentence, "- ")


def _verdict(reading: VariantReading, control: str) -> Iterator[str]:
    one = reading.verdict
    yield f"Is “{one.variant}” better than “{control}”? {answer_of(reading)}."
    yield from _wrapped(one.text, "  ")
    for caveat in one.caveats:
        yield from _wrapped(f"Mind: {caveat}", "  ")
    yield ""


def _figures(reading: VariantReading, primary: str) -> Iterator[str]:
    variant = reading.verdict.variant
    if reading.effects:
        yield from _table(metrics_table(variant, reading.effects))
        if any(one.metric == "aov" for one in reading.effects):
            yield from [*_wrapped(AOV_NOTE), ""]
    if reading.guardrails:
        yield from _table(guardrail_table(variant, reading.guardrails))
    if reading.segments:
        yield from _table(segment_table(variant, primary, reading.segments))
        yield from [*_wrapped(SEGMENTS_NOTE), ""]


def _table(table: Table) -> Iterator[str]:
    rows = [table.head, *table.rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    yield table.caption
    for place, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        yield ("  " + "  ".join(cells)).rstrip()
        if not place:
            yield "  " + "  ".join("-" * width for width in widths)
    yield ""


def _wrapped(text: str, indent: str = "") -> list[str]:
    further = " " * len(indent)
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=further)
