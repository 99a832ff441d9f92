"""Numbers that grow with each change, so that workers see cheaply that something changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.database import Database
from penchant.store.database.statements import add_one

_COUNT: Final = add_one(schema.versions, "number")
_ALL: Final = sa.select(schema.versions.c.name, schema.versions.c.number)
_ONE: Final = sa.select(schema.versions.c.number).where(
    schema.versions.c.name == sa.bindparam("name")
)


def raise_version(connection: sa.Connection, name: str) -> None:
    """Count a change, within the transaction that makes it.

    Args:
        connection: Of a writing transaction.
        name: What changed: "products", "keys" or "erasures".
    """
    connection.execute(_COUNT[connection.dialect.name], {"name": name})


def version_of(database: Database, name: str) -> int:
    """Give how often something changed.

    Args:
        database: Any.
        name: What.

    Raises:
        StoreError: if the database does not answer.
    """
    with database.read() as connection:
        return connection.execute(_ONE, {"name": name}).scalar() or 0


def all_versions(database: Database) -> Mapping[str, int]:
    """Give how often each thing changed, in one question; what never did is absent.

    Args:
        database: Any.

    Raises:
        StoreError: if the database does not answer.
    """
    with database.read() as connection:
        return dict(connection.execute(_ALL).all())
