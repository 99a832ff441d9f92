"""A visitor: what a recipe knows of who is looking; of who refused, only what not to show."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from penchant.taste.profile import Profile
from penchant.taste.styles import Style
from penchant.types import Rows, Weights

NONE = np.empty(0, np.int32)


@dataclass(frozen=True, eq=False)
class Visitor:
    """Who is looking.

    Attributes:
        profile: The taste; None when nothing usable is known.
        enough: Whether that rests on as many products as a profile needs, not on this session's
            one or two.
        unplaced: Rows of liked products without a style vector, and what each weighs: they say
            nothing of looks, but others bought them too.
        styles: The customer's styles when there are several; else none.
        owned: Shape (n,), products bought and kept.
        hidden: Shape (n,), products hidden.
        segment: Row of the customer's segment; -1: none.
        refused: Whether personalisation was refused.
    """

    profile: Profile | None = None
    enough: bool = False
    unplaced: tuple[Rows, Weights] = field(default_factory=lambda: (NONE, np.empty(0)))
    styles: tuple[Style, ...] = ()
    owned: Rows = field(default_factory=lambda: NONE)
    hidden: Rows = field(default_factory=lambda: NONE)
    segment: int = -1
    refused: bool = False

    @property
    def step(self) -> str:
        """The rung of the ladder the visitor stands on.

        "styles", "profile", "session"; "history" where nothing liked has a style vector.
        """
        if self.profile is None:
            return "history"
        if not self.enough:
            return "session"
        return "styles" if len(self.styles) > 1 else "profile"

    @cached_property
    def liked(self) -> tuple[Rows, Weights]:
        """The products the visitor likes: rows, rising, no repeats; and what each weighs.

        Weights are parts of the heaviest, in (0, 1].
        """
        told = [self.unplaced]
        if self.profile is not None:
            told.append((self.profile.events.product_row, self.profile.weights))
        worth: dict[int, float] = {}
        for rows, weights in told:  # a few dozen at most: no array pays
            for row, weight in zip(rows.tolist(), weights.tolist(), strict=True):
                if weight > 0:
                    worth[row] = worth.get(row, 0.0) + weight
        most = max([*worth.values(), 1e-300])
        ordered = sorted(worth)
        return np.array(ordered, np.int32), np.array([worth[row] / most for row in ordered])
