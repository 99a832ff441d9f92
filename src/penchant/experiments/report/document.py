"""The page of an experiment: one HTML file that needs nothing else, and no script."""

from __future__ import annotations

from importlib.resources import files

from penchant.charts import STYLE
from penchant.charts.markup import Markup, joined, tag
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
    parts = [one for one in _sections(analysis) if one[2]]
    title = f"Experiment “{analysis.experiment.name}”"
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
        tag("header", tag("h1", title), tag("p", line_of(analysis)), _contents(parts)),
        tag("main", *(_section(*part) for part in parts)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _sections(analysis: Analysis) -> list[tuple[str, str, Markup | None]]:
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


def _section(name: str, title: str, content: Markup | None) -> Markup:
    heading = tag("h2", title, id=f"{name}-heading")
    return tag("section", heading, content, id=name, aria_labelledby=f"{name}-heading")


def _contents(parts: list[tuple[str, str, Markup | None]]) -> Markup:
    links = joined(tag("li", tag("a", title, href=f"#{name}")) for name, title, _ in parts)
    return tag("nav", tag("ul", links), aria_label="Sections")


def _style() -> str:
    """Give the style that all pages of figures share."""
    return (files("penchant.evaluation.page") / "style.css").read_text(encoding="utf-8")
