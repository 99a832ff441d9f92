"""A graph of near rows (FAISS HNSW): the nearest without looking at all, and almost surely.

It finds candidates on vectors of one byte per number; where their similarities are wanted, these
are then computed in float64 from the vectors themselves. Its nodes are the distinct vectors: rows
that share one, such as colours of one photo, would be each other's only neighbors and cut
themselves off.

How widely to look is measured when it is made: see `breadths`.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from penchant.index.breadths import (
    DEPTHS,
    RECALL,
    ROUGH_RECALL,
    breadth_for,
    measured_breadths,
    probes_of,
)
from penchant.index.exact import ExactIndex
from penchant.index.linking import BESIDE, Links
from penchant.maths.cosines import cosines
from penchant.maths.rows import present_rows
from penchant.maths.spans import spans_of
from penchant.types import Rows, Vector

ARRAYS = ("rows", "starts", "breadths", "rough_breadths", "beside")
"""Kept beside the links as `<name>.npy`."""

CLOSE = 32
"""Nodes beyond those wanted that are compared exactly: rounding may have put them behind."""

ROUGHLY = 2
"""How many times more nodes than those make the rough look that finds them worth its time."""


@dataclass(frozen=True, eq=False)
class HnswGraph:
    """The graph over the distinct vectors of some rows. Threads may share it.

    Attributes:
        vectors: Shape (n, dim), unit rows or zeros, which are left out.
        links: Between the nodes, one per distinct vector.
        rows: Shape (n_present,), int32, rows by node, ascending within one.
        starts: Shape (n_nodes + 1,), int64; node i has rows[starts[i]:starts[i + 1]].
        breadths: Shape (3,), int64; nodes to look at for each of DEPTHS, ascending.
        rough_breadths: The same where ROUGH_RECALL will do.
        beside: Shape (n_nodes, BESIDE) or less wide, int32; the nodes nearest to each, itself
            first, nearly all of them: time is no matter here; -1 where there are no more.
    """

    vectors: NDArray[np.float32]
    links: Links
    rows: NDArray[np.int32]
    starts: NDArray[np.int64]
    breadths: NDArray[np.int64]
    rough_breadths: NDArray[np.int64]
    beside: NDArray[np.int32]

    @classmethod
    def over(
        cls, vectors: NDArray[np.float32], tastes: NDArray[np.float32] | None = None
    ) -> HnswGraph:
        """Link all rows that hold a vector, on one thread: same vectors, same bytes.

        Args:
            vectors: Shape (n, dim), unit rows or zeros; at least one that is not zero.
            tastes: Shape (n_customers, dim), what will be asked for, unit rows or zeros: some of
                them say how widely to look. With too few, blends of two rows do.
        """
        present = np.flatnonzero(present_rows(vectors))
        whole = np.ascontiguousarray(vectors[present] + np.float32(0.0))
        as_bytes = whole.view(np.dtype((np.void, whole.shape[1] * whole.itemsize))).ravel()
        _, first, node, sizes = np.unique(
            as_bytes, return_index=True, return_inverse=True, return_counts=True
        )
        probes = probes_of(whole[first], tastes)
        links, order = Links.between(whole[first])
        first, sizes, node = first[order], sizes[order], np.argsort(order)[node]
        truth = ExactIndex.over(whole[first]).query(probes, DEPTHS[-1]).rows
        look = partial(links.search, probes)
        rough = measured_breadths(look, truth, len(links), ROUGH_RECALL)
        sure = measured_breadths(look, truth, len(links), RECALL, rough.tolist())
        return cls(
            vectors=vectors,
            links=links,
            rows=present[np.argsort(node, kind="stable")].astype(np.int32),
            starts=np.concatenate([[0], np.cumsum(sizes)]),
            breadths=sure,
            rough_breadths=rough,
            beside=links.beside(whole[first], breadth_for(sure, BESIDE)),
        )

    def breadth(self, n: int) -> int:
        """Say how many nodes to look at so that nearly all of the n nearest are among them.

        Args:
            n: How many neighbors, >= 1.
        """
        return breadth_for(self.breadths, n)

    def rough_breadth(self, n: int) -> int:
        """Say how many nodes to look at so that most of the n nearest are among them.

        Args:
            n: How many neighbors, >= 1.
        """
        return breadth_for(self.rough_breadths, n)

    def near(self, query: Vector, n: int) -> tuple[Rows, NDArray[np.float64]]:
        """Give the rows of the n nearest distinct vectors, or of all if there are fewer.

        Args:
            query: Shape (dim,), a unit vector.
            n: How many distinct vectors, >= 1.

        Returns:
            Rows, at least n of them, and their similarities in float64; in no order.

        Example:
            >>> rows, similarities = HnswGraph.over(np.eye(3, dtype=np.float32)).near(
            ...     np.array([0.6, 0.8, 0.0], dtype=np.float32), 1
            ... )
            >>> rows.tolist(), similarities.round(6).tolist()
            ([1], [0.8])
        """
        (nodes,) = self.links.search(query[None], self.breadth(n))
        heads = self.heads[nodes]
        if len(nodes) > ROUGHLY * (n + CLOSE):  # a rough look spares the exact one most of them
            rough = self.vectors.take(heads, axis=0) @ query
            best = np.argpartition(-rough, n + CLOSE - 1)[: n + CLOSE]
            nodes, heads = nodes[best], heads[best]
        similarities = cosines(self.vectors, heads, query)
        if len(nodes) > n:
            best = np.argpartition(-similarities, n - 1)[:n]
            nodes, heads, similarities = nodes[best], heads[best], similarities[best]
        if len(self.heads) == len(self.rows):
            return heads, similarities
        places, sizes = spans_of(self.starts, nodes)
        return self.rows[places], np.repeat(similarities, sizes)

    def roughly(self, queries: NDArray[np.float32], n: int, rows: Rows | None = None) -> list[Rows]:
        """Give the rows of all nodes that were looked at for the n nearest, in the graph's order.

        Args:
            queries: Shape (n_queries, dim), unit vectors.
            n: How many distinct vectors, >= 1.
            rows: Shape (n_queries,), whose vectors the queries are: what lies beside those that the
                graph knows was found when it was made.

        Returns:
            Per query, nearest first, as the graph's vectors of one byte per number tell; at least n
            rows, or all.
        """
        if rows is not None and n <= self.beside.shape[1] and (rows < len(self.vectors)).all():
            found = [nodes[nodes >= 0] for nodes in self.beside[self.node_of[rows]]]
        else:
            found = self.links.search(queries, self.rough_breadth(n))
        if len(self.heads) == len(self.rows):
            return [self.heads[nodes] for nodes in found]
        return [self.rows[spans_of(self.starts, nodes)[0]] for nodes in found]

    @cached_property
    def heads(self) -> Rows:
        """Shape (n_nodes,), the first row of each node."""
        return self.rows[self.starts[:-1]]

    @cached_property
    def node_of(self) -> NDArray[np.int32]:
        """Shape (n,), the node of each row; -1 for rows of zeros."""
        found = np.full(len(self.vectors), -1, np.int32)
        found[self.rows] = np.repeat(np.arange(len(self.heads)), np.diff(self.starts))
        return found

    def save(self, folder: Path) -> None:
        """Write the graph.

        Args:
            folder: An empty folder.
        """
        self.links.save(folder)
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path, vectors: NDArray[np.float32]) -> HnswGraph:
        """Open what `save` wrote, by memory map.

        Args:
            folder: Where it lies.
            vectors: Those the graph was made over.

        Raises:
            ValueError: if a file is damaged or does not belong to these vectors.
        """
        read = partial(np.load, mmap_mode="r", allow_pickle=False)
        try:
            links = Links.load(folder)
            arrays = [np.asarray(read(folder / f"{name}.npy")) for name in ARRAYS]
        except Exception as error:  # each of the two readers raises several kinds
            raise ValueError(f"the graph cannot be read: {error}") from error
        found = cls(vectors, links, *arrays)
        found._check()
        return found

    def _check(self) -> None:
        breadths, n_nodes = (len(self.breadths), len(self.rough_breadths)), len(self.starts) - 1
        has = (len(self.links), self.links.dim, int(self.starts[-1]), *breadths, len(self.beside))
        wanted = (n_nodes, self.vectors.shape[1], len(self.rows), *2 * [len(DEPTHS)], n_nodes)
        if has != wanted:
            about = "nodes, dim, rows, breadths, nodes beside"
            raise ValueError(f"the graph has {about} {has}, must have {wanted}")
        for name, least, end in (("rows", 0, len(self.vectors)), ("beside", -1, n_nodes)):
            found = getattr(self, name)
            if not least <= found.min() <= found.max() < end:
                raise ValueError(f"the graph has {name} outside {least} to {end - 1}")
