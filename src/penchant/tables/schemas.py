"""All table schemas by name, and an empty table of each."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import polars as pl

from penchant.errors import InputError, did_you_mean
from penchant.tables.customers import CUSTOMERS_SCHEMA
from penchant.tables.interactions import INTERACTIONS_SCHEMA
from penchant.tables.order_items import ORDER_ITEMS_SCHEMA
from penchant.tables.orders import ORDERS_SCHEMA
from penchant.tables.products import PRODUCTS_SCHEMA
from penchant.tables.schema import TableSchema

SCHEMAS: Mapping[str, TableSchema] = MappingProxyType(
    {
        schema.table: schema
        for schema in (
            PRODUCTS_SCHEMA,
            CUSTOMERS_SCHEMA,
            ORDERS_SCHEMA,
            ORDER_ITEMS_SCHEMA,
            INTERACTIONS_SCHEMA,
        )
    }
)


def schema_of(table: str) -> TableSchema:
    """Give the schema of a table.

    Raises:
        InputError: if there is no such table.
    """
    if table in SCHEMAS:
        return SCHEMAS[table]
    known = ", ".join(SCHEMAS)
    raise InputError(f'No table "{table}", must be one of: {known}.{did_you_mean(table, SCHEMAS)}')


def empty_table(table: str) -> pl.DataFrame:
    """Give a table of no rows with the canonical columns and dtypes.

    Args:
        table: One of `columns.TABLES`.

    Raises:
        InputError: if there is no such table.

    Example:
        >>> empty_table("order_items").columns
        ['order_id', 'product_id', 'quantity', 'unit_price']
    """
    return pl.DataFrame(schema=schema_of(table).dtypes())
