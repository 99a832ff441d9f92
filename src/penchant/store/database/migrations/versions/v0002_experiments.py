"""Which variant of an experiment people got, and how long an answer took."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the table of assignments, and a column to that of answers."""
    op.add_column("slates", sa.Column("took_us", sa.BigInteger))
    op.create_table(
        "assignments",
        sa.Column("experiment", sa.Text, primary_key=True),
        sa.Column("unit_id", sa.Text, primary_key=True, index=True),
        sa.Column("variant", sa.Text, primary_key=True),
        sa.Column("design", sa.Text, nullable=False),
        sa.Column("counted", sa.Boolean, nullable=False),
        sa.Column("first_us", sa.BigInteger, nullable=False, index=True),
    )
