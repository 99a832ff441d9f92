"""Judgement: what speaks for and against publishing a build, as sentences with their figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from penchant.evaluation.asking import SERVED
from penchant.evaluation.intervals import MeanInterval, mean_interval
from penchant.evaluation.rankers import LOOKS, POPULAR
from penchant.evaluation.trial import Trial, ndcg_of, paired_ndcg

COUNTED = ("products", "placed_products", "customers", "profiles", "interactions")
"""Counts of a build that must not shrink."""

COMPARED = {SERVED: "What it shows", LOOKS: "What it would show by looks alone"}
"""Rankings that must not get worse. Looks by themselves: other sources hide what photos lost."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        name: Such as "popularity".
        text: A sentence for people.
        against: Whether it speaks against the build.
        gap: Mean difference in NDCG; None where something else was compared.
    """

    name: str
    text: str
    against: bool
    gap: MeanInterval | None = None


def compare_counts(
    candidate: Mapping[str, int], current: Mapping[str, int], most: float
) -> tuple[Finding, ...]:
    """Say what a build has clearly less of than the one before.

    Args:
        candidate: Counts of its manifest.
        current: Those of the build that serves.
        most: The part by which each may shrink.

    Example:
        >>> compare_counts({"products": 80}, {"products": 100}, 0.1)[0].text
        'It has 80 products, the build that serves has 100: 20 % less, at most 10 % is usual.'
    """
    return tuple(
        Finding(
            f"fewer {name}",
            f"It has {candidate.get(name, 0):,} {name.replace('_', ' ')}, the build that serves "
            f"has {count:,}: {100 * (1 - candidate.get(name, 0) / count):.0f} % less, at most "
            f"{100 * most:.0f} % is usual.",
            against=True,
        )
        for name, count in current.items()
        if name in COUNTED and candidate.get(name, 0) < (1 - most) * count
    )


def compare_with_popularity(trial: Trial) -> Finding:
    """Compare what a build shows with what is popular; it must be clearly better.

    Args:
        trial: Of the build.
    """
    lead = mean_interval(ndcg_of(trial, SERVED) - ndcg_of(trial, POPULAR))
    clear = lead.low > 0
    word = "Better" if clear else "Not clearly better"
    text = f"{word} than popularity: NDCG@{trial.k} {_told(lead)}."
    return Finding("popularity", text, not clear, lead)


def compare_with_current(candidate: Trial, current: Trial) -> tuple[Finding, ...]:
    """Compare two builds on the same customers and purchases; neither ranking may be clearly worse.

    Args:
        candidate: Asked at the cut of the other.
        current: Of the build that serves.
    """
    found = []
    for name, (new, old) in paired_ndcg(candidate, current, tuple(COMPARED)).items():
        gap = mean_interval(new - old)
        worse = gap.high < 0
        word = "clearly worse" if worse else "not worse"
        text = f"{COMPARED[name]} is {word} than before: NDCG@{candidate.k} {_told(gap)}."
        found.append(Finding(name, text, worse, gap))
    return tuple(found)


def _told(gap: MeanInterval) -> str:
    return f"{gap.value:+.4f} [{gap.low:+.4f}, {gap.high:+.4f}] over {gap.n} customers"
