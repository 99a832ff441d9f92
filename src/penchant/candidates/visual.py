"""The visual source: products nearest to a vector in the style space, a profile or a product."""

from __future__ import annotations

import numpy as np

from penchant.candidates.candidate import Candidates
from penchant.index import Index
from penchant.types import Mask, Vector


def visual_candidates(
    index: Index, towards: Vector, k: int, *, eligible: Mask, min_similarity: float = -1.0
) -> Candidates:
    """Give the products most similar to a vector.

    Args:
        index: Over the style vectors of all products.
        towards: Shape (dim,), a unit vector.
        k: How many, at most.
        eligible: Shape (n_products,), which may be shown.
        min_similarity: Cosine below which nothing is given.
    """
    found = index.query(towards[None, :], k, eligible=eligible)
    rows, similarities = found.rows[0], found.similarities[0]
    good = (rows >= 0) & (np.nan_to_num(similarities, nan=-2.0) >= min_similarity)
    return Candidates("visual", rows[good], similarities[good])
