"""Which customer a visitor turned out to be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema

_OF_SOME: Final = sa.select(schema.aliases.c.anonymous_id, schema.aliases.c.customer_id).where(
    schema.aliases.c.anonymous_id.in_(sa.bindparam("ids", expanding=True))
)


def known_as(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """Give as whom people are known now.

    Args:
        connection: To read with.
        ids: Of a few customers and visitors.

    Returns:
        {id: customer_id}, of a visitor who was merged the customer, of everybody else the same.
    """
    rows = connection.execute(_OF_SOME, {"ids": list(ids)})
    return {one: one for one in ids} | {row[0]: row[1] for row in rows}
