"""The orders table: one row per order."""

from __future__ import annotations

from penchant import columns as c
from penchant.tables.schema import Column, Kind, TableSchema
from penchant.tables.words import ORDER_WORDS

ORDERS_SCHEMA = TableSchema(
    table=c.ORDERS,
    columns=(
        Column(
            c.ORDER_ID,
            Kind.ID,
            ("id", "order", "order_number", "bestellnummer"),
            required=True,
        ),
        Column(
            c.CUSTOMER_ID,
            Kind.ID,
            ("user_id", "client_id", "customer", "kundennummer"),
            required=True,
        ),
        Column(
            c.ORDER_DATE,
            Kind.TIME,
            (
                "date",
                "order_timestamp",
                "timestamp",
                "created_at",
                "created",
                "ordered_at",
                "purchase_date",
                "bestelldatum",
            ),
            required=True,
            past=True,
        ),
        Column(c.ORDER_STATUS, Kind.WORD, ("status", "financial_status"), words=ORDER_WORDS),
        Column(c.TOTAL_AMOUNT, Kind.MONEY, ("total", "amount", "order_total", "summe")),
        Column(c.IS_GIFT, Kind.FLAG, ("gift", "gift_order", "is_present", "geschenk")),
        Column(c.OCCASION, aliases=("gift_occasion", "anlass")),
    ),
    key=(c.ORDER_ID,),
    unique_key=True,
)
