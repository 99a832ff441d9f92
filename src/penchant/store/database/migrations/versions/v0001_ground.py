"""Events, people, slates, exposures, live products, keys and erasures."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables, in an empty database."""
    _events()
    _people()
    _slates()
    _products_and_keys()
    _erasures()


def _events() -> None:
    op.create_table(
        "events",
        sa.Column(
            "seq",
            sa.BigInteger().with_variant(sa.Integer, "sqlite"),
            primary_key=True,
            autoincrement=True,
        ),
        sa.Column("event_id", sa.Text, nullable=False, unique=True),
        sa.Column("customer_id", sa.Text, nullable=False),
        sa.Column("product_id", sa.Text, nullable=False),
        sa.Column("interaction_type", sa.Text, nullable=False),
        sa.Column("time_us", sa.BigInteger, nullable=False),
        sa.Column("session_id", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("quantity", sa.Double, nullable=False),
        sa.Column("value", sa.Double),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("is_gift", sa.Boolean, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("events_of_customer", "events", ["customer_id", "time_us"])
    of_an_answer = sa.text("request_id != ''")
    op.create_index(
        "events_of_request",
        "events",
        ["request_id"],
        sqlite_where=of_an_answer,
        postgresql_where=of_an_answer,
    )


def _people() -> None:
    op.create_table(
        "aliases",
        sa.Column("anonymous_id", sa.Text, primary_key=True),
        sa.Column("customer_id", sa.Text, nullable=False, index=True),
        sa.Column("at_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "consents",
        sa.Column("customer_id", sa.Text, primary_key=True),
        sa.Column("personalization", sa.Boolean),
        sa.Column("marketing", sa.Boolean),
        sa.Column("at_us", sa.BigInteger, nullable=False),
    )


def _slates() -> None:
    op.create_table(
        "slates",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("customer_id", sa.Text, nullable=False, index=True),
        sa.Column("surface", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("policy", sa.Text, nullable=False),
        sa.Column("build_id", sa.Text, nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False, index=True),
        sa.Column("slots", sa.JSON, nullable=False),
    )
    op.create_table(
        "exposures",
        sa.Column("request_id", sa.Text, primary_key=True),
        sa.Column("slot", sa.Integer, primary_key=True),
        sa.Column("shown_us", sa.BigInteger, nullable=False, index=True),
    )


def _products_and_keys() -> None:
    op.create_table(
        "products",
        sa.Column("product_id", sa.Text, primary_key=True),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("embedding", sa.LargeBinary),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column("added_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("key_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False),
        sa.Column("expires_us", sa.BigInteger),
        sa.Column("revoked_us", sa.BigInteger),
    )
    op.create_table(
        "secrets",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("made_us", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "versions",
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )


def _erasures() -> None:
    op.create_table(
        "erasures",
        sa.Column("receipt_id", sa.Text, primary_key=True),
        sa.Column("person", sa.Text, nullable=False, index=True),
        sa.Column("customer_id", sa.Text),
        sa.Column("visitors", sa.JSON, nullable=False),
        sa.Column("asked_us", sa.BigInteger, nullable=False),
        sa.Column("done_us", sa.BigInteger),
        sa.Column("counts", sa.JSON, nullable=False),
    )
    op.create_table(
        "erased",
        sa.Column("person", sa.Text, primary_key=True),
        sa.Column("asked_us", sa.BigInteger, nullable=False),
    )
