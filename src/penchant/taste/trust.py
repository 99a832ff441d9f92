"""Verdicts: which interactions tell little of the customer's own taste, and why.

A verdict lowers the trust of an interaction; nothing is deleted, and a mark by hand always wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.errors import InputError
from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.taste.background import Background
from penchant.taste.histories import ACTION_CODES, History
from penchant.taste.outliers import OutlierRule, find_outliers
from penchant.taste.weights import Weigher
from penchant.types import StyleVectors

MARKED: Final = "marked"
KEPT: Final = "kept"
GIFT: Final = "gift_order"
OUTLIER: Final = "outlier"
BULK: Final = "bulk"

SENTENCES: Final = {
    MARKED: "Set aside by hand.",
    KEPT: "Kept by hand.",
    GIFT: "Bought as a gift.",
    OUTLIER: "Unlike everything else this customer likes, and looked at once.",
    BULK: "More on one day than a person who shops for themselves does.",
}
"""What each reason says to people."""


@dataclass(frozen=True, slots=True)
class TrustRule:
    """What lowers the trust of an interaction, and by how much.

    Attributes:
        outlier_trust: Trust left to a one-off outlier, in [0, 1].
        purchases_a_day: Purchases of one day above this share the trust of so many.
        others_a_day: The same for all other interactions of one day.
        outliers: When a product is an outlier.
    """

    outlier_trust: float = 0.2
    purchases_a_day: int = 10
    others_a_day: int = 200
    outliers: OutlierRule = field(default_factory=OutlierRule)

    def __post_init__(self) -> None:
        """Refuse a trust outside [0, 1] and caps that leave nothing."""
        if not 0 <= self.outlier_trust <= 1:
            raise InputError(f"outlier_trust is {self.outlier_trust}, must be in [0, 1].")
        for name in ("purchases_a_day", "others_a_day"):
            if getattr(self, name) < 1:
                raise InputError(f"{name} is {getattr(self, name)}, must be >= 1.")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is thought of one interaction.

    Attributes:
        event: Place of the interaction in the history.
        trust: How much it tells of the customer's taste, in [0, 1].
        reason: "marked", "kept", "gift_order", "outlier" or "bulk".
        text: One sentence for people.
    """

    event: int
    trust: float
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Marks:
    """Interactions a person decided on, by place in the history.

    Attributes:
        aside: Trust 0: a gift, a mistake, somebody else.
        kept: Trust 1, whatever speaks against them.
    """

    aside: frozenset[int] = frozenset()
    kept: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        """Refuse a place that is set aside and kept."""
        both = self.aside & self.kept
        if both:
            raise InputError(f"Event {min(both)} is set aside and kept, must be one of the two.")

    def check(self, n: int) -> None:
        """Refuse places outside a history of n interactions."""
        wrong = [event for event in self.aside | self.kept if not 0 <= event < n]
        if wrong:
            raise InputError(
                f"Event {min(wrong)} is not in the history, which has {n}: 0..{n - 1}."
            )


def judge(
    history: History,
    styles: StyleVectors,
    weigher: Weigher,
    background: Background,
    *,
    as_of_us: int,
    marks: Marks | None = None,
    rule: TrustRule | None = None,
) -> tuple[Verdict, ...]:
    """Judge a customer's interactions.

    Args:
        history: One customer's interactions, oldest first; its trust, 0 for a gift order, counts.
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs; what weighs nothing is no outlier.
        background: What strangers touch in this shop.
        as_of_us: Reference time, microseconds since 1970 UTC.
        marks: What was set aside or kept by hand; it wins over everything else.
        rule: What lowers the trust.

    Returns:
        By place, one for each interaction that is not simply trusted; the lowest trust wins.

    Raises:
        InputError: if a marked place is not in the history.

    Example:
        >>> from penchant.settings import TasteSettings
        >>> events = History(np.zeros(2, np.int32), np.zeros(2, np.int8), np.zeros(2, np.int64),
        ...                  np.array([1, 0], np.float32))
        >>> weigher = Weigher.from_settings(TasteSettings(), np.ones(1, bool))
        >>> nothing = Background(np.empty(0, np.int32), 0.0, 0.0)
        >>> judge(events, np.ones((1, 1), np.float32), weigher, nothing, as_of_us=0)
        (Verdict(event=1, trust=0.0, reason='gift_order', text='Bought as a gift.'),)
    """
    chosen = rule or TrustRule()
    by_hand = marks or Marks()
    by_hand.check(len(history))
    decided = [_verdict(event, 0.0, MARKED) for event in by_hand.aside]
    decided += [_verdict(event, 1.0, KEPT) for event in by_hand.kept]
    weights = weigher.weigh(with_trust(history, decided), as_of_us)
    odd = find_outliers(history, weights, styles, background, rule=chosen.outliers)
    trusts = (
        (GIFT, history.trust.astype(np.float64)),
        (BULK, _capped(history, chosen)),
        (OUTLIER, np.where(odd, chosen.outlier_trust, 1.0)),
    )
    verdicts: dict[int, Verdict] = {}
    for reason, trust in trusts:
        for event in np.flatnonzero(trust < 1).tolist():
            if event not in verdicts or trust[event] < verdicts[event].trust:
                verdicts[event] = _verdict(event, float(trust[event]), reason)
    verdicts |= {verdict.event: verdict for verdict in decided}
    return tuple(verdicts[event] for event in sorted(verdicts))


def with_trust(history: History, verdicts: Iterable[Verdict]) -> History:
    """Give the history with the trust the verdicts leave; the input is not changed.

    Args:
        history: The history that was judged.
        verdicts: From `judge`.
    """
    trust = history.trust.copy()
    for verdict in verdicts:
        trust[verdict.event] = verdict.trust
    return History(history.product_row, history.action, history.time_us, trust)


def _verdict(event: int, trust: float, reason: str) -> Verdict:
    return Verdict(int(event), trust, reason, SENTENCES[reason])


def _capped(history: History, rule: TrustRule) -> NDArray[np.float64]:
    """Give cap / n to the n interactions of a day that has more than the cap."""
    bought = history.action == ACTION_CODES[c.PURCHASE]
    key = np.stack([history.time_us // MICROSECONDS_PER_DAY, bought.astype(np.int64)])
    _, place, count = np.unique(key, axis=1, return_inverse=True, return_counts=True)
    cap = np.where(bought, rule.purchases_a_day, rule.others_a_day)
    return np.asarray(np.minimum(1.0, cap / count[place.ravel()]))
