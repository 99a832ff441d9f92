"""A planted catalogue and what customers do with it: everyone likes products around two of many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.bench.workload import make_workload
from penchant.tables.schemas import empty_table

CATEGORIES = ("ring", "necklace", "earrings", "bracelet", "watch", "pendant")
EVENTS_EACH = 20
N_AROUND = 300


def planted_products(n_products: int) -> pl.DataFrame:
    """Give a products table.

    Args:
        n_products: Rows, P0000000 and on.
    """
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


def planted_interactions(
    rng: np.random.Generator, embeddings: NDArray[np.float32], n_customers: int
) -> pl.DataFrame:
    """Give each customer interactions with products around two of some.

    Args:
        rng: Draws everything.
        embeddings: Shape (n_products, dim), of `planted_products`.
        n_customers: Customers, with 20 interactions each on average.
    """
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
