"""Visitors: who may turn out to be a customer, and who is one, as the shop's tables know."""

from __future__ import annotations

from typing import Final

import polars as pl

from penchant import columns as c
from penchant.errors import BuildError, InputError
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import table_file

_PLACES: Final = (
    (c.CUSTOMERS, None),
    (c.ORDERS, None),
    (c.INTERACTIONS, pl.col(c.INTERACTION_TYPE) == c.PURCHASE),
)
"""What makes somebody a customer; views alone may be a visitor's."""


def check_visitor(shop: ShopDirectory, customer_id: str) -> None:
    """Refuse to take a customer of the tables for a visitor: two people would become one for good.

    Events that were recorded while the shop was open are no proof: anybody who may report them
    could make one up, and those of a visitor are in builds as well.

    Args:
        shop: The shop.
        customer_id: Who is said to have been a visitor.

    Raises:
        InputError: if the tables tell of a customer of that id, of an order or of a purchase.
        BuildError: if a table is damaged.
    """
    if any(_is_in(shop, table, only, customer_id) for table, only in _PLACES):
        raise InputError(
            "This visitor is a customer of the shop's tables: two customers cannot be merged. Give "
            "visitors ids of their own."
        )


def _is_in(shop: ShopDirectory, table: str, only: pl.Expr | None, customer_id: str) -> bool:
    path = table_file(shop, table)
    if not path.is_file():
        return False
    same = pl.col(c.CUSTOMER_ID) == customer_id
    wanted = same if only is None else same & only
    try:
        found = pl.scan_parquet(path, glob=False).filter(wanted).select(c.CUSTOMER_ID).head(1)
        return not found.collect().is_empty()
    except (OSError, pl.exceptions.PolarsError, pl.exceptions.PanicException) as error:
        raise BuildError(
            f"{path} is damaged: {str(error).splitlines()[0].rstrip('.')}. Ingest it again."
        ) from error
