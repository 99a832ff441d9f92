"""The page as a whole: head, sections in order, and ways to get around."""

from __future__ import annotations

from importlib.resources import files

from penchant.charts import STYLE
from penchant.charts.markup import Markup, joined, tag
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
    parts = [one for one in _sections(report) if one[2]]
    title = f"{report.shop}: does it know what customers like?"
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", title),
        tag("style", Markup(STYLE + _style())),
    )
    body = tag(
        "body",
        tag("a", "Skip to the verdict", href="#verdict", class_="skip"),
        tag("header", tag("h1", title), tag("p", _line(report)), _contents(parts)),
        tag("main", *(_section(*part) for part in parts)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _sections(report: Report) -> list[tuple[str, str, Markup | None]]:
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


def _section(name: str, title: str, content: Markup | None) -> Markup:
    heading = tag("h2", title, id=f"{name}-heading")
    return tag("section", heading, content, id=name, aria_labelledby=f"{name}-heading")


def _contents(parts: list[tuple[str, str, Markup | None]]) -> Markup:
    links = joined(tag("li", tag("a", title, href=f"#{name}")) for name, title, _ in parts)
    return tag("nav", tag("ul", links), aria_label="Sections")


def _line(report: Report) -> str:
    return (
        f"Offline evaluation of build {report.build_id}, made on {day(report.as_of)}: purchases "
        f"from {day(report.cut)} to {day(report.until)}."
    )


def _style() -> str:
    return (files("penchant.evaluation.page") / "style.css").read_text(encoding="utf-8")
