"""Unit rows: the only normalisation penchant uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]


def unit_rows(matrix: NDArray[np.floating]) -> Matrix:
    """Scale each row to length 1; a row of zeros stays zeros.

    Args:
        matrix: Shape (n, dim), finite.

    Returns:
        Shape (n, dim), float32, a new array. Cost: two passes.

    Example:
        >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
        array([[0.6, 0.8], [0. , 0. ]], dtype=float32)
    """
    rows = np.asarray(matrix, dtype=np.float32)
    lengths = row_lengths(rows)
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return rows * scale.astype(np.float32)[:, None]


def row_lengths(matrix: NDArray[np.floating]) -> NDArray[np.float64]:
    """Give the Euclidean length of each row, accumulated in float64.

    Args:
        matrix: Shape (n, dim).

    Returns:
        Shape (n,), >= 0.

    Example:
        >>> row_lengths(np.array([[3.0, 4.0]]))
        array([5.])
    """
    squares = np.einsum("ij,ij->i", matrix, matrix, dtype=np.float64)
    return np.asarray(np.sqrt(squares))


def present_rows(matrix: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Tell which rows hold a vector: finite and not all zeros.

    Args:
        matrix: Shape (n, dim).

    Returns:
        Shape (n,), bool.

    Example:
        >>> present_rows(np.array([[1.0, 0.0], [0.0, 0.0], [np.nan, 1.0]]))
        array([ True, False, False])
    """
    return np.asarray(np.isfinite(matrix).all(axis=1) & (matrix != 0).any(axis=1))
