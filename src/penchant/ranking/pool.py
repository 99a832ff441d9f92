"""A pool: the products all sources propose together, each scored by every source."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.nearest import NearestSource
from penchant.candidates.source import Source
from penchant.maths.cosines import cosines_to_each
from penchant.maths.distinct import distinct
from penchant.types import Mask, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Pool:
    """Candidates of one request.

    Attributes:
        rows: Shape (n,), products, rising.
        scores: Shape (n, n_sources), the score each source gives each product; best with each
            source's together in memory.
        sources: Names of the sources.
    """

    rows: Rows
    scores: NDArray[np.float64]
    sources: tuple[str, ...]

    @classmethod
    def of(cls, sources: Sequence[Source], rows: Rows) -> Pool:
        """Let every source score some products.

        Args:
            sources: At least one.
            rows: Shape (n,), products, rising.
        """
        scores = np.empty((len(rows), len(sources)), order="F")
        near: dict[int, dict[int, NearestSource]] = {}
        for column, one in enumerate(sources):
            if isinstance(one, NearestSource):
                near.setdefault(id(one.index.vectors), {})[column] = one
            else:
                scores[:, column] = one.scores(rows)
        for alike in near.values():
            scores[:, list(alike)] = _read_once(list(alike.values()), rows)
        return cls(rows, scores, tuple(one.name for one in sources))


def _read_once(alike: Sequence[NearestSource], rows: Rows) -> NDArray[np.float64]:
    """Give the scores of sources that look at the same vectors, shape (n, n_sources)."""
    towards = [one.vector for one in alike]
    return cosines_to_each(alike[0].index.vectors, rows, towards).T


def gather_pool(sources: Sequence[Source], *, eligible: Mask, per_source: int) -> Pool:
    """Ask every source for its best products, and let every source score all of them.

    Args:
        sources: At least one.
        eligible: Shape (n_products,), which may be shown.
        per_source: Products each proposes, at most.

    Returns:
        The pool; empty when no source proposes anything.
    """
    proposed = [one.candidates(per_source, eligible=eligible) for one in sources]
    return Pool.of(sources, distinct(np.concatenate(proposed)))
