"""A ranking: products best first, each score the sum of what the sources gave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.types import Rows, Weights


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Products in order.

    Attributes:
        rows: Shape (n,), product rows, best first, no repeats.
        parts: Shape (n, n_sources), what each source gave to each score.
        sources: Names of the sources.
    """

    rows: Rows
    parts: NDArray[np.float64]
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.parts.shape != (len(self.rows), len(self.sources)):
            raise InputError(
                f"parts has shape {self.parts.shape}, must be one row for each of "
                f"{len(self.rows)} products and one column for each of {len(self.sources)} sources."
            )

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def scores(self) -> Weights:
        """Shape (n,), the sums of the parts."""
        return np.asarray(self.parts.sum(axis=1))

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Ranking:
        """Give some of the products, in the order asked for.

        Args:
            which: A mask, places in the ranking, or a slice.
        """
        return Ranking(self.rows[which], self.parts[which], self.sources)

    def sorted(self) -> Ranking:
        """Give the same products by falling score, rounded to 1e-9; ties go to the lower row."""
        return self.take(np.lexsort((self.rows, -np.round(self.scores, 9))))
