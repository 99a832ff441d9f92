"""Exact nearest rows by cosine: one matrix product, block-maximum top-k, float64 finish.

The float32 pass finds candidates, a few more than asked; their similarities are then computed
again in float64 and ordered by (similarity rounded to 1e-9, row). Equal vectors tie exactly,
whatever the batch they were asked in, and ties go to the lower row, which is the lower id.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.index.neighbors import Neighbors, check_query
from penchant.maths.cosines import all_cosines
from penchant.maths.topk import top_k
from penchant.types import Mask, Rows

SPARE = 16
"""Candidates beyond k that the float64 finish may reorder."""

NOISE = 4e-6
"""More than float32 rounding of a unit-row product at any dim in use."""

FEW = 0.4
"""Below this share of eligible rows it is cheaper to gather them than to score all."""

CHUNK_FLOATS = 1 << 25
"""Floats held at a time, scores or gathered candidates: 128 MB."""

PORTION = 4096
"""Near-ties finished in float64 at a time."""


BARRED = np.array([-np.inf, 0.0], np.float32)
"""Added to a score where a row may not be found, and where it may."""


@dataclass(frozen=True, slots=True, eq=False)
class ExactIndex:
    """Unit rows to be searched.

    Attributes:
        vectors: Shape (n, dim), unit rows; rows of zeros are never found.
        present: Shape (n,), which rows may be found.
    """

    vectors: NDArray[np.float32]
    present: Mask

    @classmethod
    def over(cls, vectors: NDArray[np.float32]) -> ExactIndex:
        """Index all rows that hold a vector.

        Args:
            vectors: Shape (n, dim), unit rows or zeros.
        """
        return cls(vectors, np.asarray((vectors != 0).any(axis=1)))

    def query(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        eligible: Mask | None = None,
        excluded: Sequence[Rows] | None = None,
    ) -> Neighbors:
        """Find the k nearest rows of each query.

        Args:
            queries: Shape (n_queries, dim), unit rows; one of zeros is equally near to all.
            k: How many, >= 1.
            eligible: Shape (n,), rows that may be found; absent: all.
            excluded: One array of rows per query, not to be found for it; -1 stands for none.

        Returns:
            Shapes (n_queries, min(k, n)), best first; ties go to the lower row.

        Raises:
            InputError: if the dim of the queries differs, k is below 1, or `eligible` or
                `excluded` has another length.

        Example:
            >>> index = ExactIndex.over(np.eye(3, dtype=np.float32))
            >>> index.query(np.array([[0.6, 0.8, 0.0]], dtype=np.float32), 2).of(0)
            [(1, 0.8...), (0, 0.6...)]
        """
        check_query(self.vectors.shape, queries, k, eligible, excluded)
        mask = self.present if eligible is None else self.present & eligible
        whole = np.count_nonzero(mask) > FEW * len(mask)
        candidates = None if whole else np.flatnonzero(mask)
        n = len(mask) if candidates is None else len(candidates)
        added = BARRED.take(mask.view(np.int8)) if whole else None
        parts = []
        for chunk in _chunks(len(queries), max(n, (k + SPARE) * queries.shape[1])):
            scores = all_cosines(queries[chunk], self.vectors, candidates)
            if added is not None:
                scores += added
            _exclude(scores, excluded, chunk, candidates)
            found = _Scored(scores, candidates)
            parts.append(_finish(found, queries[chunk], self.vectors, min(k, len(mask))))
        return Neighbors(
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.similarities for part in parts]),
        )

    def around(
        self, starts: NDArray[np.float32], k: int, *, eligible: Mask, rows: Rows | None = None
    ) -> Rows:
        """Find the nearest rows of some directions, all together: see `Index.around`.

        Args:
            starts: As there, like all that follows.
            k: How many of each.
            eligible: Rows that may be found.
            rows: Whose vectors the starts are; that changes nothing here.

        Raises:
            InputError: as `query`.
        """
        return self.query(starts, k, eligible=eligible).together()


@dataclass(frozen=True, slots=True, eq=False)
class _Scored:
    """Scores of some rows, shape (n_queries, n); of which rows, None for all."""

    scores: NDArray[np.float32]
    candidates: NDArray[np.intp] | None

    def rows(self, places: NDArray[np.integer]) -> NDArray[np.integer]:
        """Give the rows at some places; -1 stays -1."""
        return places if self.candidates is None else np.append(self.candidates, -1)[places]


def _chunks(n_queries: int, floats_per_query: int) -> Iterator[slice]:
    step = max(1, CHUNK_FLOATS // floats_per_query)
    for first in range(0, max(1, n_queries), step):
        yield slice(first, min(first + step, n_queries))


def _exclude(
    scores: NDArray[np.float32],
    excluded: Sequence[Rows] | None,
    chunk: slice,
    candidates: NDArray[np.intp] | None,
) -> None:
    if excluded is None:
        return
    for number, rows in enumerate(excluded[chunk]):
        if candidates is None:
            scores[number, rows[rows >= 0]] = -np.inf
        else:
            scores[number, np.isin(candidates, rows)] = -np.inf


def _finish(
    found: _Scored, queries: NDArray[np.float32], vectors: NDArray[np.float32], k: int
) -> Neighbors:
    """Order candidates by float64 similarity; widen a query whose candidates end in a near-tie."""
    wide = top_k(found.scores, k + SPARE)
    rows, similarities = _ordered(found.rows(wide.rows), queries, vectors, k)
    if wide.scores.shape[1] > k:
        near = wide.scores[:, -1] >= wide.scores[:, k - 1] - NOISE
        for query in np.flatnonzero(near & np.isfinite(wide.scores[:, -1])):
            enough = np.flatnonzero(found.scores[query] >= wide.scores[query, k - 1] - NOISE)
            one = slice(query, query + 1)
            rows[one], similarities[one] = _best_of(found.rows(enough), queries[one], vectors, k)
    return Neighbors(rows, similarities)


def _best_of(
    rows: NDArray[np.integer], query: NDArray[np.float32], vectors: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    """Order any number of candidates of one query, a portion at a time.

    Of each portion its k best remain: memory stays bounded when half a catalogue ties.
    """
    if not query.any():
        rows = rows[:k]
    best = rows[:0]
    for first in range(0, max(1, len(rows)), PORTION):
        portion = np.union1d(best, rows[first : first + PORTION])
        found, similarities = _ordered(portion[None, :], query, vectors, k)
        best = found[0, found[0] >= 0]
    return found, similarities


def _ordered(
    rows: NDArray[np.integer], queries: NDArray[np.float32], vectors: NDArray[np.float32], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    if not len(vectors):
        rows = np.full((len(queries), k), -1)
        return rows.astype(np.int32), np.full(rows.shape, np.nan)
    found = vectors.take(rows, axis=0).astype(np.float64)
    similarities = np.einsum("qd,qkd->qk", queries.astype(np.float64), found)
    similarities[rows < 0] = np.nan
    rounded = np.where(rows < 0, np.inf, -np.round(similarities, 9))
    order = np.lexsort((rows, rounded), axis=1)[:, :k]
    best = np.take_along_axis(rows, order, axis=1).astype(np.int32)
    return _padded(best, np.take_along_axis(similarities, order, axis=1), k)


def _padded(
    rows: NDArray[np.int32], similarities: NDArray[np.float64], k: int
) -> tuple[NDArray[np.int32], NDArray[np.float64]]:
    if rows.shape[1] == k:
        return rows, similarities
    gap = ((0, 0), (0, k - rows.shape[1]))
    return (
        np.pad(rows, gap, constant_values=-1),
        np.pad(similarities, gap, constant_values=np.nan),
    )
