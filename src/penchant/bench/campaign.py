"""How fast a campaign is, beside the bare matrix product of its customers and new products."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.maths.threads import one_thread
from penchant.settings import Settings, SpaceSettings

if TYPE_CHECKING:
    from penchant.engine import Shop

N_PRODUCTS = 100_000
N_CUSTOMERS = 2048
N_INTERACTIONS = 20 * N_CUSTOMERS
DIM = 256
K = 10
ROUNDS = 3


def bench_campaign() -> dict[str, float]:
    """Time new arrivals for every customer where all products are new; best of three rounds.

    Returns:
        Microseconds per customer on one thread: `campaign`, with exploring and reasons; `product`,
        the matrix product alone; `recommend`, one at a time; `speed`, the part of the product's
        speed that the campaign reaches.
    """
    shop = make_shop(
        np.random.default_rng(0),
        n_products=N_PRODUCTS,
        n_customers=N_CUSTOMERS,
        n_interactions=N_INTERACTIONS,
        dim=DIM,
    )
    whole, bare = _campaign(shop), _product(shop)
    times = np.array([(_seconds(whole), _seconds(bare)) for _ in range(ROUNDS)])
    campaign, product = times.min(axis=0) / len(shop.build.customer_ids) * 1e6
    return {
        "customers": len(shop.build.customer_ids),
        "products": N_PRODUCTS,
        "dim": shop.build.styles.shape[1],
        "campaign_us": round(float(campaign), 1),
        "product_us": round(float(product), 1),
        "recommend_us": round(_recommend_us(shop), 1),
        "speed": round(float(product / campaign), 3),
    }


def make_shop(
    rng: np.random.Generator,
    *,
    n_products: int,
    n_customers: int,
    n_interactions: int,
    dim: int,
) -> Shop:
    """Make a shop in memory whose products are all new, in stock and placed by looks alone.

    Args:
        rng: Draws everything.
        n_products: Products.
        n_customers: Customers.
        n_interactions: Interactions in all.
        dim: Columns of the style vectors.
    """
    from penchant.builds import BuildInputs, Manifest, make_build
    from penchant.engine import Shop
    from penchant.sample.generator import GeneratorSettings, generate_shop
    from penchant.tables import empty_table, read_table

    sizes = GeneratorSettings(
        n_products=n_products,
        n_customers=n_customers,
        n_interactions=n_interactions,
        n_styles=40,
        dim=dim,
    )
    made, end = generate_shop(rng, settings=sizes), sizes.end
    products = read_table(c.PRODUCTS, made.products, as_of=end).frame.with_columns(
        pl.lit(end - timedelta(days=3)).cast(pl.Datetime("us", "UTC")).alias(c.CREATED_DATE),
        pl.lit("in_stock").alias(c.STOCK_STATUS),
    )
    interactions = read_table(c.INTERACTIONS, made.interactions, as_of=end).frame
    settings = Settings(space=SpaceSettings(kind="photo-only", photo_dim=dim))
    inputs = BuildInputs(
        products,
        empty_table(c.CUSTOMERS),
        interactions.with_columns(trust=pl.lit(1.0)),
        made.embeddings,
        "made up",
        settings,
        end,
        {},
    )
    build = make_build(inputs)
    manifest = Manifest(
        build_id=inputs.build_id,
        as_of=end.isoformat(),
        version="",
        inputs={},
        settings=inputs.settings_that_count,
        encoder="made up",
        space={},
        counts=build.counts,
        files={},
    )
    return Shop(manifest, build)


def _campaign(shop: Shop) -> Callable[[], object]:
    return lambda: sum(len(table) for table in shop.campaign(k=K))


def _product(shop: Shop) -> Callable[[], object]:
    from penchant.campaign.campaign import CHUNK

    profiles, vectors = shop.build.profiles, shop.build.styles

    def multiply() -> None:
        with one_thread():
            for first in range(0, len(profiles), CHUNK):
                profiles[first : first + CHUNK] @ vectors.T

    return multiply


def _recommend_us(shop: Shop, n: int = 20) -> float:
    names = [shop.build.customer_ids[row] for row in range(n)]
    return (
        _seconds(lambda: [shop.recommend(one, surface="new_arrivals", k=K) for one in names])
        / n
        * 1e6
    )


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
