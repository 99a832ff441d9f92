"""What only shows when tables stand side by side: ids that point nowhere, rows nobody uses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from penchant import columns as c
from penchant.tables.report import MAX_EXAMPLES, Finding


@dataclass(frozen=True, slots=True)
class _Link:
    """A column of one table whose values should be found in another."""

    table: str
    column: str
    target: str
    code: str
    message: str


_POINTERS = (
    _Link(c.INTERACTIONS, c.PRODUCT_ID, c.PRODUCTS, "unknown_product",
          "Interactions name products that are not in the products table."),
    _Link(c.INTERACTIONS, c.CUSTOMER_ID, c.CUSTOMERS, "unknown_customer",
          "Interactions name customers that are not in the customers table."),
    _Link(c.ORDERS, c.CUSTOMER_ID, c.CUSTOMERS, "unknown_customer",
          "Orders name customers that are not in the customers table."),
    _Link(c.ORDER_ITEMS, c.PRODUCT_ID, c.PRODUCTS, "unknown_product",
          "Order items name products that are not in the products table."),
    _Link(c.ORDER_ITEMS, c.ORDER_ID, c.ORDERS, "item_without_order",
          "Order items belong to no order."),
    _Link(c.ORDERS, c.ORDER_ID, c.ORDER_ITEMS, "order_without_items", "Orders have no items."),
)  # fmt: skip


def cross_check(tables: Mapping[str, pl.DataFrame]) -> tuple[Finding, ...]:
    """Compare tables with each other.

    Args:
        tables: {table name: canonical frame}; tables that are absent are not compared with.

    Returns:
        Warnings, each with the number of rows it concerns and up to five ids: pointers to nothing,
        orders without items, customers without any interaction or order, products never touched,
        and event ids or order lines that repeat.

    Example:
        >>> products = pl.DataFrame({"product_id": ["p1"]})
        >>> seen = pl.DataFrame({"customer_id": ["c1"], "product_id": ["p2"]})
        >>> found = cross_check({"products": products, "interactions": seen})
        >>> [(finding.code, finding.examples) for finding in found]
        [('unknown_product', ('p2',)), ('product_never_touched', ('p1',))]
    """
    pointers = [finding for link in _POINTERS for finding in _dangling(link, tables)]
    return (*pointers, *_unused(tables), *_repeats(tables))


def _dangling(link: _Link, tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    if link.table not in tables or link.target not in tables:
        return []
    lost = tables[link.table].join(tables[link.target], on=link.column, how="anti")[link.column]
    return _warning(link.table, link.code, link.message, lost.drop_nulls())


def _unused(tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    """Find customers and products that no interaction, order or order item names."""
    findings: list[Finding] = []
    users = (
        (c.CUSTOMERS, c.CUSTOMER_ID, (c.INTERACTIONS, c.ORDERS), "customer_without_interactions",
         "Customers have no interaction and no order."),
        (c.PRODUCTS, c.PRODUCT_ID, (c.INTERACTIONS, c.ORDER_ITEMS), "product_never_touched",
         "Products were never viewed, bought or otherwise touched."),
    )  # fmt: skip
    for table, column, by, code, message in users:
        named = [tables[other].select(column) for other in by if other in tables]
        if table in tables and named:
            idle = tables[table].join(pl.concat(named), on=column, how="anti")[column]
            findings += _warning(table, code, message, idle)
    return findings


def _repeats(tables: Mapping[str, pl.DataFrame]) -> list[Finding]:
    findings: list[Finding] = []
    repeats = (
        (c.INTERACTIONS, (c.INTERACTION_ID,), "interaction_id_repeats",
         "Different interactions have the same interaction_id."),
        (c.ORDER_ITEMS, (c.ORDER_ID, c.PRODUCT_ID), "order_item_repeats",
         "Orders name the same product on several lines."),
    )  # fmt: skip
    for table, columns, code, message in repeats:
        if table not in tables or not set(columns) <= set(tables[table].columns):
            continue
        rows = tables[table].select(columns).drop_nulls()
        again = rows.filter(~pl.struct(columns).is_first_distinct())
        findings += _warning(table, code, message, again[columns[0]])
    return findings


def _warning(table: str, code: str, message: str, ids: pl.Series) -> list[Finding]:
    if not len(ids):
        return []
    examples = tuple(ids.unique().sort().head(MAX_EXAMPLES).to_list())
    return [Finding(table, "warning", code, message, len(ids), examples)]
