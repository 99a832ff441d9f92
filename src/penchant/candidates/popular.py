"""The popular sources: what most customers like, each customer counted once per product."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.source import first_eligible
from penchant.types import Mask, Rows, Weights


@dataclass(frozen=True, slots=True, eq=False)
class PopularSource:
    """Products by how much customers like them.

    Attributes:
        name: Of the source: "popular" or "trending".
        liked: Shape (n_products,), >= 0.
        order: Shape (n,), products with liked > 0, most liked first.
    """

    name: str
    liked: NDArray[np.floating]
    order: Rows

    def candidates(self, k: int, *, eligible: Mask) -> Rows:
        """Give the k most liked products; those nobody touched are left out.

        Args:
            k: How many, at most.
            eligible: Shape (n_products,), which may be shown.
        """
        return first_eligible(self.order, eligible, k)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Give ln(1 + liked)."""
        return np.asarray(np.log1p(self.liked[rows]), np.float64)


def popular_order(liked: NDArray[np.floating]) -> Rows:
    """Sort products by how much they are liked; ties go to the lower row.

    Args:
        liked: Shape (n_products,), >= 0.

    Returns:
        Shape (n,), those above 0, most liked first.
    """
    order = np.argsort(-liked, kind="stable")
    return np.asarray(order[liked[order] > 0], np.int32)


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
