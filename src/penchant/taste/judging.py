"""Judging: what is thought of each interaction, and the style it belongs to; for one or for all.

A build keeps what was thought of everybody, so that a request looks it up. For another moment, or
after a mark was taken back, one customer is judged anew.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from penchant.files import open_array
from penchant.settings import StyleSettings, TrustSettings
from penchant.taste.background import Background
from penchant.taste.histories import Histories, History
from penchant.taste.styles import StyleLabels, label_all
from penchant.taste.trust import KEPT, MARKED, REASONS, Marks, Reasons, judge_all
from penchant.taste.weights import Weigher
from penchant.types import Mask, StyleVectors

BY_HAND = REASONS.index(MARKED), REASONS.index(KEPT)

NEVER_US = int(np.iinfo(np.int64).min)


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """One customer's interactions with what is thought of each.

    Attributes:
        history: Oldest first; its trust is what the verdicts left.
        reason: Shape (n,), int8, place in `REASONS` of why; 0: simply trusted.
        style: Shape (n,), int8, number of the style; -1 for none.
    """

    history: History
    reason: Reasons
    style: StyleLabels

    @classmethod
    def unjudged(cls, history: History) -> Judged:
        """Give interactions of which nothing is thought: of somebody who refused.

        Args:
            history: Oldest first.
        """
        n = len(history)
        return cls(history, np.zeros(n, np.int8), np.full(n, -1, np.int8))

    @property
    def newest_us(self) -> int:
        """When the last interaction happened; the lowest int64 where there is none."""
        return int(self.history.time_us[-1]) if len(self.history) else NEVER_US

    def until(self, as_of_us: int) -> Judged:
        """Give what happened until a moment.

        Args:
            as_of_us: Microseconds since 1970 UTC.
        """
        if self.newest_us <= as_of_us:
            return self
        past = self.history.time_us <= as_of_us
        return Judged(self.history.take(past), self.reason[past], self.style[past])

    def same_until(self, one_us: int, other_us: int) -> bool:
        """Say whether the same interactions had happened at two moments.

        Args:
            one_us: Microseconds since 1970 UTC.
            other_us: Another such moment.
        """
        if one_us == other_us or self.newest_us <= min(one_us, other_us):
            return True
        before, after = np.searchsorted(self.history.time_us, (one_us, other_us), side="right")
        return bool(before == after)

    def marked(self, marks: Marks) -> Judged:
        """Give the same with the trust of exactly the marked interactions set by hand.

        Args:
            marks: By place in the history.

        Raises:
            InputError: if a marked place is not in the history.
        """
        marks.check(len(self.history))
        trust, reason = self.history.trust.copy(), self.reason.copy()
        for places, left, code in zip((marks.aside, marks.kept), (0, 1), BY_HAND, strict=True):
            some = list(places)
            trust[some], reason[some] = left, code
        return replace(self, history=self.history.trusted(trust), reason=reason)

    def places_by_hand(self) -> set[int]:
        """Give the places whose trust was set by hand."""
        return {place for place, code in enumerate(self.reason.tolist()) if code in BY_HAND}


NOBODY = Judged.unjudged(History.empty())
"""No interactions at all."""


@dataclass(frozen=True, slots=True, eq=False)
class Judgements:
    """What is thought of everybody's interactions at one moment.

    Attributes:
        trust: Shape (n_interactions,), float32, aligned with the interactions of the histories.
        reason: Shape (n_interactions,), int8, place in `REASONS`; 0 for who was not judged.
        style: Shape (n_interactions,), int8, number of the customer's style; -1 for none.
        background: What strangers touched at that moment.
    """

    trust: NDArray[np.float32]
    reason: Reasons
    style: StyleLabels
    background: Background

    @property
    def shapes(self) -> tuple[tuple[int, ...], ...]:
        """Shapes of the three aligned arrays."""
        return self.trust.shape, self.reason.shape, self.style.shape

    def of(self, histories: Histories, customer_row: int) -> Judged:
        """Give one customer's interactions, judged.

        Args:
            histories: Those that were judged.
            customer_row: Row of the customer.
        """
        place = slice(histories.starts[customer_row], histories.starts[customer_row + 1])
        history = histories.events.take(place).trusted(self.trust[place])
        return Judged(history, self.reason[place], self.style[place])

    def save(self, directory: Path) -> None:
        """Write one .npy file per array.

        Args:
            directory: An existing folder.
        """
        known = self.background
        np.save(directory / "trust.npy", self.trust)
        np.save(directory / "reason.npy", self.reason)
        np.save(directory / "style.npy", self.style)
        np.save(directory / "background.npy", known.product_row)
        np.save(directory / "likeness.npy", np.array([known.similarity, known.own_similarity]))

    @classmethod
    def load(cls, directory: Path) -> Judgements:
        """Open what `save` wrote, by memory map.

        Args:
            directory: The folder.
        """
        trust, reason, style, product_row, likeness = (
            open_array(directory / f"{name}.npy")
            for name in ("trust", "reason", "style", "background", "likeness")
        )
        similarity, own_similarity = likeness.tolist()
        return cls(trust, reason, style, Background(product_row, similarity, own_similarity))


@dataclass(frozen=True, slots=True, eq=False)
class Judge:
    """What verdicts and styles are decided by in one shop.

    Attributes:
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs.
        background: What strangers touch in this shop.
        trust_settings: What lowers the trust.
        style_settings: When groups are styles.
    """

    styles: StyleVectors
    weigher: Weigher
    background: Background
    trust_settings: TrustSettings
    style_settings: StyleSettings

    def judge_all(
        self,
        histories: Histories,
        *,
        as_of_us: int,
        marks: Marks | None = None,
        refused: Mask | None = None,
    ) -> Judgements:
        """Judge everybody.

        Args:
            histories: Of all customers, with the trust the tables give.
            as_of_us: Reference time, microseconds since 1970 UTC; what comes later changes nothing.
            marks: By place in `histories.events`.
            refused: Shape (n_customers,), who is not judged; absent: nobody.

        Returns:
            Equal to `judge_one` of each customer.
        """
        rows, given = histories.customer_rows(), histories.events.trust
        left_out = np.zeros(len(given), bool) if refused is None else refused[rows]
        # without trust nothing weighs, so that nothing of theirs is compared
        heard = histories.events.trusted(np.where(left_out, np.float32(0), given))
        trust, reason = judge_all(
            Histories(histories.starts, heard),
            self.styles,
            self.weigher,
            self.background,
            as_of_us=as_of_us,
            marks=marks,
            settings=self.trust_settings,
        )
        trust[left_out], reason[left_out] = 0.0, 0
        judged = Histories(histories.starts, heard.trusted(trust.astype(np.float32)))
        style = label_all(
            judged,
            self.weigher.weigh(judged.events, as_of_us, customer_row=rows),
            self.styles,
            self.background,
            settings=self.style_settings,
        )
        left = np.where(left_out, given, judged.events.trust)
        return Judgements(left, reason, style, self.background)

    def judge_one(self, history: History, *, as_of_us: int, marks: Marks | None = None) -> Judged:
        """Judge one customer.

        Args:
            history: Oldest first, with the trust the tables give.
            as_of_us: Reference time, microseconds since 1970 UTC.
            marks: By place in the history.
        """
        alone = Histories.of_one(history)
        return self.judge_all(alone, as_of_us=as_of_us, marks=marks).of(alone, 0)
