"""How long one answer takes in each place, from a customer's events to slots with reasons."""

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
from penchant.settings.showing import CART, HOMEPAGE, NEW_ARRIVALS, PRODUCT_PAGE
from penchant.tables.schemas import empty_table

N_PRODUCTS = 100_000
N_CUSTOMERS = 20_000
DIM = 256
N_ASKED = 1000
EXACT = 1 << 40
BARE = "bare_pass"
STEP = 7919
"""Products between what one customer and the next are asked about: a prime, so that all differ."""

TURN = 50
"""Customers asked of one before it is the other's turn: the same load, each with its own cache."""


def bench_recommend(
    n_products: int = N_PRODUCTS, n_customers: int = N_CUSTOMERS, n_asked: int = N_ASKED
) -> Mapping[str, float]:
    """Ask for ten products in each place of a shop, one customer at a time, on one thread.

    Args:
        n_products: Products of the catalogue, with style vectors of 256 numbers.
        n_customers: Customers, with 20 interactions each.
        n_asked: How many of them are asked for.

    Returns:
        Milliseconds at the median and at 99 %: of homepages, of the shop as built and with an exact
        index; of product pages, carts of three products and new arrivals; of homepages for nobody
        known; of one bare pass over the style vectors, in the same run; and the ratios to it.
    """
    shop = _shop(n_products, n_customers)
    works = _works(shop, n_asked)
    n_asked = min(n_asked, n_customers)
    seconds = np.empty((len(works), n_asked))
    with one_thread():
        for first in range(0, n_asked, TURN):
            for row, work in enumerate(works.values()):
                for place in range(first, min(first + TURN, n_asked)):
                    start = time.perf_counter()
                    work(place)
                    seconds[row, place] = time.perf_counter() - start
    half, most = (
        dict(zip(works, found.tolist(), strict=True))
        for found in np.quantile(seconds * 1e3, [0.5, 0.99], axis=1)
    )
    found: dict[str, float] = {"products": n_products}
    for name in works:
        found[f"{name}_p50_ms"] = round(half[name], 2)
        found[f"{name}_p99_ms"] = round(most[name], 2)
        if name != BARE:
            found[f"{name}_to_bare_pass"] = round(half[name] / half[BARE], 2)
    return found


def _works(shop: Shop, n_asked: int) -> Mapping[str, Callable[[int], object]]:
    """Give what is timed, by name; each takes the place of a customer."""
    exact = reopen(shop, replace(shop.settings, index=IndexSettings(exact_below=EXACT)))
    customers, vectors = list(shop.build.customer_ids)[:n_asked], shop.build.styles
    products = list(shop.build.product_ids)

    def ask(shop: Shop, place: int, surface: str = HOMEPAGE, n_about: int = 0) -> object:
        start = place * STEP % (len(products) - n_about)
        about = products[start : start + n_about] or None
        return shop.recommend(
            customers[place], surface=surface, products=about, k=10, request_id="bench"
        )

    return {
        "homepage": lambda place: ask(shop, place),
        "exact": lambda place: ask(exact, place),
        "product_page": lambda place: ask(shop, place, PRODUCT_PAGE, 1),
        "cart": lambda place: ask(shop, place, CART, 3),
        "new_arrivals": lambda place: ask(shop, place, NEW_ARRIVALS),
        "nobody_known": lambda place: shop.recommend(None, k=10, request_id=str(place)),
        BARE: lambda place: vectors @ vectors[place],
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
