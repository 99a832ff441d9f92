"""How fast a campaign is, beside the bare matrix product of its customers and new products."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.campaign.by_taste import starts_of
from penchant.campaign.campaign import CHUNK
from penchant.campaign.shortlist import BLOCK, Shortlister
from penchant.maths.threads import one_thread
from penchant.ranking.explore import SIZE
from penchant.settings import IndexSettings, Settings, SpaceSettings
from penchant.types import StyleVectors

if TYPE_CHECKING:
    from penchant.engine import Shop

N_PRODUCTS = 100_000
N_CUSTOMERS = 2048
DIM = 256
K = 10
ROUNDS = 3


def bench_campaign() -> dict[str, float]:
    """Time new arrivals for every customer where all products are new; best of three rounds.

    Returns:
        Microseconds per customer on one thread: `campaign_us`, with exploring and reasons;
        `product_us`, the bare matrix product of the same tastes and styles (`searched` of them a
        customer), as numpy gives it for as many at a time; `blocked_us`, that product a cacheful
        at a time, its scores thrown away; `find_us`, the campaign's own search; `recommend_us`,
        one customer at a time. `speed` is the part of the product's speed that the campaign
        reaches, `of_blocked` that of the blocked product's.
    """
    shop = make_shop(
        np.random.default_rng(0),
        n_products=N_PRODUCTS,
        n_customers=N_CUSTOMERS,
        n_interactions=20 * N_CUSTOMERS,
        dim=DIM,
    )
    tastes = _tastes(shop)
    ways = (_campaign(shop), _product(shop, tastes), _blocked(shop, tastes), _find(shop, tastes))
    times = np.array([[_seconds(way) for way in ways] for _ in range(ROUNDS)])
    campaign, product, blocked, find = times.min(axis=0) / len(shop.build.customer_ids) * 1e6
    return {
        "customers": len(shop.build.customer_ids),
        "products": N_PRODUCTS,
        "dim": shop.build.styles.shape[1],
        "searched": round(len(tastes) / len(shop.build.customer_ids), 2),
        "campaign_us": round(float(campaign), 1),
        "product_us": round(float(product), 1),
        "blocked_us": round(float(blocked), 1),
        "find_us": round(float(find), 1),
        "recommend_us": round(_recommend_us(shop), 1),
        "speed": round(float(product / campaign), 4),
        "of_blocked": round(float(blocked / campaign), 4),
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
    from penchant.builds import BuildInputs
    from penchant.in_memory import shop_of
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
    exact = IndexSettings(exact_below=n_products + 1)
    settings = Settings(space=SpaceSettings(kind="photo-only", photo_dim=dim), index=exact)
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
    return shop_of(inputs)


def _campaign(shop: Shop) -> Callable[[], object]:
    return lambda: sum(len(table) for table in shop.campaign(k=K))


def _tastes(shop: Shop) -> StyleVectors:
    """Give all that is looked up: each customer's taste, and the styles of those with several."""
    requests = [
        shop.visits.request(one, surface="new_arrivals", k=K, as_of_us=shop.moment(None))
        for one in shop.build.customer_ids
    ]
    return np.stack([start for one in requests for start in starts_of(one.visitor)])


def _product(shop: Shop, tastes: StyleVectors) -> Callable[[], object]:
    vectors = shop.build.styles

    def multiply() -> None:
        for first in range(0, len(tastes), CHUNK):
            tastes[first : first + CHUNK] @ vectors.T

    return multiply


def _blocked(shop: Shop, tastes: StyleVectors) -> Callable[[], object]:
    vectors = shop.build.styles
    held = np.empty(CHUNK * BLOCK, np.float32)

    def multiply() -> None:
        for first in range(0, len(tastes), CHUNK):
            part = tastes[first : first + CHUNK]
            for start in range(0, len(vectors), BLOCK):
                block = vectors[start : start + BLOCK]
                out = held[: len(part) * len(block)].reshape(len(part), len(block))
                np.matmul(part, block.T, out=out)

    return multiply


def _find(shop: Shop, tastes: StyleVectors) -> Callable[[], object]:
    rows = np.arange(len(shop.build.styles), dtype=np.int32)
    lists = Shortlister.over(shop.build.styles, (), rows)
    wanted = np.full(len(tastes), 2 * (2 * K + SIZE))
    allowed = np.ones((len(tastes), 1), bool)

    def find() -> None:
        for first in range(0, len(tastes), CHUNK):
            part = slice(first, first + CHUNK)
            lists.find(tastes[part], allowed[part], wanted[part])

    return find


def _recommend_us(shop: Shop, n: int = 20) -> float:
    names = [shop.build.customer_ids[row] for row in range(min(n, len(shop.build.customer_ids)))]

    def one_by_one() -> None:
        for name in names:
            shop.recommend(name, surface="new_arrivals", k=K)

    return _seconds(one_by_one) / len(names) * 1e6


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    with one_thread():
        work()
    return time.perf_counter() - start
