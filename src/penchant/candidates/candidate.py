"""What every source gives: products with scores, best first, and the name of the source."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.types import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Products a source proposes.

    Attributes:
        source: Where they come from: one of `settings.showing.SOURCES`.
        rows: Shape (n,), product rows, best first, no repeats.
        scores: Shape (n,), float64, falling; a cosine for "visual", else the source's own measure.
    """

    source: str
    rows: Rows
    scores: NDArray[np.float64]

    def __post_init__(self) -> None:
        if len(self.rows) != len(self.scores):
            raise InputError(
                f"{self.source} has {len(self.rows)} rows and {len(self.scores)} scores, "
                "must be one score per row."
            )

    def __len__(self) -> int:
        return len(self.rows)


def best_rows(scores: NDArray[np.float64], rows: NDArray[np.intp], k: int) -> Rows:
    """Give the k rows with the highest scores, best first; ties go to the lower row.

    Args:
        scores: Shape (n_products,), without NaN.
        rows: Shape (n,), rows to choose from, rising.
        k: How many, at most.

    Returns:
        Shape (min(k, n),), int32. Cost O(n), not that of a sort.

    Example:
        >>> best_rows(np.array([1.0, 3.0, 2.0, 3.0]), np.arange(4), 3).tolist()
        [1, 3, 2]
    """
    own = scores[rows]
    if 0 < k < len(rows):
        enough = own >= np.partition(own, len(own) - k)[len(own) - k]
        rows, own = rows[enough], own[enough]
    best: Rows = rows[np.argsort(-own, kind="stable")[:k]].astype(np.int32)
    return best
