"""The interactions table: one row per thing a customer did with a product.

`is_gift` may come in and is stored as trust 0. Rows that are the same in every column count once:
trackers send an event twice more often than a customer does the same thing in the same instant.
"""

from __future__ import annotations

from penchant import columns as c
from penchant.tables.schema import Column, Kind, TableSchema
from penchant.tables.words import ACTION_WORDS

INTERACTIONS_SCHEMA = TableSchema(
    table=c.INTERACTIONS,
    columns=(
        Column(
            c.CUSTOMER_ID,
            Kind.ID,
            ("user_id", "client_id", "customer", "visitor_id", "kundennummer"),
            required=True,
        ),
        Column(
            c.PRODUCT_ID,
            Kind.ID,
            ("sku", "item_id", "article_id", "product", "artikelnummer", "product_code"),
            required=True,
        ),
        Column(
            c.INTERACTION_TYPE,
            Kind.WORD,
            ("event", "event_type", "event_name", "action", "type", "interaction"),
            required=True,
            words=ACTION_WORDS,
        ),
        Column(
            c.TIMESTAMP,
            Kind.TIME,
            (
                "ts",
                "date",
                "time",
                "datetime",
                "event_time",
                "event_timestamp",
                "created_at",
                "occurred_at",
                "zeitpunkt",
            ),
            required=True,
            past=True,
        ),
        Column(c.INTERACTION_ID, Kind.ID, ("id", "event_id", "message_id", "uuid")),
        Column(c.SESSION_ID, Kind.ID, ("session", "visit_id")),
        Column(c.TRUST, Kind.TRUST),
        Column(c.IS_GIFT, Kind.FLAG, ("gift", "is_present", "geschenk"), stored=False),
    ),
    key=(c.CUSTOMER_ID, c.TIMESTAMP, c.PRODUCT_ID, c.INTERACTION_TYPE, c.INTERACTION_ID),
    drops_copies=True,
)
