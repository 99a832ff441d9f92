"""The profiler on a large shop, beside the same formula written as plain loops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from penchant.bench.measure import measure
from penchant.bench.workload import END, Workload, make_workload
from penchant.profiler import CustomerStyleProfiler
from penchant.settings import TasteSettings

N_CUSTOMERS = 50_000
N_INTERACTIONS = 1_000_000
N_PRODUCTS = 20_000
DIM = 1280


def bench_profiler() -> dict[str, float]:
    """Build all profiles of 50,000 customers from 1,000,000 interactions, in two ways.

    Each runs in a process of its own. Memory includes the embeddings and the interactions.

    Returns:
        Seconds and peak MB of the profiler, of the loops, and of the input alone; `speedup`.
    """
    ours, loops, idle = measure(_prepare_ours), measure(_prepare_loops), measure(_prepare_nothing)
    return {
        "customers": N_CUSTOMERS,
        "interactions": N_INTERACTIONS,
        "products": N_PRODUCTS,
        "dim": DIM,
        "seconds": round(ours.seconds, 2),
        "loop_seconds": round(loops.seconds, 2),
        "speedup": round(loops.seconds / ours.seconds, 1),
        "peak_mb": round(ours.peak_mb),
        "loop_peak_mb": round(loops.peak_mb),
        "input_mb": round(idle.peak_mb),
    }


def _workload() -> Workload:
    return make_workload(
        np.random.default_rng(0),
        n_customers=N_CUSTOMERS,
        n_interactions=N_INTERACTIONS,
        n_products=N_PRODUCTS,
        dim=DIM,
    )


def _prepare_ours() -> Callable[[], object]:
    work = _workload()
    embeddings, frame = work.embeddings(), work.frame()
    return lambda: CustomerStyleProfiler(embeddings, as_of=END).build_all_profiles(frame)


def _prepare_loops() -> Callable[[], object]:
    work = _workload()
    embeddings, frame = work.embeddings(), work.frame()
    rows = list(zip(*(frame[name].to_list() for name in frame.columns), strict=True))
    return lambda: loop_profiles(embeddings, rows)


def _prepare_nothing() -> Callable[[], object]:
    work = _workload()
    held = work.embeddings(), work.frame()
    return lambda: held


def loop_profiles(
    embeddings: dict[str, NDArray[np.float32]], rows: list[tuple[str, str, str, object]]
) -> dict[str, NDArray[np.float64]]:
    """Write the formula as anyone would: one interaction after another.

    Args:
        embeddings: {product_id: unit vector}.
        rows: (customer_id, product_id, interaction_type, timestamp).
    """
    weights = TasteSettings().weights
    sums: dict[str, NDArray[np.float64]] = {}
    liked: dict[str, set[str]] = {}
    for customer, product, action, timestamp in rows:
        if product not in embeddings or action not in weights:
            continue
        age_days = (END - timestamp).total_seconds() / 86_400  # type: ignore[operator]
        weight = weights[action] * 0.5 ** (age_days / 30.0)
        if customer not in sums:
            sums[customer] = np.zeros(len(embeddings[product]))
            liked[customer] = set()
        sums[customer] += weight * embeddings[product]
        if weights[action] > 0:
            liked[customer].add(product)
    return {
        customer: total / np.linalg.norm(total)
        for customer, total in sums.items()
        if len(liked[customer]) >= 3
    }
