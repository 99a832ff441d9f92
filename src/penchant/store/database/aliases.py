"""Which customer a visitor turned out to be."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.statements import portions

_OF_SOME: Final = sa.select(schema.aliases.c.anonymous_id, schema.aliases.c.customer_id).where(
    schema.aliases.c.anonymous_id.in_(sa.bindparam("ids", expanding=True))
)


def known_as(connection: sa.Connection, ids: Collection[str]) -> dict[str, str]:
    """Give as whom people are known now.

    Args:
        connection: To read with.
        ids: Of customers and visitors; of any of them only once counts.

    Returns:
        {id: customer_id}, of a visitor who was merged the customer, of everybody else the same.
    """
    found = {one: one for one in ids}
    for portion in portions(tuple(found)):
        rows = connection.execute(_OF_SOME, {"ids": list(portion)})
        found.update((row[0], row[1]) for row in rows)
    return found
