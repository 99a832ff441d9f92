"""Distinct rows: what `np.unique` and its like give, in a tenth of the time for a few hundred."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.types import Mask, Rows


def distinct(rows: Rows) -> Rows:
    """Sort rows and drop repeats.

    Args:
        rows: Shape (n,), in any order.

    Returns:
        Shape (m,), rising.

    Example:
        >>> distinct(np.array([7, 3, 7], np.int32)).tolist()
        [3, 7]
    """
    ordered = np.sort(rows)
    return ordered[_firsts(ordered)]


def summed(rows: Rows, values: NDArray[np.float64]) -> tuple[Rows, NDArray[np.float64]]:
    """Sum values by row; those of one row are added in the order they come in.

    Args:
        rows: Shape (n,), >= 0, in any order.
        values: Shape (n,), aligned.

    Returns:
        Shape (m,), the distinct rows, rising, and shape (m,), the sum of each. Cost: a sort of n,
        however many rows there could be.

    Example:
        >>> rows, sums = summed(np.array([7, 3, 7], np.int32), np.array([1.0, 2.0, 0.5]))
        >>> rows.tolist(), sums.tolist()
        ([3, 7], [2.0, 1.5])
    """
    # one key of row and place sorts faster than a stable argsort, and comes to the same
    keys = (rows.astype(np.int64) << 32) | np.arange(len(rows))
    keys.sort()
    ordered = keys >> 32
    first = _firsts(ordered)
    sums = np.bincount(first.cumsum() - 1, values[keys & 0xFFFFFFFF])
    return ordered[first].astype(np.int32), np.asarray(sums, dtype=np.float64)


def among(rows: Rows, some: Rows) -> Mask:
    """Tell which rows are among some.

    Args:
        rows: Shape (n,), in any order.
        some: Shape (m,), in any order; best when these are the fewer.

    Returns:
        Shape (n,).

    Example:
        >>> among(np.array([7, 3, 7], np.int32), np.array([8, 7], np.int32)).tolist()
        [True, False, True]
    """
    if not len(some):
        return np.zeros(len(rows), bool)
    ordered = np.sort(some)
    return np.asarray(ordered[_places(ordered, rows)] == rows)


def values_of(rows: Rows, known: Rows, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Look values up by row.

    Args:
        rows: Shape (n,), wanted, in any order.
        known: Shape (m,), rising, no repeats.
        values: Shape (m,), aligned with `known`.

    Returns:
        Shape (n,), 0 where the row is not known.

    Example:
        >>> values_of(np.array([7, 4], np.int32), np.array([3, 7], np.int32), np.array([2.0, 1.5]))
        array([1.5, 0. ])
    """
    if not len(known):
        return np.zeros(len(rows))
    places = _places(known, rows)
    return np.where(known[places] == rows, values[places], 0.0)


def _places(ordered: Rows, rows: Rows) -> NDArray[np.intp]:
    """Give where rows stand, or would stand, in an order that is not empty."""
    return np.minimum(ordered.searchsorted(rows), len(ordered) - 1)


def _firsts(ordered: NDArray[np.integer]) -> Mask:
    first = np.ones(len(ordered), bool)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first
