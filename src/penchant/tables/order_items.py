"""The order items table: one row per product in an order; an order may name a product twice."""

from __future__ import annotations

from penchant import columns as c
from penchant.tables.schema import Column, Kind, TableSchema

ORDER_ITEMS_SCHEMA = TableSchema(
    table=c.ORDER_ITEMS,
    columns=(
        Column(c.ORDER_ID, Kind.ID, ("order", "order_number", "bestellnummer"), required=True),
        Column(
            c.PRODUCT_ID,
            Kind.ID,
            ("sku", "item_id", "article_id", "product", "artikelnummer", "product_code"),
            required=True,
        ),
        Column(c.QUANTITY, Kind.QUANTITY, ("qty", "count", "units", "menge", "anzahl")),
        Column(c.UNIT_PRICE, Kind.MONEY, ("price", "item_price", "price_per_unit", "einzelpreis")),
    ),
    key=(c.ORDER_ID, c.PRODUCT_ID),
)
