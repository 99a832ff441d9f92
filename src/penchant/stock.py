"""From a build to the assortment: products as sources and rules see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.builds import Build
from penchant.candidates.assortment import Assortment
from penchant.candidates.audience import age_group_of, gender_of
from penchant.candidates.facet import Facet
from penchant.index import ExactIndex, PlannedIndex
from penchant.maths.rows import present_rows
from penchant.store.database.values import LiveProduct
from penchant.tables.groups import group_rows
from penchant.tables.words import IN_STOCK, OUT_OF_STOCK
from penchant.types import Mask


def make_assortment(build: Build, *, exact_below: int) -> Assortment:
    """Lay a build's products out for sources and rules.

    Args:
        build: Any.
        exact_below: The setting of the index.
    """
    products = build.products
    return Assortment(
        product_ids=build.product_ids,
        titles=_titles(products),
        in_stock=_in_stock(products),
        index=PlannedIndex(ExactIndex.over(build.styles), build.graph, exact_below),
        popularity=build.demand.popularity,
        links=build.demand.links,
        pairings=build.demand.pairings,
        complements=build.demand.complements,
        created_us=_created_us(products),
        prices=_prices(products),
        group_row=group_rows(products),
        facets={name: Facet.of(labels) for name, labels in _labels(products).items()},
    )


def grow_assortment(stock: Assortment, build: Build, *, exact_below: int) -> Assortment:
    """Lay a grown build's products out, those that are new behind the others.

    Args:
        stock: Of the build as it was.
        build: The same build with more products.
        exact_below: The setting of the index.

    Returns:
        What `make_assortment` gives of the grown build, but for the order of labels.
    """
    n, new = len(stock), build.products[len(stock) :]
    if new.is_empty():
        return stock
    present = np.concatenate([stock.index.present, present_rows(build.styles[n:])])
    return Assortment(
        product_ids=build.product_ids,
        titles=[*stock.titles, *_titles(new)],
        in_stock=np.concatenate([stock.in_stock, _in_stock(new)]),
        index=PlannedIndex(ExactIndex(build.styles, present), build.graph, exact_below),
        popularity=build.demand.popularity,
        links=build.demand.links,
        pairings=build.demand.pairings,
        complements=build.demand.complements,
        created_us=np.concatenate([stock.created_us, _created_us(new)]),
        prices=np.concatenate([stock.prices, _prices(new)]),
        group_row=group_rows(build.products),
        facets={name: stock.facets[name].extended(found) for name, found in _labels(new).items()},
    )


def told_stock(
    build: Build, live: Sequence[LiveProduct], *, since_us: int
) -> tuple[tuple[int, bool], ...]:
    """Give which of a build's products were said to be sold out, or there again, since it was made.

    Args:
        build: Whose products; of others nothing is given.
        live: What was told while the shop is open, each product_id once.
        since_us: When the build was made, microseconds since 1970 UTC: what was told before is in
            its tables.

    Returns:
        (product_row, whether it can be bought) in the order given.
    """
    later = [one for one in live if one.added_us > since_us and c.STOCK_STATUS in one.facts]
    rows = [build.product_ids.find(one.product_id) for one in later]
    said = [one.facts[c.STOCK_STATUS] != OUT_OF_STOCK for one in later]
    return tuple((row, there) for row, there in zip(rows, said, strict=True) if row is not None)


def with_stock(stock: Assortment, told: Sequence[tuple[int, bool]]) -> Assortment:
    """Give the same products where some are sold out, or there again.

    Args:
        stock: As it was; it is not changed.
        told: Of `told_stock`.
    """
    in_stock = stock.in_stock.copy()
    for row, there in told:
        in_stock[row] = there
    return replace(stock, in_stock=in_stock)


def _titles(products: pl.DataFrame) -> list[str]:
    return products[c.TITLE].fill_null(products[c.PRODUCT_ID]).to_list()


def _in_stock(products: pl.DataFrame) -> Mask:
    stock = products[c.STOCK_STATUS].fill_null(IN_STOCK)
    return (stock != OUT_OF_STOCK).to_numpy()


def _created_us(products: pl.DataFrame) -> NDArray[np.int64]:
    unknown = np.iinfo(np.int64).min
    return products[c.CREATED_DATE].dt.epoch("us").fill_null(unknown).to_numpy()


def _prices(products: pl.DataFrame) -> NDArray[np.float64]:
    paid = products[c.SALE_PRICE].fill_null(products[c.PRICE])
    return paid.fill_null(np.nan).to_numpy()


def _labels(products: pl.DataFrame) -> dict[str, list[str | None]]:
    return {
        "category": products[c.CATEGORY].to_list(),
        "gender": [gender_of(one) for one in products[c.GENDER].to_list()],
        "age_group": [age_group_of(one) for one in products[c.AGE_GROUP].to_list()],
        "collection": products[c.COLLECTION].to_list(),
    }
