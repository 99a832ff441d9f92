"""The similar source: products near others, such as the one on the page or those in the cart."""

from __future__ import annotations

import numpy as np

from penchant.candidates.nearest import NearestSource
from penchant.index import Index
from penchant.maths.rows import unit_rows
from penchant.settings.showing import SIMILAR
from penchant.types import Rows


def similar_source(index: Index, seeds: Rows) -> NearestSource | None:
    """Find products by likeness to some.

    Args:
        index: Over the style vectors of all products.
        seeds: Shape (n,), products; each is looked up, their mean scores.

    Returns:
        The source; None when no seed has a style vector.
    """
    known = seeds[index.present[seeds]]
    if not len(known):
        return None
    vectors = index.vectors[known]
    mean = unit_rows(vectors.sum(axis=0, dtype=np.float64)[None])[0].astype(np.float32)
    return NearestSource(SIMILAR, index, mean, vectors, known) if mean.any() else None
