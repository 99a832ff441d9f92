"""Stacked rows: two matrices to be read as one, for a few more rows than a file holds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import Matrix


class ByRow(Protocol):
    """What can be read by row: a matrix, or a stack of two."""

    @property
    def shape(self) -> tuple[int, ...]:
        """(rows, columns)."""

    def __getitem__(self, rows: NDArray[np.integer], /) -> Any:
        """Give some rows as a matrix."""


@dataclass(frozen=True, slots=True, eq=False)
class StackedRows:
    """Two matrices, one below the other; neither is copied.

    Attributes:
        above: Shape (n, dim).
        below: Shape (m, dim).

    Example:
        >>> both = StackedRows(np.zeros((2, 1), np.float32), np.ones((1, 1), np.float32))
        >>> both.shape, both[np.array([2, 0])].tolist()
        ((3, 1), [[1.0], [0.0]])
    """

    above: Matrix
    below: Matrix

    @property
    def shape(self) -> tuple[int, ...]:
        """(n + m, dim)."""
        return len(self.above) + len(self.below), self.above.shape[1]

    def __getitem__(self, rows: NDArray[np.integer]) -> Matrix:
        """Give some rows.

        Args:
            rows: Shape (k,), none negative.

        Returns:
            Shape (k, dim).
        """
        first = len(self.above)
        low = rows < first
        if low.all():
            return np.asarray(self.above[rows])
        found = np.empty((len(rows), self.above.shape[1]), np.float32)
        found[low] = self.above[rows[low]]
        found[~low] = self.below[rows[~low] - first]
        return found
