"""The graph beside the exact index: time of a query, recall, time and size of the build."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from penchant.evaluation import mean_interval
from penchant.index import ExactIndex, HnswGraph, Index, Neighbors, PlannedIndex
from penchant.maths.rows import unit_rows
from penchant.maths.threads import one_thread

N_PRODUCTS = 100_000
DIM = 256
N_STYLES = 300
N_QUERIES = 200
DEPTHS = (10, 500)
SHARES = (1.0, 0.7, 0.025)
TURN = 20
"""Queries asked of one before it is the other's turn: the same load, each with its own cache."""


def bench_index(n_products: int = N_PRODUCTS, n_queries: int = N_QUERIES) -> Mapping[str, float]:
    """Ask both the same, one query at a time, some queries in turn, on one thread.

    Args:
        n_products: How many style vectors of 256 numbers.
        n_queries: How many blends of two products, as profiles of two styles are.

    Returns:
        Of the build: seconds and MB. For k of 10 and 500, and for each percentage of eligible
        products: milliseconds of each at the median and at 99 %, how many times faster the planned
        index is at the median, and its recall, with the low end of its 95 % interval.
    """
    rng = np.random.default_rng(0)
    vectors = plant_styles(rng, n_products, dim=DIM)
    queries = unit_rows(vectors[rng.integers(0, n_products, (n_queries, 2))].sum(axis=1))
    exact = ExactIndex.over(vectors)
    with one_thread():
        start = time.perf_counter()
        graph = HnswGraph.over(vectors)
        seconds = time.perf_counter() - start
        planned = PlannedIndex(exact, graph, exact_below=0)
        found: dict[str, float] = {
            "products": n_products,
            "build_s": round(seconds, 1),
            "graph_mb": _size_mb(graph),
            "vectors_mb": round(vectors.nbytes / 1e6),
        }
        for share in SHARES:
            eligible = rng.random(n_products) < share
            for k in DEPTHS:
                values = _compared(exact, planned, queries, k, eligible)
                found |= {f"{name}_k{k}_{share:.1%}": one for name, one in values.items()}
    return found


def plant_styles(rng: np.random.Generator, n_products: int, *, dim: int) -> NDArray[np.float32]:
    """Make unit vectors in clusters, the first numbers telling more than the last.

    Args:
        rng: Draws everything.
        n_products: How many.
        dim: Length of each.

    Returns:
        Shape (n_products, dim).
    """
    spread = (np.arange(1, dim + 1) ** -0.5).astype(np.float32)
    styles = rng.standard_normal((N_STYLES, dim), dtype=np.float32)
    own = rng.standard_normal((n_products, dim), dtype=np.float32)
    return unit_rows((0.8 * styles[rng.integers(0, N_STYLES, n_products)] + own) * spread)


def recall_of(found: Neighbors, truth: Neighbors) -> float:
    """Give the mean share of the true neighbors that were found.

    Args:
        found: Of some queries.
        truth: The exact answer to the same ones; at least one row each.
    """
    pairs = zip(found.rows, truth.rows, strict=True)
    return float(np.mean([np.isin(true[true >= 0], rows).mean() for rows, true in pairs]))


def _compared(
    exact: ExactIndex,
    planned: PlannedIndex,
    queries: NDArray[np.float32],
    k: int,
    eligible: NDArray[np.bool_],
) -> dict[str, float]:
    both: tuple[Index, Index] = (exact, planned)
    seconds = np.empty((len(both), len(queries)))
    found: tuple[list[Neighbors], ...] = ([], [])
    for first in range(0, len(queries), TURN):
        for place, index in enumerate(both):
            for number in range(first, min(first + TURN, len(queries))):
                start = time.perf_counter()
                answer = index.query(queries[number : number + 1], k, eligible=eligible)
                seconds[place, number] = time.perf_counter() - start
                found[place].append(answer)
    recalls = [recall_of(one, truth) for truth, one in zip(*found, strict=True)]
    recall = mean_interval(np.array(recalls))
    half, most = np.quantile(seconds * 1e3, [0.5, 0.99], axis=1).round(2).tolist()
    return {
        "exact_p50_ms": half[0],
        "planned_p50_ms": half[1],
        "exact_p99_ms": most[0],
        "planned_p99_ms": most[1],
        "times_faster": round(half[0] / half[1], 1),
        "recall": round(recall.value, 4),
        "recall_low": round(recall.low, 4),
    }


def _size_mb(graph: HnswGraph) -> int:
    with tempfile.TemporaryDirectory() as folder:
        graph.save(Path(folder))
        return round(sum(file.stat().st_size for file in Path(folder).iterdir()) / 1e6)
