"""Falling order: highest first, ties as they stand; and rising order of whole numbers."""

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


def rising(numbers: NDArray[np.integer]) -> NDArray[np.int64]:
    """Sort places by rising whole number; equal numbers keep their order.

    One key of number and place sorts faster than a stable argsort, and comes to the same.

    Args:
        numbers: Shape (n,), each within int32.

    Returns:
        Shape (n,), as a stable sort gives.

    Example:
        >>> rising(np.array([1, 3, -2, 3])).tolist()
        [2, 0, 1, 3]
    """
    keys = (numbers.astype(np.int64) << 32) | np.arange(len(numbers))
    keys.sort()
    return keys & 0xFFFFFFFF
