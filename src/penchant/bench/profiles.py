"""How fast profiles are made, beside scipy's bare sparse product on the same data."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from penchant.bench.workload import END, Workload, make_workload
from penchant.settings import TasteSettings
from penchant.taste.from_tables import microseconds
from penchant.taste.profile import build_profile, build_profiles
from penchant.taste.weights import Weigher

N_CUSTOMERS = 50_000
N_INTERACTIONS = 1_000_000
N_PRODUCTS = 20_000
DIM = 256
ROUNDS = 3


def bench_profiles() -> dict[str, float]:
    """Time profiles in batch and at request time; the best of three rounds in turn.

    Returns:
        Microseconds per customer: `batch`, `scipy` (the sparse product alone), `ratio`, and
        `request`, one profile from a customer's own event list.
    """
    work = make_workload(
        np.random.default_rng(0),
        n_customers=N_CUSTOMERS,
        n_interactions=N_INTERACTIONS,
        n_products=N_PRODUCTS,
        dim=DIM,
    )
    batch, bare = _batch(work), _bare(work)
    times = np.array([(_seconds(batch), _seconds(bare)) for _ in range(ROUNDS)])
    whole, product = times.min(axis=0) / N_CUSTOMERS * 1e6
    return {
        "customers": N_CUSTOMERS,
        "interactions": N_INTERACTIONS,
        "dim": DIM,
        "batch_us": round(float(whole), 2),
        "scipy_us": round(float(product), 2),
        "ratio": round(float(whole / product), 2),
        "request_us": round(_request_us(work), 1),
    }


def _weigher(work: Workload) -> Weigher:
    return Weigher.from_settings(TasteSettings(), np.ones(len(work.vectors), bool))


def _batch(work: Workload) -> Callable[[], object]:
    histories, weigher = work.histories(), _weigher(work)
    return lambda: build_profiles(
        histories, work.vectors, weigher, as_of_us=microseconds(END), min_interactions=3
    )


def _bare(work: Workload) -> Callable[[], object]:
    from scipy.sparse import csr_array

    histories = work.histories()
    weights = np.ones(len(histories.events), np.float32)
    shape = (len(histories), len(work.vectors))
    matrix = csr_array((weights, histories.events.product_row, histories.starts), shape=shape)
    return lambda: matrix @ work.vectors


def _request_us(work: Workload) -> float:
    histories, weigher = work.histories(), _weigher(work)
    one = [histories.of(row) for row in range(2000)]

    def all_of_them() -> None:
        for history in one:
            build_profile(
                history, work.vectors, weigher, as_of_us=microseconds(END), min_interactions=3
            )

    return min(_seconds(all_of_them) for _ in range(ROUNDS)) / len(one) * 1e6


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
