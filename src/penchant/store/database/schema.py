"""The tables of the database, as migrations leave them. Times are microseconds since 1970 UTC."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

METADATA: Final = sa.MetaData()

Id: Final = sa.Text
"""The shop's own ids, of any character but NUL."""

events = sa.Table(
    "events",
    METADATA,
    # in order of writing; SQLite numbers only a plain INTEGER by itself
    sa.Column(
        "seq",
        sa.BigInteger().with_variant(sa.Integer, "sqlite"),
        primary_key=True,
        autoincrement=True,
    ),
    sa.Column("event_id", Id, nullable=False, unique=True),
    sa.Column("customer_id", Id, nullable=False),
    sa.Column("product_id", Id, nullable=False),
    sa.Column("interaction_type", sa.Text, nullable=False),
    sa.Column("time_us", sa.BigInteger, nullable=False),
    sa.Column("session_id", Id, nullable=False),
    sa.Column("request_id", Id, nullable=False),
    sa.Column("order_id", Id, nullable=False),
    sa.Column("quantity", sa.Double, nullable=False),
    sa.Column("value", sa.Double),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("is_gift", sa.Boolean, nullable=False),
    sa.Index("events_of_customer", "customer_id", "time_us"),
    sqlite_autoincrement=True,  # a number is never given twice, not even after an erasure
)
sa.Index(
    "events_of_request",
    events.c.request_id,
    sqlite_where=events.c.request_id != "",
    postgresql_where=events.c.request_id != "",
)

aliases = sa.Table(
    "aliases",
    METADATA,
    sa.Column("anonymous_id", Id, primary_key=True),
    sa.Column("customer_id", Id, nullable=False, index=True),
    sa.Column("at_us", sa.BigInteger, nullable=False),
)

consents = sa.Table(
    "consents",
    METADATA,
    sa.Column("customer_id", Id, primary_key=True),
    sa.Column("personalization", sa.Boolean),
    sa.Column("marketing", sa.Boolean),
    sa.Column("at_us", sa.BigInteger, nullable=False),
)

slates = sa.Table(
    "slates",
    METADATA,
    sa.Column("request_id", Id, primary_key=True),
    sa.Column("customer_id", Id, nullable=False, index=True),
    sa.Column("surface", sa.Text, nullable=False),
    sa.Column("step", sa.Text, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("build_id", sa.Text, nullable=False),
    sa.Column("made_us", sa.BigInteger, nullable=False, index=True),
    # [[product_id, source, score, propensity], ...]: one row is written per answer, not ten
    sa.Column("slots", sa.JSON, nullable=False),
    sa.Column("took_us", sa.BigInteger),
)

assignments = sa.Table(
    "assignments",
    METADATA,
    # a unit has one row per experiment, unless two people with different variants became one
    sa.Column("experiment", sa.Text, primary_key=True),
    sa.Column("unit_id", Id, primary_key=True, index=True),
    sa.Column("variant", sa.Text, primary_key=True),
    sa.Column("design", sa.Text, nullable=False),
    sa.Column("counted", sa.Boolean, nullable=False),
    sa.Column("first_us", sa.BigInteger, nullable=False, index=True),
)

exposures = sa.Table(
    "exposures",
    METADATA,
    sa.Column("request_id", Id, primary_key=True),
    sa.Column("slot", sa.Integer, primary_key=True),
    sa.Column("shown_us", sa.BigInteger, nullable=False, index=True),
)

products = sa.Table(
    "products",
    METADATA,
    sa.Column("product_id", Id, primary_key=True),
    sa.Column("facts", sa.JSON, nullable=False),
    sa.Column("embedding", sa.LargeBinary),
    sa.Column("fingerprint", sa.Text, nullable=False),
    sa.Column("added_us", sa.BigInteger, nullable=False),
)

keys = sa.Table(
    "keys",
    METADATA,
    sa.Column("key_id", sa.Text, primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("secret_hash", sa.Text, nullable=False),
    sa.Column("made_us", sa.BigInteger, nullable=False),
    sa.Column("expires_us", sa.BigInteger),
    sa.Column("revoked_us", sa.BigInteger),
)

erasures = sa.Table(
    "erasures",
    METADATA,
    sa.Column("receipt_id", sa.Text, primary_key=True),
    sa.Column("person", sa.Text, nullable=False, index=True),
    sa.Column("customer_id", Id),
    sa.Column("visitors", sa.JSON, nullable=False),
    sa.Column("asked_us", sa.BigInteger, nullable=False),
    sa.Column("done_us", sa.BigInteger),
    sa.Column("counts", sa.JSON, nullable=False),
)

erased = sa.Table(
    "erased",
    METADATA,
    # of every id a person was known by, also those of visitors merged into them
    sa.Column("person", sa.Text, primary_key=True),
    sa.Column("asked_us", sa.BigInteger, nullable=False),
)

secrets = sa.Table(
    "secrets",
    METADATA,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
    sa.Column("made_us", sa.BigInteger, nullable=False),
)

versions = sa.Table(
    "versions",
    METADATA,
    # {what: number}: raised with each change, so that workers see cheaply that something changed
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)
