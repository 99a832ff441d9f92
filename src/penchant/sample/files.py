"""Where the sample shop's files lie inside the installed package."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from penchant.columns import CUSTOMERS, INTERACTIONS, ORDER_ITEMS, ORDERS, PRODUCTS

FILE_NAMES: Final[dict[str, str]] = {
    PRODUCTS: "products.csv",
    CUSTOMERS: "sample_customers.csv",
    ORDERS: "sample_orders.csv",
    ORDER_ITEMS: "sample_order_items.csv",
    INTERACTIONS: "sample_interactions.csv",
}


def sample_directory() -> Path:
    """Give the directory of the sample shop: five tables and `photos/`.

    Example:
        >>> (sample_directory() / "products.csv").exists()
        True
    """
    return Path(__file__).parent / "shop"


def sample_sources() -> dict[str, Path]:
    """Give the path of each table, by the table's name.

    Example:
        >>> sorted(sample_sources())
        ['customers', 'interactions', 'order_items', 'orders', 'products']
    """
    return {table: sample_directory() / name for table, name in FILE_NAMES.items()}
