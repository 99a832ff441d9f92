"""Links: the graph itself, as FAISS makes it and looks through it, on one byte per number."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

FILE: Final = "links.faiss"
SCALE_FILE: Final = "scale.npy"

LINKS: Final = 32
"""Links per node and level (twice as many on the lowest)."""

CARE: Final = 200
"""Candidates looked at for the links of a new node."""

BESIDE: Final = 96
"""Nodes kept for each node: candidates enough for a page, where some may not be shown."""

CHUNK: Final = 4096
"""Nodes at a time whose nearest are looked for; bounds the memory beside the result."""

_MIDDLE: Final = 128
"""The byte that stands for 0."""


@dataclass(frozen=True, slots=True, eq=False)
class Links:
    """Unit vectors linked to those near them. Threads may share it.

    Their numbers are kept as bytes on one common scale, so that distances are those of whole
    numbers: quicker than to spread each number out again before it is compared, and among unit
    vectors the nearest by distance is the most similar.

    Attributes:
        graph: A faiss.IndexHNSWSQ.
        scale: How many steps of the byte a difference of 1 is, > 0.
    """

    graph: Any
    scale: float

    @classmethod
    def between(cls, vectors: NDArray[np.float32]) -> tuple[Links, NDArray[np.int64]]:
        """Link vectors, one after the other: same vectors, same bytes.

        Args:
            vectors: Shape (n, dim), distinct unit rows.

        Returns:
            The links, and which row each node is of, shape (n,): nodes are numbered so that those
            near each other are so in memory, where they are read one after the other.
        """
        import faiss

        kind, distance = faiss.ScalarQuantizer.QT_8bit_direct, faiss.METRIC_L2
        found = cls(
            faiss.IndexHNSWSQ(vectors.shape[1], kind, LINKS, distance),
            (_MIDDLE - 1) / float(np.abs(vectors).max()),
        )
        found.graph.hnsw.efConstruction = CARE
        threads = faiss.omp_get_max_threads()
        faiss.omp_set_num_threads(1)
        try:
            found.graph.add(found._in_bytes(vectors))
        finally:
            faiss.omp_set_num_threads(threads)
        order = _near_in_memory(found.graph.hnsw)
        found.graph.permute_entries(order)
        return found, order

    def __len__(self) -> int:
        return int(self.graph.ntotal)

    @property
    def dim(self) -> int:
        """Numbers of each vector."""
        return int(self.graph.d)

    def search(self, queries: NDArray[np.float32], breadth: int) -> list[NDArray[np.int64]]:
        """Give the nodes looked at on the way to some vectors.

        Args:
            queries: Shape (n_queries, dim), unit rows.
            breadth: How many nodes, >= 1.

        Returns:
            Per query min(breadth, n) nodes, or fewer where no link leads further; nearest first.
        """
        wanted = min(breadth, len(self))
        asked, how = self._in_bytes(queries), _widely(wanted)
        # one by one: of several together each would wait for threads to be woken
        found = [self.graph.search(one[None], wanted, params=how)[1][0] for one in asked]
        return [nodes[nodes >= 0] for nodes in found]

    def beside(self, nodes: NDArray[np.float32], breadth: int) -> NDArray[np.int32]:
        """Give the nodes nearest to each node, on all threads: no search depends on another.

        Args:
            nodes: What was linked.
            breadth: How many nodes to look at for each, >= BESIDE.

        Returns:
            Shape (n, min(BESIDE, n)), nearest first, so that a node itself comes first but for
            rounding to one byte; -1 where no link leads to more.
        """
        n, how = min(BESIDE, len(self)), _widely(breadth)
        chunks = [nodes[first : first + CHUNK] for first in range(0, len(nodes), CHUNK)]
        found = [self.graph.search(self._in_bytes(one), n, params=how)[1] for one in chunks]
        return np.concatenate([one.astype(np.int32) for one in found])

    def save(self, folder: Path) -> None:
        """Write the links.

        Args:
            folder: Where to.
        """
        import faiss

        (folder / FILE).write_bytes(faiss.serialize_index(self.graph).data)
        np.save(folder / SCALE_FILE, np.float64(self.scale))

    @classmethod
    def load(cls, folder: Path) -> Links:
        """Open what `save` wrote, by memory map.

        Args:
            folder: Where it lies.

        Raises:
            Exception: of several kinds, if a file is damaged.
        """
        import faiss

        graph = faiss.read_index(str(folder / FILE), faiss.IO_FLAG_MMAP_IFC)
        scale = float(np.load(folder / SCALE_FILE, allow_pickle=False))
        if not 0 < scale < np.inf:
            raise ValueError(f"the scale is {scale}, must be a number above 0")
        return cls(graph, scale)

    def _in_bytes(self, vectors: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give numbers that are bytes; what lies beyond them is put at their end."""
        steps = vectors * np.float32(self.scale)
        np.rint(steps, out=steps)
        steps += _MIDDLE
        return np.clip(steps, 1, 2 * _MIDDLE - 1, out=steps)


def _near_in_memory(hnsw: Any) -> NDArray[np.int64]:
    """Give an order of nodes in which those that are linked are close (Cuthill & McKee, 1969)."""
    import faiss
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import reverse_cuthill_mckee

    starts = faiss.vector_to_array(hnsw.offsets)[:-1].astype(np.int64)
    lowest = starts[:, None] + np.arange(hnsw.nb_neighbors(0))  # its links come first
    to = faiss.vector_to_array(hnsw.neighbors)[lowest]
    linked = to >= 0
    ends = np.concatenate([[0], np.cumsum(linked.sum(axis=1))])
    one_way = csr_array((linked[linked], to[linked], ends), shape=(len(to), len(to)))
    both_ways = (one_way + one_way.T).tocsr()
    order: NDArray[np.int32] = reverse_cuthill_mckee(both_ways, symmetric_mode=True)
    return order.astype(np.int64)


@lru_cache(maxsize=64)
def _widely(breadth: int) -> Any:
    import faiss

    return faiss.SearchParametersHNSW(efSearch=breadth)
