"""The living: of whom the database knows anything, so that all others need not be asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.database import Database
from penchant.store.database.rows import consent_of
from penchant.store.database.values import Consent

_ACTIVE = sa.select(schema.events.c.customer_id).distinct()
_SAID = sa.select(schema.consents)
_MERGED = sa.select(schema.aliases.c.anonymous_id)
_ERASED = sa.select(schema.erased.c.person, schema.erased.c.asked_us)


@dataclass(frozen=True, slots=True)
class Living:
    """Of whom the database knows anything, at one moment.

    Attributes:
        active: customer_ids with events.
        said: {customer_id: what they allowed}.
        merged: Visitors who turned out to be customers.
        erased: {hash of an id: when the erasure was asked for}.
    """

    active: frozenset[str] = frozenset()
    said: Mapping[str, Consent] = field(default_factory=dict)
    merged: frozenset[str] = frozenset()
    erased: Mapping[str, int] = field(default_factory=dict)


def living(database: Database) -> Living:
    """Give of whom the database knows anything.

    Args:
        database: Any.

    Raises:
        StoreError: if the database does not answer.
    """
    with database.snapshot() as connection:
        return Living(
            active=frozenset(connection.scalars(_ACTIVE)),
            said={one.customer_id: one for one in map(consent_of, connection.execute(_SAID))},
            merged=frozenset(connection.scalars(_MERGED)),
            erased={row.person: row.asked_us for row in connection.execute(_ERASED)},
        )
