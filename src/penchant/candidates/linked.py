"""The linked source: products that those a customer touched speak for, by fitted links."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.source import best_rows
from penchant.maths.distinct import values_of
from penchant.types import Mask, Rows


@dataclass(frozen=True, slots=True, eq=False)
class LinkedSource:
    """Products that others speak for.

    Attributes:
        name: Of the source.
        rows: Shape (n,), rising, the products with any link.
        linked: Shape (n,), aligned, the sum of links; only those above 0 are proposed.
    """

    name: str
    rows: Rows
    linked: NDArray[np.float64]

    def candidates(self, k: int, *, eligible: Mask) -> Rows:
        """Give the k products of strongest links.

        Args:
            k: How many, at most.
            eligible: Shape (n_products,), which may be shown.
        """
        found = np.flatnonzero((self.linked > 0) & eligible.take(self.rows))
        return self.rows[best_rows(self.linked, found, k)]

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Give the square root of the links: twice as many tell less than twice as much."""
        return np.sqrt(np.maximum(values_of(rows, self.rows, self.linked), 0.0))
