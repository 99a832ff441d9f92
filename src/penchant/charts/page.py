"""A page of figures: one HTML file that needs nothing else, and no script."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import TypeAlias

from penchant.charts import STYLE
from penchant.charts.markup import Markup, joined, tag

Section: TypeAlias = tuple[str, str, Markup | None]
"""(id, title, content); None where there is nothing to say."""


def whole_page(title: str, line: str, sections: Sequence[Section]) -> str:
    """Put a page together: head, ways to get around, sections in order.

    Args:
        title: Of the page.
        line: What it is about, in a sentence.
        sections: The first is the verdict; those without content are left out.

    Returns:
        HTML, complete in itself.
    """
    parts = [one for one in sections if one[2]]
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
        tag("header", tag("h1", title), tag("p", line), _contents(parts)),
        tag("main", *(_section(*part) for part in parts)),
    )
    return f"<!DOCTYPE html>\n{tag('html', head, body, lang='en')}\n"


def _section(name: str, title: str, content: Markup | None) -> Markup:
    heading = tag("h2", title, id=f"{name}-heading")
    return tag("section", heading, content, id=name, aria_labelledby=f"{name}-heading")


def _contents(parts: Sequence[Section]) -> Markup:
    links = joined(tag("li", tag("a", title, href=f"#{name}")) for name, title, _ in parts)
    return tag("nav", tag("ul", links), aria_label="Sections")


def _style() -> str:
    return (files("penchant.charts") / "page.css").read_text(encoding="utf-8")
