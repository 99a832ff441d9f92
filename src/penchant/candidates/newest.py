"""The newest source: products by the day they came in, for shops and customers without a past."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.candidate import Candidates, best_rows
from penchant.types import Mask


def newest_candidates(created_us: NDArray[np.int64], k: int, *, eligible: Mask) -> Candidates:
    """Give the newest products; those without a date come last, by product_id.

    Args:
        created_us: Shape (n_products,), microseconds since 1970 UTC; the lowest int64: unknown.
        k: How many, at most.
        eligible: Shape (n_products,), which may be shown.

    Returns:
        Candidates whose score is the date in days since 1970, 0 where unknown.
    """
    best = best_rows(created_us.astype(np.float64), np.flatnonzero(eligible), k)
    days = np.maximum(created_us[best], 0) / 86_400_000_000
    return Candidates("newest", best, days)
