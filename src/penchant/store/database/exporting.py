"""The right of access: everything the database holds of one person, ready to be handed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.aliases import known_as
from penchant.store.database.checks import check_texts
from penchant.store.database.database import Database
from penchant.store.database.erased import People

_NAME: Final = sa.bindparam("name", type_=sa.Text)
_VISITORS: Final = sa.select(schema.aliases.c.anonymous_id, schema.aliases.c.at_us).where(
    schema.aliases.c.customer_id == _NAME
)
_CONSENT: Final = sa.select(schema.consents).where(schema.consents.c.customer_id == _NAME)
_EVENTS: Final = (
    sa.select(*(one for one in schema.events.c if one.name not in {"seq", "customer_id"}))
    .where(schema.events.c.customer_id == _NAME)
    .order_by(schema.events.c.time_us, schema.events.c.seq)
)
_SLATES: Final = (
    sa.select(*(one for one in schema.slates.c if one.name != "customer_id"))
    .where(schema.slates.c.customer_id == _NAME)
    .order_by(schema.slates.c.made_us, schema.slates.c.request_id)
)
_EXPOSURES: Final = (
    sa.select(schema.exposures)
    .join(schema.slates, schema.slates.c.request_id == schema.exposures.c.request_id)
    .where(schema.slates.c.customer_id == _NAME)
    .order_by(schema.exposures.c.shown_us, schema.exposures.c.request_id, schema.exposures.c.slot)
)

_ASSIGNMENTS: Final = (
    sa.select(*(one for one in schema.assignments.c if one.name != "unit_id"))
    .where(schema.assignments.c.unit_id == _NAME)
    .order_by(schema.assignments.c.experiment, schema.assignments.c.variant)
)


def export(database: Database, people: People, customer_id: str) -> Mapping[str, Any]:
    """Give everything the database holds of a person.

    Args:
        database: Any.
        people: Knows who was erased.
        customer_id: Of a customer, or of a visitor: then of the customer they turned out to be.

    Returns:
        JSON-ready; times as ISO 8601 in UTC, durations in milliseconds.

    Raises:
        InputError: if the id is one no database keeps.
        StoreError: if the database does not answer.
    """
    check_texts((customer_id,))
    with database.snapshot() as connection:
        name = known_as(connection, (customer_id,))[customer_id]
        consent = _rows(connection, _CONSENT, name)
        return {
            "customer_id": name,
            "erased_until": _time(people.erased_us(connection, name)),
            "visitors": _rows(connection, _VISITORS, name),
            "consent": consent[0] if consent else None,
            "events": _rows(connection, _EVENTS, name),
            "slates": [_with_slots(one) for one in _rows(connection, _SLATES, name)],
            "exposures": _rows(connection, _EXPOSURES, name),
            "assignments": _rows(connection, _ASSIGNMENTS, name),
        }


def _rows(connection: sa.Connection, statement: sa.Select[Any], name: str) -> list[dict[str, Any]]:
    rows = connection.execute(statement, {"name": name}).mappings()
    return [dict(_readable(name, value) for name, value in row.items()) for row in rows]


def _readable(name: str, value: Any) -> tuple[str, Any]:
    if name == "took_us":  # no moment, but how long it was
        return "took_ms", None if value is None else value / 1000
    return (name.removesuffix("_us"), _time(value)) if name.endswith("_us") else (name, value)


def _with_slots(slate: dict[str, Any]) -> dict[str, Any]:
    names = ("product_id", "source", "score", "propensity")
    slots = [
        {"slot": place, **dict(zip(names, one, strict=True))}
        for place, one in enumerate(slate["slots"], start=1)
    ]
    return slate | {"slots": slots}


def _time(moment_us: int | None) -> str | int | None:
    if moment_us is None:
        return None
    try:
        return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=moment_us)).isoformat()
    except OverflowError:
        return moment_us  # before the year 1 or after 9999: as it is kept
