"""A generated shop's tables, with the column names of every penchant table, and its files."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.errors import InputError
from penchant.sample.behaviour import ACTIONS, Events
from penchant.sample.planting import CATEGORIES, Catalogue

if TYPE_CHECKING:
    from penchant.sample.generator import GeneratedShop

_METALS: Final = ("silver", "gold", "rose gold", "platinum")
_PRICES: Final = (90.0, 130.0, 80.0, 110.0, 70.0, 190.0)
_FORMATS: Final = ("parquet", "csv")


def numbered(prefix: str, n: int) -> pl.Series:
    """Give n ids of one length, so that they sort as their numbers do.

    Example:
        >>> numbered("C", 2).to_list()
        ['C100000', 'C100001']
    """
    start = 10 ** max(5, len(str(n)))
    numbers = pl.Series(np.arange(start, start + n))
    return (
        pl.select(pl.format(prefix + "{}", numbers.cast(pl.String)))[:, 0]
        if n
        else pl.Series([], dtype=pl.String)
    )


def product_frame(
    rng: np.random.Generator, catalogue: Catalogue, product_ids: pl.Series, *, end: datetime
) -> pl.DataFrame:
    """Give the product table; metal, collection and price lean on the style, no more."""
    n = len(catalogue.style)
    usual = catalogue.style % len(_METALS)
    metal = np.where(rng.random(n) < 0.6, usual, rng.integers(len(_METALS), size=n))
    category = catalogue.category
    level = np.array(_PRICES)[category] * (1 + 0.25 * (catalogue.style % 5))
    price = np.round(level * rng.lognormal(0, 0.25, size=n), 2)
    metals, categories = (
        pl.Series(_METALS)[metal.tolist()],
        pl.Series(CATEGORIES)[category.tolist()],
    )
    n_styles = int(catalogue.style.max()) + 1
    line = np.where(rng.random(n) < 0.7, catalogue.style, rng.integers(n_styles, size=n))
    made = [end - timedelta(days=int(d)) for d in rng.integers(1, 720, size=n)]
    frame = pl.DataFrame(
        {
            c.PRODUCT_ID: product_ids,
            c.CATEGORY: categories,
            c.COLLECTION: pl.Series(line).cast(pl.String),
            c.PRICE: price,
            c.CURRENCY: pl.repeat("EUR", n, eager=True),
            c.MATERIAL: metals,
            c.COLOR: metals,
            c.GROUP_ID: pl.Series(catalogue.group).cast(pl.String),
            c.STOCK_STATUS: pl.Series(
                np.where(rng.random(n) < 0.04, "out_of_stock", "in_stock").tolist()
            ),
            c.CREATED_DATE: pl.Series([m.date() for m in made]),
        }
    )
    title = pl.format(
        "{} {} {}", pl.col(c.MATERIAL).str.to_titlecase(), pl.col(c.CATEGORY), pl.col(c.PRODUCT_ID)
    )
    return frame.with_columns(
        pl.format("Series {}", c.COLLECTION).alias(c.COLLECTION),
        pl.format("G{}", c.GROUP_ID).alias(c.GROUP_ID),
        title.alias(c.TITLE),
    )


def interaction_frame(
    events: Events, customer_ids: pl.Series, product_ids: pl.Series, *, days: int, end: datetime
) -> pl.DataFrame:
    """Give the interaction table of events that are sorted by time."""
    start = (end - timedelta(days=days)).timestamp()
    microseconds = ((start + events.day * 86_400) * 1e6).astype(np.int64)
    actions = pl.Series(list(ACTIONS), dtype=pl.String)
    return pl.DataFrame(
        {
            c.INTERACTION_ID: numbered("I", len(events.day)),
            c.CUSTOMER_ID: customer_ids.gather(events.customer),
            c.PRODUCT_ID: product_ids.gather(events.product),
            c.INTERACTION_TYPE: actions.gather(events.action),
            c.TIMESTAMP: pl.Series(microseconds).cast(pl.Datetime("us", "UTC")),
        }
    )


def order_frames(
    interactions: pl.DataFrame, is_gift: NDArray[np.bool_], products: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Turn purchases into orders and order items: one order per customer, day and gift."""
    bought = (
        interactions.with_columns(pl.Series(c.IS_GIFT, is_gift))
        .filter(pl.col(c.INTERACTION_TYPE) == c.PURCHASE)
        .join(
            products.select(c.PRODUCT_ID, pl.col(c.PRICE).alias(c.UNIT_PRICE)),
            on=c.PRODUCT_ID,
            how="left",
            maintain_order="left",
        )
    )
    day = pl.col(c.TIMESTAMP).dt.date().alias("day")
    keys = [c.CUSTOMER_ID, "day", c.IS_GIFT]
    orders = (
        bought.with_columns(day)
        .group_by(keys, maintain_order=True)
        .agg(
            pl.col(c.TIMESTAMP).max().alias(c.ORDER_DATE),
            pl.col(c.UNIT_PRICE).sum().round(2).alias(c.TOTAL_AMOUNT),
        )
    )
    orders = orders.with_columns(
        numbered("O", orders.height).alias(c.ORDER_ID), pl.lit("completed").alias(c.ORDER_STATUS)
    )
    items = bought.with_columns(day).join(
        orders.select(*keys, c.ORDER_ID), on=keys, maintain_order="left"
    )
    return (
        orders.select(
            c.ORDER_ID, c.CUSTOMER_ID, c.ORDER_DATE, c.ORDER_STATUS, c.TOTAL_AMOUNT, c.IS_GIFT
        ),
        items.select(c.ORDER_ID, c.PRODUCT_ID, pl.lit(1).alias(c.QUANTITY), c.UNIT_PRICE),
    )


def write_shop(
    shop: GeneratedShop, directory: Path, *, file_format: str = "parquet"
) -> dict[str, Path]:
    """Write a generated shop as files that can be ingested.

    Purchases go to `orders` and `order_items` alone; the interaction file leaves them out, as a
    shop's own export would. Vectors go to `vectors.npy`, their product ids to `vectors.json`, the
    truth to `truth.npz`.

    Args:
        shop: What `generate_shop` made.
        directory: Made where it is missing.
        file_format: "parquet" or "csv".

    Returns:
        The path of each table, by its name, and "vectors".

    Raises:
        InputError: if the format is unknown.
    """
    if file_format not in _FORMATS:
        raise InputError(f'file_format is "{file_format}", must be one of: {", ".join(_FORMATS)}.')
    directory.mkdir(parents=True, exist_ok=True)
    tables = {
        c.PRODUCTS: shop.products,
        c.CUSTOMERS: pl.DataFrame({c.CUSTOMER_ID: list(shop.customer_ids)}),
        c.ORDERS: shop.orders,
        c.ORDER_ITEMS: shop.order_items,
        c.INTERACTIONS: shop.interactions.filter(pl.col(c.INTERACTION_TYPE) != c.PURCHASE),
    }
    paths = {name: directory / f"{name}.{file_format}" for name in tables}
    for name, table in tables.items():
        if file_format == "csv":
            table.write_csv(paths[name], datetime_format="%Y-%m-%dT%H:%M:%SZ")
        else:
            table.write_parquet(paths[name])
    np.save(directory / "vectors.npy", shop.embeddings)
    (directory / "vectors.json").write_text(json.dumps(list(shop.product_ids)), encoding="utf-8")
    np.savez(
        directory / "truth.npz",
        product_style=shop.product_style,
        customer_styles=shop.customer_styles,
        later_styles=shop.later_styles,
        drifts=shop.drifts,
    )
    return paths | {"vectors": directory / "vectors.npy"}
