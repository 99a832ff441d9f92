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
        source: Where they come from: "visual", "popular" or "newest".
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
