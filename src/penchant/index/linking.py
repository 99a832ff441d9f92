"""Linking: the graph itself, as FAISS makes it and looks through it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

LINKS = 32
"""Links per node and level (twice as many on the lowest)."""

CARE = 200
"""Candidates looked at for the links of a new node."""

BESIDE = 96
"""Nodes kept for each node: candidates enough for a page, where some may not be shown."""

CHUNK = 4096
"""Nodes at a time whose nearest are looked for; bounds the memory beside the result."""


def link(nodes: NDArray[np.float32]) -> Any:
    """Link nodes, one after the other: same nodes, same bytes.

    Args:
        nodes: Shape (n, dim), distinct unit rows.

    Returns:
        A faiss.IndexHNSWSQ, which keeps one byte per number.
    """
    import faiss

    kind, similarity = faiss.ScalarQuantizer.QT_8bit, faiss.METRIC_INNER_PRODUCT
    graph = faiss.IndexHNSWSQ(nodes.shape[1], kind, LINKS, similarity)
    graph.hnsw.efConstruction = CARE
    threads = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(1)
    try:
        graph.train(nodes)
        graph.add(nodes)
    finally:
        faiss.omp_set_num_threads(threads)
    return graph


def search(graph: Any, queries: NDArray[np.float32], breadth: int) -> list[NDArray[np.int64]]:
    """Give the nodes looked at on the way to some vectors.

    Args:
        graph: Of `link`.
        queries: Shape (n_queries, dim), unit rows.
        breadth: How many nodes, >= 1.

    Returns:
        Per query min(breadth, n) nodes, or fewer where no link leads further; nearest first.
    """
    wanted = min(breadth, graph.ntotal)
    how = _widely(wanted)
    # one by one: of several together each would wait for threads to be woken
    found = [graph.search(query[None], wanted, params=how)[1][0] for query in queries]
    return [nodes[nodes >= 0] for nodes in found]


def beside(graph: Any, nodes: NDArray[np.float32], breadth: int) -> NDArray[np.int32]:
    """Give the nodes nearest to each node, on all threads: no search depends on another.

    Args:
        graph: Of `link`.
        nodes: What was linked.
        breadth: How many nodes to look at for each, >= BESIDE.

    Returns:
        Shape (n, min(BESIDE, n)), nearest first, so that a node itself comes first but for rounding
        to one byte; -1 where no link leads to more.
    """
    n, how = min(BESIDE, graph.ntotal), _widely(breadth)
    chunks = [nodes[first : first + CHUNK] for first in range(0, len(nodes), CHUNK)]
    return np.concatenate([graph.search(one, n, params=how)[1].astype(np.int32) for one in chunks])


@lru_cache(maxsize=64)
def _widely(breadth: int) -> Any:
    import faiss

    return faiss.SearchParametersHNSW(efSearch=breadth)
