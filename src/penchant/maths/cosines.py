"""Cosines of some products to one direction, in float64 from vectors kept in float32."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.types import Rows, StyleVectors, Vector

PORTION = 96
"""Vectors widened to float64 at a time: they stay in the processor's cache."""


def cosines(
    vectors: StyleVectors, rows: Rows | NDArray[np.int64], towards: Vector
) -> NDArray[np.float64]:
    """Give the cosines of some vectors to another.

    Args:
        vectors: Shape (n_products, dim), unit rows or zeros.
        rows: Shape (n,), which of them.
        towards: Shape (dim,), length 1.

    Returns:
        Shape (n,), float64; 0 for rows of zeros.

    Example:
        >>> cosines(np.eye(2, dtype=np.float32), np.array([1, 0]), np.array([0.0, 1.0], np.float32))
        array([1., 0.])
    """
    found, direction = np.empty(len(rows)), towards.astype(np.float64)
    for first in range(0, len(rows), PORTION):
        part = vectors.take(rows[first : first + PORTION], axis=0).astype(np.float64)
        np.dot(part, direction, out=found[first : first + PORTION])
    return found
