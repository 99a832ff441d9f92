"""The newest source: products by the day they came in, for shops and customers without a past."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.source import first_eligible
from penchant.settings.showing import NEWEST
from penchant.types import Mask, Rows

DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True, eq=False)
class NewestSource:
    """Products by age.

    Attributes:
        created_us: Shape (n_products,), microseconds since 1970 UTC; the lowest int64: unknown.
        order: Shape (n_products,), newest first, unknown dates last, by row.
    """

    created_us: NDArray[np.int64]
    order: Rows

    @property
    def name(self) -> str:
        """Of the source."""
        return NEWEST

    def candidates(self, k: int, *, eligible: Mask) -> Rows:
        """Give the k newest products.

        Args:
            k: How many, at most.
            eligible: Shape (n_products,), which may be shown.
        """
        return first_eligible(self.order, eligible, k)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Give the day since 1970, 0 where unknown."""
        return np.asarray(np.maximum(self.created_us[rows], 0) / DAY_US)


def newest_order(created_us: NDArray[np.int64]) -> Rows:
    """Sort products, newest first; unknown dates last; ties go to the lower row.

    Args:
        created_us: Shape (n_products,), microseconds since 1970 UTC; the lowest int64: unknown.
    """
    return np.argsort(-created_us.astype(np.float64), kind="stable").astype(np.int32)
