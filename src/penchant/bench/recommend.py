"""How long one answer takes in each place, from a customer's events to slots with reasons."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.bench.index import plant_styles
from penchant.bench.workload import END, make_workload
from penchant.builds import BuildInputs
from penchant.engine import Shop
from penchant.in_memory import reopen, shop_of
from penchant.maths.threads import one_thread
from penchant.settings import IndexSettings, Settings, SpaceSettings
from penchant.settings.showing import CART, HOMEPAGE, NEW_ARRIVALS, PRODUCT_PAGE
from penchant.tables.schemas import empty_table

N_PRODUCTS = 100_000
N_CUSTOMERS = 20_000
EVENTS_EACH = 20
DIM = 256
N_ASKED = 1000
CATEGORIES = ("ring", "necklace", "earrings", "bracelet", "watch", "pendant")
EXACT = 1 << 40
N_AROUND = 300
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
        products=_products(n_products),
        customers=empty_table(c.CUSTOMERS),
        interactions=_interactions(rng, embeddings, n_customers),
        embeddings=embeddings,
        encoder="planted",
        settings=settings,
        as_of=END,
        digests={},
    )
    return shop_of(inputs)


def _products(n_products: int) -> pl.DataFrame:
    rows = pl.Series("row", range(n_products))
    named = pl.DataFrame(
        {
            c.PRODUCT_ID: "P" + rows.cast(pl.String).str.zfill(7),
            c.TITLE: "Piece " + rows.cast(pl.String),
            c.CATEGORY: pl.Series([CATEGORIES[row % len(CATEGORIES)] for row in range(n_products)]),
            c.PRICE: (rows % 200 + 10).cast(pl.Float64),
        }
    )
    return pl.concat([empty_table(c.PRODUCTS), named], how="diagonal")


def _interactions(
    rng: np.random.Generator, embeddings: NDArray[np.float32], n_customers: int
) -> pl.DataFrame:
    """Give each customer interactions with products around two of them."""
    n = n_customers * EVENTS_EACH
    work = make_workload(
        rng, n_customers=n_customers, n_interactions=n, n_products=len(embeddings), dim=2
    )
    anchors = embeddings[rng.choice(len(embeddings), N_AROUND, replace=False)]
    around = (embeddings @ anchors.T).argmax(axis=1)
    order = np.argsort(around, kind="stable")
    starts = np.searchsorted(around[order], np.arange(N_AROUND + 1))
    likes = rng.integers(0, N_AROUND, (n_customers, 2))
    chosen = likes[work.customer_row, rng.integers(0, 2, n)]
    sizes = starts[chosen + 1] - starts[chosen]
    rows = order[starts[chosen] + (sizes * rng.random(n) ** 2).astype(np.int64)]
    events = replace(work.events, product_row=rows.astype(np.int32))
    frame = replace(work, events=events).frame().with_columns(pl.lit(1.0).alias(c.TRUST))
    return pl.concat([empty_table(c.INTERACTIONS), frame], how="diagonal_relaxed")
