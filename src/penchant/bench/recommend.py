"""How long a whole homepage takes, from a customer's events to slots with reasons."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from penchant import columns as c
from penchant.bench.index import plant_styles
from penchant.bench.planted import planted_interactions, planted_products
from penchant.bench.workload import END
from penchant.builds import BuildInputs
from penchant.engine import Shop
from penchant.in_memory import reopen, shop_of
from penchant.maths.threads import one_thread
from penchant.settings import IndexSettings, Settings, SpaceSettings
from penchant.tables.schemas import empty_table

N_PRODUCTS = 100_000
N_CUSTOMERS = 20_000
DIM = 256
N_ASKED = 1000
EXACT = 1 << 40
TURN = 50
"""Customers asked of one before it is the other's turn: the same load, each with its own cache."""


def bench_recommend(
    n_products: int = N_PRODUCTS, n_customers: int = N_CUSTOMERS, n_asked: int = N_ASKED
) -> Mapping[str, float]:
    """Ask for homepages of ten products, one customer at a time, on one thread.

    Args:
        n_products: Products of the catalogue, with style vectors of 256 numbers.
        n_customers: Customers, with 20 interactions each.
        n_asked: How many of them are asked for.

    Returns:
        Milliseconds at the median and at 99 %, of the shop as built and with an exact index; those
        of one bare pass over the style vectors, in the same run; and the ratios to it.
    """
    shop = _shop(n_products, n_customers)
    exact = reopen(shop, replace(shop.settings, index=IndexSettings(exact_below=EXACT)))
    names = list(shop.build.customer_ids)[:n_asked]
    vectors = shop.build.styles
    works: tuple[Callable[[int], object], ...] = (
        lambda place: shop.recommend(names[place], k=10, request_id="bench"),
        lambda place: exact.recommend(names[place], k=10, request_id="bench"),
        lambda place: vectors @ vectors[place],
    )
    seconds = np.empty((len(works), len(names)))
    with one_thread():
        for first in range(0, len(names), TURN):
            for row, work in enumerate(works):
                for place in range(first, min(first + TURN, len(names))):
                    start = time.perf_counter()
                    work(place)
                    seconds[row, place] = time.perf_counter() - start
    half, most = np.quantile(seconds * 1e3, [0.5, 0.99], axis=1).round(2).tolist()
    return {
        "products": n_products,
        "homepage_p50_ms": half[0],
        "homepage_p99_ms": most[0],
        "exact_p50_ms": half[1],
        "exact_p99_ms": most[1],
        "bare_pass_p50_ms": half[2],
        "bare_pass_p99_ms": most[2],
        "homepage_to_bare_pass": round(half[0] / half[2], 2),
        "exact_to_bare_pass": round(half[1] / half[2], 2),
    }


def _shop(n_products: int, n_customers: int) -> Shop:
    rng = np.random.default_rng(0)
    embeddings = plant_styles(rng, n_products, dim=DIM)
    settings = Settings(space=SpaceSettings(kind="raw"))
    inputs = BuildInputs(
        products=planted_products(n_products),
        customers=empty_table(c.CUSTOMERS),
        interactions=planted_interactions(rng, embeddings, n_customers),
        embeddings=embeddings,
        encoder="planted",
        settings=settings,
        as_of=END,
        digests={},
    )
    return shop_of(inputs)
