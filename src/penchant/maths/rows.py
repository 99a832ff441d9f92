"""Unit rows: the only normalisation penchant uses."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float32]

FLOAT32_SAFE = (1e-30, 1e30)
"""Lengths between these have an inverse that float32 holds in full precision."""


def unit_rows(matrix: NDArray[np.floating]) -> Matrix:
    """Scale each row to length 1; a row of zeros stays zeros.

    Args:
        matrix: Shape (n, dim), finite.

    Returns:
        Shape (n, dim), float32, a new array; exact for tiny and huge rows too. Cost: two passes.

    Example:
        >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
        array([[0.6, 0.8], [0. , 0. ]], dtype=float32)
    """
    rows = np.asarray(matrix, dtype=np.float32)
    lengths = row_lengths(rows)
    low, high = FLOAT32_SAFE
    usual = (lengths > low) & (lengths < high)
    scale = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=usual)
    scaled = rows * scale.astype(np.float32)[:, None]
    for row in np.flatnonzero(~usual & (lengths > 0)):
        scaled[row] = rows[row] / lengths[row]
    return scaled


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


def usable_rows(matrix: NDArray[np.floating]) -> NDArray[np.floating]:
    """Replace rows that are not finite by zeros.

    Args:
        matrix: Shape (n, dim).

    Returns:
        Shape (n, dim); the input itself when all rows are finite.

    Example:
        >>> usable_rows(np.array([[1.0, np.nan], [2.0, 3.0]]))
        array([[0., 0.],
               [2., 3.]])
    """
    finite = np.isfinite(matrix).all(axis=1)
    return matrix if finite.all() else np.where(finite[:, None], matrix, 0)
