"""Spans: the parts of one long array that belong to some rows, without a loop over the rows."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.types import Rows


def spans_of(
    starts: NDArray[np.int64], rows: Rows | NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give the places of some rows' parts, one part after the other.

    Args:
        starts: Shape (n + 1,): row i has the places starts[i]:starts[i + 1].
        rows: Shape (m,), each 0..n - 1; repeats are given again.

    Returns:
        The places, and shape (m,), how many of them each row has.

    Example:
        >>> places, sizes = spans_of(np.array([0, 2, 2, 5]), np.array([2, 0], np.int32))
        >>> places.tolist(), sizes.tolist()
        ([2, 3, 4, 0, 1], [3, 2])
    """
    first = starts[rows]
    sizes = starts[rows + 1] - first
    shifts = (first - (sizes.cumsum() - sizes)).repeat(sizes)
    return shifts + np.arange(len(shifts)), sizes
