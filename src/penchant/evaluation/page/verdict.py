"""The verdict of a report in sentences: is the build better, than what, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from penchant.charts.numbers import is_known, number, percent
from penchant.evaluation.intervals import MeanInterval
from penchant.evaluation.page.metrics import has_interval, metric
from penchant.evaluation.report_values import POPULARITY, SHOP, MethodRow, Report, shop_of

Outcome = Literal["better", "open", "worse"]
ANSWERS = {"better": "Yes", "open": "Not shown", "worse": "No"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One question of a verdict and its answer.

    Attributes:
        question: What is asked.
        answer: In a word or two.
        outcome: `better` if the interval of every lead is above 0, `worse` if that of one is
            below, else `open`.
        told: By how much, in words.
    """

    question: str
    answer: str
    outcome: Outcome
    told: str


def find_verdict(report: Report) -> list[Finding]:
    """Judge a report by its headline metric: against best sellers, then against all methods.

    A lead over every method needs no correction for asking several times: each of them must be
    beaten.

    Args:
        report: Any.
    """
    others = [one for one in report.methods if one.kind != SHOP]
    popular = [one for one in others if one.kind == POPULARITY]
    return [
        _finding("Is it better than showing best sellers?", popular, report),
        _finding("Is it better than every other method?", others, report),
    ]


def outcome_of(lead: MeanInterval | None) -> Outcome:
    """Say what a lead shows.

    Args:
        lead: The shop's build minus another method; None: not known.

    Example:
        >>> outcome_of(MeanInterval(0.02, 0.01, 0.03, 900)), outcome_of(None)
        ('better', 'open')
    """
    if lead is None or not has_interval(lead):
        return "open"
    return "better" if lead.low > 0 else "worse" if lead.high < 0 else "open"


def _finding(question: str, rivals: Sequence[MethodRow], report: Report) -> Finding:
    if not rivals:
        return Finding(question, "Not asked", "open", "No such method was measured.")
    outcomes = {one.name: outcome_of(one.lead.get(report.headline)) for one in rivals}
    seen = set(outcomes.values())
    whole: Outcome = "worse" if "worse" in seen else "open" if "open" in seen else "better"
    hardest = min(rivals, key=lambda one: _low(one, report.headline))
    told = [lead_in_words(hardest, report)]
    behind = [name for name, outcome in outcomes.items() if outcome == "worse"]
    undecided = [name for name, outcome in outcomes.items() if outcome == "open"]
    if behind:
        told.append(f"It is worse than: {_quoted(behind)}.")
    if undecided:
        told.append(f"No difference is shown to: {_quoted(undecided)}.")
    return Finding(question, ANSWERS[whole], whole, " ".join(told))


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in names)


def _low(row: MethodRow, name: str) -> float:
    lead = row.lead.get(name)
    return lead.low if lead and is_known(lead.low) else float("-inf")


def lead_in_words(rival: MethodRow, report: Report) -> str:
    """Say how far the build leads a method, in the headline metric.

    Args:
        rival: The method.
        report: Which build, and which metric.
    """
    name, own = metric(report.headline), shop_of(report.methods).measures[report.headline]
    other, lead = rival.measures[report.headline], rival.lead.get(report.headline)
    told = (
        f"{name.named(report.k)} is {name.form(own.value, other.value)}, and "
        f"{name.form(other.value, own.value)} with “{rival.name}”"
    )
    if lead is None or not is_known(lead.value):
        return f"{told}; no paired difference was measured."
    way, more = ("lead", "more") if lead.value >= 0 else ("lag", "less")
    size = name.form(abs(lead.value), lead.low, lead.high)
    part = f" ({percent(abs(lead.value) / other.value)} {more})" if other.value > 0 else ""
    ends = f"{name.form(lead.low, lead.high)} and {name.form(lead.high, lead.low)}"
    return f"{told}: a {way} of {size}{part}, with 95\u00a0% confidence between {ends}."


def hits_in_words(report: Report) -> str:
    """Say what the hit rates mean in the shop; "" where they were not measured.

    Args:
        report: Any.
    """
    own = shop_of(report.methods).measures.get("hit_rate")
    rates = [
        (one.measures["hit_rate"].value, one.name)
        for one in report.methods
        if one.kind == POPULARITY and "hit_rate" in one.measures
    ]
    if own is None or not is_known(own.value):
        return ""
    told = (
        f"Of 1,000 such customers, {number(round(1000 * own.value))} were shown a product that "
        f"they then bought, among {report.k} products"
    )
    if rates:
        best, name = max(rates)
        told += f"; with “{name}” it would have been {number(round(1000 * best))}"
    return told + "."
