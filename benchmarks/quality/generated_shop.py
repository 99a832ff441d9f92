"""A generated shop, read, built and opened in memory: what tests and benchmarks ask."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.engine import Shop
from penchant.in_memory import shop_of
from penchant.sample.generator import GeneratedShop
from penchant.settings import Settings
from penchant.tables import all_interactions, read_table


def inputs_of(shop: GeneratedShop, end: datetime, settings: Settings | None = None) -> BuildInputs:
    """Read a generated shop as one's own tables are read: purchases come from its orders.

    Args:
        shop: The shop.
        end: Reference time of the build.
        settings: Of the shop.
    """
    bought = pl.col(c.INTERACTION_TYPE) == c.PURCHASE
    tables = {
        c.PRODUCTS: shop.products,
        c.CUSTOMERS: pl.DataFrame({c.CUSTOMER_ID: shop.customer_ids}),
        c.INTERACTIONS: shop.interactions.filter(~bought),
        c.ORDERS: shop.orders,
        c.ORDER_ITEMS: shop.order_items,
    }
    return read_inputs(tables, shop.embeddings, end, settings)


def read_inputs(
    tables: dict[str, pl.DataFrame],
    embeddings: np.ndarray | None,
    end: datetime,
    settings: Settings | None = None,
) -> BuildInputs:
    """Read tables.

    Args:
        tables: By name; products at least.
        embeddings: By product_id, sorted.
        end: Reference time of the build.
        settings: Of the shop.
    """
    read = {name: read_table(name, table, as_of=end).frame for name, table in tables.items()}
    parts = (read.get(name) for name in (c.INTERACTIONS, c.ORDERS, c.ORDER_ITEMS))
    none = pl.DataFrame({c.CUSTOMER_ID: []}, {c.CUSTOMER_ID: pl.String})
    return BuildInputs(
        products=read[c.PRODUCTS],
        customers=read.get(c.CUSTOMERS, read_table(c.CUSTOMERS, none, as_of=end).frame),
        interactions=all_interactions(*parts)[0],
        embeddings=embeddings,
        encoder="generated",
        settings=settings or Settings(),
        as_of=end,
        digests={},
    )


def open_inputs(inputs: BuildInputs) -> Shop:
    """Build and open without a disk.

    Args:
        inputs: What the build is made of.
    """
    return shop_of(inputs)
