"""The completing source: products of other categories that go with those of a cart or order."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.complements import Complements
from penchant.candidates.source import best_rows, first_eligible
from penchant.maths.distinct import distinct, values_of
from penchant.settings.showing import COMPLEMENTS
from penchant.types import Mask, Rows


@dataclass(frozen=True, slots=True, eq=False)
class CompletingSource:
    """Products by how well they complete others.

    Every product of a category that goes with the cart has some score, so the best are sought
    among those with links and the best sold of each category: no other can be better than they.

    Attributes:
        complements: What was fitted.
        rows: Shape (n,), rising, the products with links.
        linked: Shape (n,), aligned, the sum of links.
        by_category: Shape (n_categories,), what is left to each category.
    """

    complements: Complements
    rows: Rows
    linked: NDArray[np.float64]
    by_category: NDArray[np.float64]

    @property
    def name(self) -> str:
        """Of the source."""
        return COMPLEMENTS

    def candidates(self, k: int, *, eligible: Mask) -> Rows:
        """Give the k products that complete most.

        Args:
            k: How many, at most.
            eligible: Shape (n_products,), which may be shown.
        """
        best_sold = (
            first_eligible(self.complements.best_sold[category], eligible, k)
            for category in np.flatnonzero(self.by_category > 0).tolist()
        )
        rows = distinct(np.concatenate([self.rows[eligible[self.rows]], *best_sold]))
        sums = self._sums(rows)
        return rows[best_rows(sums, np.flatnonzero(sums > 0), k)]

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Give the square root of the share among companions."""
        return np.sqrt(np.maximum(self._sums(rows), 0.0))

    def _sums(self, rows: Rows) -> NDArray[np.float64]:
        told = self.complements.told_by_category(rows, self.by_category)
        return values_of(rows, self.rows, self.linked) + told


def completing_source(complements: Complements, rows: Rows) -> CompletingSource:
    """Find products by what completes some.

    Args:
        complements: What was fitted.
        rows: Shape (n,), products of a cart or order.
    """
    return CompletingSource(
        complements, *complements.links.linked(rows), complements.by_category(rows)
    )
