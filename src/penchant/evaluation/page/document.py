"""The page as a whole: head, sections in order, and ways to get around."""

from __future__ import annotations

from penchant.charts.page import Section, whole_page
from penchant.evaluation.page import sections
from penchant.evaluation.page.dates import day
from penchant.evaluation.report_values import Report


def render_page(report: Report) -> str:
    """Make the page of a report: complete in itself, without scripts and requests.

    Args:
        report: What was found. Photos are read from disk; those that cannot be are left out.

    Returns:
        HTML. The same report and photos give the same page.
    """
    title = f"{report.shop}: does it know what customers like?"
    return whole_page(title, _line(report), _sections(report))


def _sections(report: Report) -> list[Section]:
    """Give (id, title, content) of all sections in order; None where there is nothing to say."""
    return [
        ("verdict", "Verdict", sections.verdict(report)),
        ("measured", "What was measured", sections.measured(report)),
        ("methods", "All methods", sections.methods(report)),
        ("lead", "How far ahead", sections.leads(report) if len(report.methods) > 1 else None),
        ("where", "Where it helps", sections.segments(report) if report.segments else None),
        ("lists", "What the lists are like", sections.beyond(report) if report.beyond else None),
        ("customers", "Some customers", sections.examples(report) if report.examples else None),
        ("counts", "What was counted, and what left out", sections.left_out(report)),
        ("definitions", "What the numbers mean", sections.definitions(report)),
        ("settings", "Settings", sections.settings(report)),
    ]


def _line(report: Report) -> str:
    return (
        f"Offline evaluation of build {report.build_id}, made on {day(report.as_of)}: purchases "
        f"from {day(report.cut)} to {day(report.until)}."
    )
