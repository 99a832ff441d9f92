"""The recent source: what the customer looked at lately and has not bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.distinct import values_of
from penchant.settings.showing import RECENT
from penchant.types import Mask, Rows, Weights


@dataclass(frozen=True, slots=True, eq=False)
class RecentSource:
    """Products of a customer's own history.

    Attributes:
        rows: Shape (n,), rising, no repeats.
        weights: Shape (n,), aligned, > 0: recency times what was done.
    """

    rows: Rows
    weights: Weights

    @property
    def name(self) -> str:
        """Of the source."""
        return RECENT

    def candidates(self, k: int, *, eligible: Mask) -> Rows:
        """Give the k products of most weight; ties go to the lower row.

        Args:
            k: How many, at most.
            eligible: Shape (n_products,), which may be shown.
        """
        kept = np.flatnonzero(eligible[self.rows])
        best = kept[np.argsort(-self.weights[kept], kind="stable")[:k]]
        return self.rows[best]

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Give the weight of products in the history as part of the heaviest; 0 for all others."""
        if not len(self.rows):
            return np.zeros(len(rows))
        return np.asarray(values_of(rows, self.rows, self.weights) / self.weights.max())
