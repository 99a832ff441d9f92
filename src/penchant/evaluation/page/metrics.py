"""The metrics of a report: what they are called, how they are written, what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from penchant.charts.markup import Markup, joined, tag
from penchant.charts.numbers import Form, between, number, percent, score
from penchant.evaluation.intervals import MeanInterval


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.

    Attributes:
        label: Its name; `{k}` stands for the length of a list.
        meaning: Its definition, for people.
        form: How its values are written.
    """

    label: str
    meaning: str
    form: Form = percent

    def named(self, k: int) -> str:
        """Give its name for lists of k products."""
        return self.label.format(k=k)

    def write(self, mean: MeanInterval) -> Markup:
        """Write a value with its interval in small, if it has one."""
        told = self.form(mean.value, mean.low, mean.high)
        interval = between(mean.low, mean.high, self.form) if has_interval(mean) else ""
        return joined([told, tag("small", interval) if interval else None])


METRICS: Final[Mapping[str, Metric]] = {
    "ndcg": Metric(
        "NDCG@{k}",
        "How near to the top of the list the hidden purchases stand. A purchase in slot i counts "
        "1/log2(i + 1); the sum is divided by the best that the customer's purchases allow. 1 "
        "means that all of them stood in front, 0 that none was shown.",
        score,
    ),
    "hit_rate": Metric(
        "Hit rate@{k}",
        "The share of customers who were shown at least one product that they then bought.",
    ),
    "recall": Metric(
        "Recall@{k}",
        "Of what a customer then bought, the share that was among the {k} products shown.",
    ),
    "precision": Metric(
        "Precision@{k}",
        "Of the {k} products shown, the share that the customer then bought. Most customers buy "
        "few things, so even a perfect list stays low: see the best possible value.",
    ),
    "map": Metric(
        "MAP@{k}",
        "For each slot with a hit, the share of hits among the slots up to it; their sum is "
        "divided by {k}, or by the number of purchases where that is smaller.",
        score,
    ),
    "mrr": Metric(
        "MRR@{k}",
        "One divided by the slot of the first hit, 0 without a hit: 0.25 is a hit in slot 4.",
        score,
    ),
    "coverage": Metric(
        "Coverage",
        "The share of all products that could be shown that at least one customer was shown.",
    ),
    "gini": Metric(
        "Gini",
        "How unequally products are shown: 0 if all are shown equally often, 1 if a single one "
        "takes every slot.",
        number,
    ),
    "diversity": Metric(
        "Diversity",
        "How different the products of one list look: 1 less their mean similarity.",
        number,
    ),
    "novelty": Metric(
        "Novelty",
        "How little known the products shown are: the mean of -log2 of the share of customers who "
        "had touched them before the cut. One more means half as well known.",
        number,
    ),
    "personalisation": Metric(
        "Personalisation",
        "How different the lists of two customers are: 0 if all get the same, 1 if no two lists "
        "share a product.",
    ),
    "new_share": Metric("New products", "The share of slots that show new products."),
    "popularity_lift": Metric(
        "Popularity lift",
        "How much better known the products shown are than what customers had touched themselves: "
        "0 is as well known, above 0 leans towards best sellers.",
        number,
    ),
}
"""{name: metric}, in the order they are shown."""


def has_interval(mean: MeanInterval) -> bool:
    """Say whether a mean comes with an interval: of one customer, or of equal values, it has none.

    Args:
        mean: Any.
    """
    return mean.n > 1 and mean.low < mean.high


def metric(name: str) -> Metric:
    """Give a metric by its name; one that is not defined here is shown as it is.

    Args:
        name: Such as "ndcg".
    """
    plain = Metric(name.replace("_", " ").replace("{", "{{").replace("}", "}}"), "", number)
    return METRICS.get(name, plain)


def in_order(names: Iterable[str], *, first: str = "") -> list[str]:
    """Give names once each, as in `METRICS`; others follow by name.

    Args:
        names: Any.
        first: Put before all others if it is among them.

    Example:
        >>> in_order(["speed", "recall", "ndcg"], first="recall")
        ['recall', 'ndcg', 'speed']
    """
    known = list(METRICS)
    return sorted(
        set(names),
        key=lambda name: (
            name != first,
            known.index(name) if name in METRICS else len(known),
            name,
        ),
    )
