"""The even source: every product is worth the same."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.types import Mask, Rows


@dataclass(frozen=True, slots=True)
class EvenSource:
    """Products without any order.

    Attributes:
        name: Of the policy it serves: it has no weight in any recipe.
        n_products: Products in all.
    """

    name: str
    n_products: int

    def candidates(self, k: int, *, eligible: Mask) -> Rows:
        """Give the first k products.

        Args:
            k: How many, at most.
            eligible: Shape (n_products,), which may be shown.
        """
        return np.flatnonzero(eligible)[:k].astype(np.int32)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Give 0 for each."""
        return np.zeros(len(rows))
