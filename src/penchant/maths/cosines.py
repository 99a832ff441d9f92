"""Cosines: of some vectors to one or a few others, in float64; of all to a few, in float32."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from penchant.types import Rows, Scores, StyleVectors, Vector

PORTION = 96
"""Vectors widened to float64 at a time: they stay in the processor's cache."""

FEW_QUERIES = 6
"""Queries up to which one product each, block by block, is quicker than one of them all."""

BLOCK_FLOATS = 1 << 18
"""Floats of such a block: read from memory once, for the other queries from the cache."""


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
    return np.asarray(cosines_to_each(vectors, rows, [towards])[0])


def cosines_to_each(
    vectors: StyleVectors, rows: Rows | NDArray[np.int64], towards: Sequence[Vector]
) -> NDArray[np.float64]:
    """Give the cosines of some vectors to a few others; each of them is read from memory once.

    Args:
        vectors: Shape (n_products, dim), unit rows or zeros.
        rows: Shape (n,), which of them.
        towards: n_directions of shape (dim,), length 1.

    Returns:
        Shape (n_directions, n), float64, the same as `cosines` gives for each direction.
    """
    found = np.empty((len(towards), len(rows)))
    directions = [one.astype(np.float64) for one in towards]
    for first in range(0, len(rows), PORTION):
        part = vectors.take(rows[first : first + PORTION], axis=0).astype(np.float64)
        for number, one in enumerate(directions):
            np.dot(part, one, out=found[number, first : first + PORTION])
    return found


@np.errstate(invalid="ignore")  # BLAS multiplies what lies beside short vectors, and drops it
def all_cosines(
    queries: StyleVectors, vectors: StyleVectors, rows: NDArray[np.intp] | None = None
) -> Scores:
    """Give the cosines of all vectors, or of many of them, to some queries, in float32.

    A matrix product copies both sides into the order it likes, which for a few queries costs
    more than the product itself; and so does a copy of all the vectors that are wanted.

    Args:
        queries: Shape (n_queries, dim), unit rows or zeros.
        vectors: Shape (n_vectors, dim), unit rows or zeros.
        rows: Shape (n,), which of them; None: all, n = n_vectors.

    Returns:
        Shape (n_queries, n), a new array; equal to the matrix product within rounding.

    Example:
        >>> all_cosines(np.eye(2, dtype=np.float32), np.array([[0.6, 0.8]], np.float32))
        array([[0.6],
               [0.8]], dtype=float32)
    """
    if rows is None and not 1 < len(queries) <= FEW_QUERIES:
        return np.asarray(queries @ vectors.T)
    found = np.empty((len(queries), len(vectors) if rows is None else len(rows)), np.float32)
    step = max(1, BLOCK_FLOATS // max(1, vectors.shape[1]))
    for first in range(0, found.shape[1], step):
        part = slice(first, first + step)
        block = vectors[part] if rows is None else vectors.take(rows[part], axis=0)
        if len(queries) > FEW_QUERIES:
            np.matmul(queries, block.T, out=found[:, part])
            continue
        for number, query in enumerate(queries):
            np.dot(block, query, out=found[number, part])
    return found
