"""The planned index: exact where that is quick, by the graph where the eligible rows are many.

A graph filtered while it is searched loses recall without a word. Here it gives the n nearest of
all rows, eligible or not, and k eligible ones among those are the k nearest eligible ones. Are
there fewer than k, it is asked for more, and before that costs as much as the exact answer, the
exact answer is given. So no filter lowers recall, and k rows come back whenever k are eligible.

The graph may cover only the first rows: what was added behind them is searched exactly.

What is only to be ranked anew comes in the order of the graph's short vectors, sooner.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.index.exact import ExactIndex
from penchant.index.hnsw import HnswGraph
from penchant.index.neighbors import Neighbors, check_query, together
from penchant.maths.cosines import cosines
from penchant.types import Mask, Rows, Vector

ROWS_PER_NODE = 32
"""Rows scored exactly in the time the graph takes to look at one node."""

SPARE = 32
"""Neighbors asked for beyond those expected to do: what a customer owns lies near the profile."""

OWN = 8
"""The same for candidates: fewer, since a proper look follows where they do not do."""

MORE = 4
"""Times more neighbors that are asked for when too few of them are eligible."""


@dataclass(frozen=True, slots=True, eq=False)
class PlannedIndex:
    """Unit rows to be searched in the quicker of two ways.

    Attributes:
        exact: All rows.
        graph: Over the first of these vectors, as many as it knows; None: every answer is exact.
        exact_below: Where fewer rows are eligible, what `query` answers is exact; where there are
            fewer rows at all, what `around` finds too.
    """

    exact: ExactIndex
    graph: HnswGraph | None
    exact_below: int

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Shape (n, dim), unit rows; rows of zeros are never found."""
        return self.exact.vectors

    @property
    def present(self) -> Mask:
        """Shape (n,), which rows may be found."""
        return self.exact.present

    def query(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        eligible: Mask | None = None,
        excluded: Sequence[Rows] | None = None,
    ) -> Neighbors:
        """Find the k nearest rows of each query, or by the graph nearly all of them.

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
            >>> index = PlannedIndex(ExactIndex.over(np.eye(3, dtype=np.float32)), None, 50_000)
            >>> index.query(np.array([[0.6, 0.8, 0.0]], dtype=np.float32), 2).of(0)
            [(1, 0.8...), (0, 0.6...)]
        """
        check_query(self.vectors.shape, queries, k, eligible, excluded)
        mask = self.present if eligible is None else self.present & eligible
        few = int(np.count_nonzero(mask)) < max(1, self.exact_below)
        if self.graph is None or few or not len(queries):
            return self.exact.query(queries, k, eligible=eligible, excluded=excluded)
        parts = []
        for number, query in enumerate(queries):
            banned = None if excluded is None else excluded[number]
            found = _by_graph(self, self.graph, query, k, mask, banned)
            if found is None:
                alone = None if banned is None else [banned]
                found = self.exact.query(query[None, :], k, eligible=eligible, excluded=alone)
            parts.append(found)
        return Neighbors(
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.similarities for part in parts]),
        )

    def around(
        self, starts: NDArray[np.float32], k: int, *, eligible: Mask, rows: Rows | None = None
    ) -> Rows:
        """Find rows near some directions, all together: see `Index.around`.

        By the graph they come in the order of its short vectors, without a look at the vectors
        themselves: of a hundred some four may be next best, which a ranking that scores all of them
        by several sources does not miss. It is asked wherever that is quicker, however few are
        eligible; and what lies around a row, it knows.

        Args:
            starts: As there, like all that follows.
            k: How many of each.
            eligible: Rows that may be found.
            rows: Whose vectors the starts are.

        Raises:
            InputError: as `query`.
        """
        check_query(self.vectors.shape, starts, k, eligible, None)
        mask = self.present & eligible
        n = None if self.graph is None else _worth_asking(self, self.graph, mask, k)
        if self.graph is None or n is None:
            return self.query(starts, k, eligible=eligible).together()
        looked = zip(starts, self.graph.roughly(starts, n, rows), strict=True)
        found = [(start, near[mask[near]][:k]) for start, near in looked]
        n_known = len(self.graph.vectors)
        return together([_completed(self, start, near, n_known, k, mask) for start, near in found])


def _worth_asking(index: PlannedIndex, graph: HnswGraph, mask: Mask, k: int) -> int | None:
    """Say how many neighbors to ask the graph for; None where exact is cheaper, or wanted."""
    n_eligible = int(np.count_nonzero(mask[: len(graph.vectors)]))
    if not n_eligible or len(mask) < index.exact_below:
        return None
    n = _expected(graph, k, n_eligible) + OWN
    return n if ROWS_PER_NODE * graph.rough_breadth(n) <= n_eligible else None


def _completed(
    index: PlannedIndex, start: Vector, rows: Rows, n_known: int, k: int, mask: Mask
) -> Rows:
    """Add what lies behind the rows the graph knows; where it found too few, look properly."""
    if len(rows) < k:
        return index.query(start[None], k, eligible=mask).together()
    if not mask[n_known:].any():
        return rows
    found = rows, cosines(index.vectors, rows, start)
    return _best(*_with_later(index, found, n_known, start, k, mask, None), k).together()


def _expected(graph: HnswGraph, k: int, n_eligible: int) -> int:
    """Say of how many neighbors k are likely to be eligible."""
    return int(np.ceil(k * len(graph.rows) / n_eligible))


def _by_graph(
    index: PlannedIndex,
    graph: HnswGraph,
    query: Vector,
    k: int,
    mask: Mask,
    banned: Rows | None,
) -> Neighbors | None:
    """Take the k best eligible of the n nearest, for growing n; None when exact is cheaper."""
    n_known = len(graph.vectors)
    n_eligible = int(np.count_nonzero(mask[:n_known]))
    if not n_eligible:
        return None
    n = _expected(graph, k, n_eligible) + SPARE
    while query.any() and ROWS_PER_NODE * graph.breadth(n) <= n_eligible:
        rows, similarities = graph.near(query, n)
        good = mask[rows]
        if banned is not None:
            good &= ~np.isin(rows, banned)
        if np.count_nonzero(good) >= k:
            found = rows[good], similarities[good]
            return _best(*_with_later(index, found, n_known, query, k, mask, banned), k)
        if n >= len(graph.rows):
            break
        n *= MORE
    return None


def _with_later(
    index: PlannedIndex,
    found: tuple[Rows, NDArray[np.float64]],
    n_known: int,
    query: Vector,
    k: int,
    mask: Mask,
    banned: Rows | None,
) -> tuple[Rows, NDArray[np.float64]]:
    """Add the k nearest eligible of those behind the ones the graph knows."""
    if not mask[n_known:].any():
        return found
    later = ExactIndex(index.vectors[n_known:], index.present[n_known:])
    own = None if banned is None else [np.where(banned >= n_known, banned - n_known, -1)]
    near = later.query(query[None, :], k, eligible=mask[n_known:], excluded=own)
    some = near.rows[0] >= 0
    rows = np.concatenate([found[0], near.rows[0][some] + np.int32(n_known)])
    return rows, np.concatenate([found[1], near.similarities[0][some]])


def _best(rows: Rows, similarities: NDArray[np.float64], k: int) -> Neighbors:
    order = np.lexsort((rows, -np.round(similarities, 9)))[:k]
    return Neighbors(rows[None, order], similarities[None, order])
