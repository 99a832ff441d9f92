"""A source: one way to find products for a request, and to score any product."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from penchant.maths.falling import falling
from penchant.types import Mask, Rows


class Source(Protocol):
    """What every source is: bound to one request, it proposes products and scores any.

    Attributes:
        name: One of `settings.showing.SOURCES`.
    """

    @property
    def name(self) -> str:
        """Of the source."""
        ...

    def candidates(self, k: int, *, eligible: Mask) -> Rows:
        """Give the source's best products.

        Args:
            k: How many, at most.
            eligible: Shape (n_products,), which may be shown.

        Returns:
            No repeats; best first, but by row where they were looked up from several starts.
        """
        ...

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Score products, whoever proposed them, on the scale that is blended.

        Args:
            rows: Shape (n,), products.

        Returns:
            Shape (n,), finite; never rises along `candidates` that come best first.
        """
        ...


def first_eligible(order: Rows, eligible: Mask, k: int) -> Rows:
    """Give the first k eligible rows of an order, looking no further than needed.

    Args:
        order: Shape (n,), products, best first.
        eligible: Shape (n_products,), which may be shown.
        k: How many, at most.

    Example:
        >>> first_eligible(np.array([2, 0, 1], np.int32), np.array([True, True, False]), 1)
        array([0], dtype=int32)
    """
    found, first, step = order[:0], 0, k + 64
    while first < len(order) and len(found) < k:
        part = order[first : first + step]
        found = np.concatenate([found, part[eligible[part]]])
        first, step = first + step, 2 * step
    return found[:k]


def best_rows(scores: NDArray[np.float64], rows: NDArray[np.intp], k: int) -> Rows:
    """Give the k rows with the highest scores, best first; ties go to the lower row.

    Args:
        scores: Shape (n_products,), without NaN.
        rows: Shape (n,), rows to choose from, rising.
        k: How many, at most.

    Returns:
        Shape (min(k, n),), int32. Cost O(n), not that of a sort.

    Example:
        >>> best_rows(np.array([1.0, 3.0, 2.0, 3.0]), np.arange(4), 3).tolist()
        [1, 3, 2]
    """
    own = scores.take(rows)
    if 0 < k < len(rows):
        enough = np.flatnonzero(own >= np.partition(own, len(own) - k)[len(own) - k])
        rows, own = rows.take(enough), own.take(enough)
    return rows.take(falling(own)[:k]).astype(np.int32)
