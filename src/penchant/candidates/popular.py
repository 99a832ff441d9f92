"""The popularity source: what most customers liked, each customer counted once per product."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.candidate import Candidates, best_rows
from penchant.types import Mask, Rows, Weights


def count_popularity(
    customer_row: Rows, product_row: Rows, weights: Weights, *, n_products: int
) -> NDArray[np.float64]:
    """Sum over customers the largest weight each gave a product.

    A customer who views a product a hundred times counts once, a buyer more than a viewer.

    Args:
        customer_row: Shape (n,).
        product_row: Shape (n,), aligned; -1 is left out.
        weights: Shape (n,), aligned, without recency; only positive ones count.
        n_products: Length of the result.

    Returns:
        Shape (n_products,), >= 0.

    Example:
        >>> one = np.array([0, 0, 1], np.int32)
        >>> count_popularity(one, np.array([1, 1, 1], np.int32), np.array([1.0, 10.0, 1.0]),
        ...                  n_products=2)
        array([ 0., 11.])
    """
    liked = (weights > 0) & (product_row >= 0)
    pairs = (customer_row[liked].astype(np.int64) << 32) | product_row[liked]
    order = np.lexsort((-weights[liked], pairs))
    pairs, weights = pairs[order], weights[liked][order]
    first = np.concatenate([[True], np.diff(pairs) != 0])[: len(pairs)]
    counts = np.bincount(pairs[first] & 0xFFFFFFFF, weights[first], n_products)
    return np.asarray(counts, dtype=np.float64)


def popular_candidates(popularity: NDArray[np.float64], k: int, *, eligible: Mask) -> Candidates:
    """Give the most popular products; those nobody touched are left out.

    Args:
        popularity: Shape (n_products,), of `count_popularity`.
        k: How many, at most.
        eligible: Shape (n_products,), which may be shown.
    """
    best = best_rows(popularity, np.flatnonzero(eligible & (popularity > 0)), k)
    return Candidates("popular", best, popularity[best])
