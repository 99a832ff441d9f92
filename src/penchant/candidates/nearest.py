"""Nearest: what the visual, similar and pairings sources share, a direction in a space."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.index import Index
from penchant.maths.cosines import cosines
from penchant.types import Mask, Rows, StyleVectors, Vector


@dataclass(frozen=True, slots=True, eq=False)
class NearestSource:
    """Products near a direction, found from one or several others around it.

    Attributes:
        name: Of the source.
        index: Over vectors of all products.
        vector: Shape (dim,), length 1: what products are scored by.
        starts: Shape (n, dim), unit rows: what products are looked up by; of none, the source only
            scores what others propose.
        seeds: Shape (n,), the products that the starts are; None: they are none.
    """

    name: str
    index: Index
    vector: Vector
    starts: StyleVectors
    seeds: Rows | None = None

    def candidates(self, k: int, *, eligible: Mask) -> Rows:
        """Give the nearest products of each start: of one, nearest first; of several, by row.

        Args:
            k: How many of a single start; of several, half as many each.
            eligible: Shape (n_products,), which may be shown.
        """
        if not len(self.starts):
            return np.empty(0, np.int32)
        each = per_start(k, len(self.starts))
        return self.index.around(self.starts, each, eligible=eligible, rows=self.seeds)

    def scores(self, rows: Rows) -> NDArray[np.float64]:
        """Give the cosine of products to the vector; 0 for those without a vector."""
        return cosines(self.index.vectors, rows, self.vector)


def per_start(k: int, n_starts: int) -> int:
    """Say how many products are looked up from each start.

    Args:
        k: Products wanted of a source.
        n_starts: Directions they are looked up by.
    """
    return k if n_starts == 1 else -(-k // 2)
