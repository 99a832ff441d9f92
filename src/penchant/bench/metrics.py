"""How fast rankings are judged, beside numpy's bare search of what was taken in what was shown."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from penchant.evaluation import Offer, Truth, beyond, per_customer
from penchant.maths.rows import unit_rows
from penchant.maths.threads import one_thread

N_CUSTOMERS = 1_000_000
N_PRODUCTS = 100_000
DIM = 64
K = 10
ROUNDS = 3


def bench_metrics() -> dict[str, float]:
    """Judge ten products for each of many customers who took one to three; best of three rounds.

    Returns:
        Customers per second on one thread: `customers_per_s` with all six metrics,
        `isin_per_s` of `np.isin` alone, which says hit or not for each slot; `speed`, the first
        over the second; `beyond_per_s`, with variety, novelty, coverage and the others.
    """
    rng = np.random.default_rng(0)
    rows = _draw_lists(rng)
    truth = _draw_truth(rng)
    keys = np.arange(N_CUSTOMERS)[:, None] * N_PRODUCTS + rows
    taken = truth.keys(N_PRODUCTS)
    offer = _make_shelf(rng)
    ways: tuple[Callable[[], object], ...] = (
        lambda: per_customer(rows, truth, k=K),
        lambda: np.isin(keys, taken),
        lambda: beyond(rows, offer, before=truth, k=K),
    )
    times = np.array([[_seconds(way) for way in ways] for _ in range(ROUNDS)])
    metrics, isin, others = N_CUSTOMERS / times.min(axis=0)
    return {
        "customers": N_CUSTOMERS,
        "products": N_PRODUCTS,
        "k": K,
        "customers_per_s": round(float(metrics)),
        "isin_per_s": round(float(isin)),
        "speed": round(float(metrics / isin), 2),
        "beyond_per_s": round(float(others)),
    }


def _draw_lists(rng: np.random.Generator) -> np.ndarray[tuple[int, int], np.dtype[np.int32]]:
    """Draw K different products each, popular ones more often: one from each of K parts."""
    part = N_PRODUCTS // K
    places = (part * rng.random((N_CUSTOMERS, K)) ** 2).astype(np.int32)
    return np.arange(K, dtype=np.int32) + K * places


def _draw_truth(rng: np.random.Generator) -> Truth:
    customer_row = np.repeat(np.arange(N_CUSTOMERS), rng.integers(1, 4, N_CUSTOMERS))
    product_row = (N_PRODUCTS * rng.random(len(customer_row)) ** 2).astype(np.int32)
    return Truth.from_pairs(customer_row, product_row, n_customers=N_CUSTOMERS)


def _make_shelf(rng: np.random.Generator) -> Offer:
    styles = unit_rows(rng.standard_normal((N_PRODUCTS, DIM), dtype=np.float32))
    touched = (N_CUSTOMERS * rng.random(N_PRODUCTS) ** 8).astype(np.int64)
    every = np.ones(N_PRODUCTS, bool)
    return Offer(every, styles, touched, N_CUSTOMERS, ~every)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    with one_thread():
        work()
    return time.perf_counter() - start
