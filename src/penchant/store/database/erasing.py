"""Erasing all rows of one person, and of the visitors who were merged into them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.statements import insert_or_raise, portions

_NAME: Final = sa.bindparam("name", type_=sa.Text)
_ALIASES: Final = schema.aliases
_VISITORS: Final = (
    sa.select(_ALIASES.c.anonymous_id)
    .where(_ALIASES.c.customer_id == _NAME)
    .order_by(_ALIASES.c.anonymous_id)
)


def _theirs(column: sa.Column[str]) -> sa.ColumnElement[bool]:
    visitors = sa.select(_ALIASES.c.anonymous_id).where(_ALIASES.c.customer_id == _NAME)
    return sa.or_(column == _NAME, column.in_(visitors))


_SLATES: Final = sa.select(schema.slates.c.request_id).where(_theirs(schema.slates.c.customer_id))
_STEPS: Final = {
    "exposures": sa.delete(schema.exposures).where(schema.exposures.c.request_id.in_(_SLATES)),
    "slates": sa.delete(schema.slates).where(_theirs(schema.slates.c.customer_id)),
    "assignments": sa.delete(schema.assignments).where(_theirs(schema.assignments.c.unit_id)),
    "events": sa.delete(schema.events).where(_theirs(schema.events.c.customer_id)),
    "consents": sa.delete(schema.consents).where(_theirs(schema.consents.c.customer_id)),
    "aliases": sa.delete(_ALIASES).where(_ALIASES.c.customer_id == _NAME),
}
"""In this order: each needs what the later ones take away."""


def erase_rows(connection: sa.Connection, name: str) -> tuple[tuple[str, ...], dict[str, int]]:
    """Delete all rows of a person.

    Args:
        connection: Of a writing transaction.
        name: As whom they are known now.

    Returns:
        The ids of visitors who were merged into them, and {table: rows deleted}.
    """
    visitors = tuple(sorted(connection.scalars(_VISITORS, {"name": name})))
    counts = {
        table: connection.execute(statement, {"name": name}).rowcount
        for table, statement in _STEPS.items()
    }
    return visitors, counts


_NOTE: Final = insert_or_raise(schema.erased, "asked_us")


def note_erased(connection: sa.Connection, people: Mapping[str, int]) -> None:
    """Note until when people's past is not to be known; of two moments the later holds.

    Args:
        connection: Of a writing transaction.
        people: {hash of an id: when it was asked for}.
    """
    rows = [{"person": person, "asked_us": asked_us} for person, asked_us in people.items()]
    for some in portions(rows):
        connection.execute(_NOTE[connection.dialect.name], list(some))
