"""The page of an experiment: one HTML file that needs nothing else, and no script."""

from __future__ import annotations

from penchant.charts.page import Section, whole_page
from penchant.experiments.analysis.values import Analysis
from penchant.experiments.report import sections
from penchant.experiments.report.telling import line_of


def render_page(analysis: Analysis) -> str:
    """Make the page of an analysis: complete in itself, without scripts and requests.

    Args:
        analysis: Any.

    Returns:
        HTML; equal analyses give equal pages.
    """
    title = f"Experiment “{analysis.experiment.name}”"
    return whole_page(title, line_of(analysis), _sections(analysis))


def _sections(analysis: Analysis) -> list[Section]:
    """Give (id, title, content) of all sections in order; None where there is nothing to say."""
    return [
        ("verdict", "Verdict", sections.verdict(analysis)),
        ("checks", "Can the counts be trusted?", sections.checks(analysis)),
        ("metrics", "Metrics", sections.metrics(analysis)),
        ("time", "Day by day", sections.over_time(analysis)),
        ("guardrails", "Guardrails", sections.guardrails(analysis)),
        ("segments", "Parts of the customers (exploratory)", sections.segments(analysis)),
        ("how", "How it was computed", sections.how(analysis)),
    ]
