"""Does a space put like with like? Precision of a label among the nearest products."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from penchant.index import ExactIndex
from penchant.types import StyleVectors


def label_precision(
    vectors: StyleVectors, labels: Sequence[str | None], *, k: int = 10
) -> NDArray[np.float64]:
    """Give, for each product, the share of its k nearest others that carry the same label.

    Args:
        vectors: Shape (n_products, dim), unit rows; rows of zeros are left out.
        labels: One per product, such as the category; None is left out.
        k: How many nearest products are looked at.

    Returns:
        Shape (n,), in [0, 1], one per product with a vector and a label, by row. A label of k or
        fewer products cannot reach 1.

    Example:
        >>> label_precision(np.eye(2, dtype=np.float32)[[0, 0, 1, 1]], ["a", "a", "b", "c"], k=1)
        array([1., 1., 0., 0.])
    """
    named = np.array([label or "" for label in labels])
    used = (vectors != 0).any(axis=1) & (named != "")
    rows = np.flatnonzero(used)
    index = ExactIndex(vectors, used)
    own = [np.array([row]) for row in rows]
    found = index.query(vectors[rows], k, excluded=own)
    same = (named[found.rows] == named[rows][:, None]) & (found.rows >= 0)
    return np.asarray(same.sum(axis=1) / k)
