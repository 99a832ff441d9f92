"""Verdicts: which interactions tell little of the customer's own taste, and why.

A verdict lowers the trust of an interaction; nothing is deleted, and a mark by hand always wins.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.errors import InputError
from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.settings import TrustSettings
from penchant.taste.background import Background
from penchant.taste.histories import ACTION_CODES, Histories, History
from penchant.taste.outliers import find_all_outliers
from penchant.taste.weights import Weigher
from penchant.types import Rows, StyleVectors, Weights

Reasons: TypeAlias = NDArray[np.int8]
"""Shape (n,): place in `REASONS` of each interaction."""

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


REASONS: Final = ("", GIFT, BULK, OUTLIER, MARKED, KEPT)
"""What the number of a reason stands for; 0: simply trusted."""

_CODE: Final = {reason: code for code, reason in enumerate(REASONS)}


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
    settings: TrustSettings | None = None,
) -> tuple[Verdict, ...]:
    """Judge a customer's interactions.

    Args:
        history: One customer's interactions, oldest first; its trust, 0 for a gift order, counts.
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs; what weighs nothing is no outlier.
        background: What strangers touch in this shop.
        as_of_us: Reference time, microseconds since 1970 UTC.
        marks: What was set aside or kept by hand; it wins over everything else.
        settings: What lowers the trust.

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
    trust, reason = judge_all(
        Histories.of_one(history),
        styles,
        weigher,
        background,
        as_of_us=as_of_us,
        marks=marks,
        settings=settings,
    )
    return verdicts_of(trust, reason)


def judge_all(
    histories: Histories,
    styles: StyleVectors,
    weigher: Weigher,
    background: Background,
    *,
    as_of_us: int,
    marks: Marks | None = None,
    settings: TrustSettings | None = None,
) -> tuple[Weights, Reasons]:
    """Judge the interactions of all customers at once.

    Args:
        histories: Of all customers.
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs.
        background: What strangers touch in this shop.
        as_of_us: Reference time, microseconds since 1970 UTC; what comes later changes nothing.
        marks: By place in `histories.events`.
        settings: What lowers the trust.

    Returns:
        Trust and number of the reason, each of shape (n_interactions,); equal to `judge` of each
        customer alone.

    Raises:
        InputError: if a marked place is not there.
    """
    chosen, by_hand = settings or TrustSettings(), marks or Marks()
    events, rows = histories.events, histories.customer_rows()
    by_hand.check(len(events))
    known = given_trust(events, chosen, by_hand)
    trust = known.astype(np.float64)
    reason = np.where(known < 1, _CODE[GIFT], 0).astype(np.int8)
    if chosen.bulk:
        _lower(trust, reason, _capped(rows, events, chosen, as_of_us), BULK)
    if chosen.outliers:
        weights = weigher.weigh(events.trusted(known), as_of_us, customer_row=rows)
        odd = find_all_outliers(histories, weights, styles, background, settings=chosen)
        _lower(trust, reason, np.where(odd, chosen.outlier_trust, 1.0), OUTLIER)
    for places, why in ((by_hand.aside, MARKED), (by_hand.kept, KEPT)):
        some = list(places)
        trust[some], reason[some] = known[some], _CODE[why]
    return trust, reason


def given_trust(events: History, settings: TrustSettings, marks: Marks) -> NDArray[np.float32]:
    """Give the trust that tables and marks say, before anything is compared.

    Args:
        events: Interactions with the trust the tables give.
        settings: Whether gift orders count.
        marks: By place among the events.

    Returns:
        Shape (n,), a new array.
    """
    trust = events.trust.copy()
    if not settings.gift_orders:
        trust[trust == 0] = 1.0
    trust[list(marks.aside)], trust[list(marks.kept)] = 0.0, 1.0
    return trust


def trust_at_first_sight(
    histories: Histories, settings: TrustSettings, marks: Marks, *, as_of_us: int
) -> Weights:
    """Give the trust of all interactions before any product is placed: all but one-offs.

    Args:
        histories: Of all customers.
        settings: What lowers the trust.
        marks: By place in `histories.events`; they win over everything else.
        as_of_us: Reference time, microseconds since 1970 UTC.

    Returns:
        Shape (n_interactions,).
    """
    events = histories.events
    given = given_trust(events, settings, marks)
    if not settings.bulk:
        return given.astype(np.float64)
    capped = _capped(histories.customer_rows(), events, settings, as_of_us)
    trust = np.minimum(given, capped)
    by_hand = list(marks.aside | marks.kept)
    trust[by_hand] = given[by_hand]
    return trust


def verdicts_of(trust: NDArray[np.floating], reason: Reasons) -> tuple[Verdict, ...]:
    """Give what is thought of each interaction that is not simply trusted.

    Args:
        trust: Shape (n,), of one customer's interactions.
        reason: Shape (n,), aligned; place in `REASONS`.
    """
    return tuple(
        Verdict(event, float(trust[event]), name, SENTENCES[name])
        for event in np.flatnonzero(reason).tolist()
        for name in (REASONS[reason[event]],)
    )


def with_trust(history: History, verdicts: Iterable[Verdict]) -> History:
    """Give the history with the trust the verdicts leave; the input is not changed.

    Args:
        history: The history that was judged.
        verdicts: From `judge`.
    """
    trust = history.trust.copy()
    for verdict in verdicts:
        trust[verdict.event] = verdict.trust
    return history.trusted(trust)


def _lower(trust: Weights, reason: Reasons, other: Weights, why: str) -> None:
    lower = other < trust
    trust[lower], reason[lower] = other[lower], _CODE[why]


def _capped(rows: Rows, events: History, settings: TrustSettings, as_of_us: int) -> Weights:
    """Give cap / n to the n interactions of a customer's day that has more than the cap."""
    bought, past = events.action == ACTION_CODES[c.PURCHASE], events.time_us <= as_of_us
    trust = np.ones(len(events))
    for kind, cap in ((bought, settings.purchases_a_day), (~bought, settings.others_a_day)):
        some = np.flatnonzero(kind & past)
        day = events.time_us[some] // MICROSECONDS_PER_DAY
        first = np.ones(len(some), bool)
        first[1:] = (np.diff(rows[some]) != 0) | (np.diff(day) != 0)
        count = np.diff(np.append(np.flatnonzero(first), len(some)))
        trust[some] = np.repeat(np.minimum(1.0, cap / count), count)
    return trust
