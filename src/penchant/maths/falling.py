"""Falling order: highest first, ties as they stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def falling(values: NDArray[np.floating]) -> NDArray[np.intp]:
    """Sort places by falling value; equal values keep their order.

    The quick sort is not stable, and is tried first: among scores there are seldom equal ones.

    Args:
        values: Shape (n,), without NaN.

    Returns:
        Shape (n,), as a stable sort of the negated values gives.

    Example:
        >>> falling(np.array([1.0, 3.0, 2.0, 3.0])).tolist()
        [1, 3, 2, 0]
    """
    negated = -values
    order = negated.argsort()
    ordered = negated.take(order)
    tied = bool((ordered[1:] == ordered[:-1]).any())
    return negated.argsort(kind="stable") if tied else order
