"""Retention: what is older than the shop keeps it goes, in portions that hold nobody up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from penchant.settings.serving import PrivacySettings
from penchant.store.database import schema
from penchant.store.database.database import Database
from penchant.store.database.statements import portions

PORTION: Final = 5_000
DAY_US: Final = 86_400_000_000

_EVENTS: Final = schema.events.c
_BEFORE: Final = sa.bindparam("before", type_=sa.BigInteger)
_KEYS: Final[sa.BindParameter[Any]] = sa.bindparam("gone", expanding=True)
_OLD_EVENTS: Final = sa.select(_EVENTS.seq).where(_EVENTS.time_us < _BEFORE)
_OLD_SLATES: Final = sa.select(schema.slates.c.request_id).where(schema.slates.c.made_us < _BEFORE)
_OLD_MOMENTS: Final = (
    sa.select(schema.exposures.c.shown_us).where(schema.exposures.c.shown_us < _BEFORE).distinct()
)
_UNIT: Final = schema.assignments.c.unit_id
_OLD_ASSIGNED: Final = (
    schema.assignments.c.first_us < _BEFORE,
    # a variant stays known as long as an answer of theirs does
    ~sa.exists().where(schema.slates.c.customer_id == _UNIT),
)
_OLD_UNITS: Final = sa.select(_UNIT).where(*_OLD_ASSIGNED).distinct()
_LONG: Final = (
    sa.select(_EVENTS.customer_id)
    .group_by(_EVENTS.customer_id)
    .having(sa.func.count() > sa.bindparam("history", type_=sa.Integer))
)
_BEYOND: Final = (
    sa.select(_EVENTS.seq)
    .where(_EVENTS.customer_id == sa.bindparam("customer", type_=sa.Text))
    .order_by(_EVENTS.time_us.desc(), _EVENTS.seq.desc())
    .offset(sa.bindparam("history", type_=sa.Integer))
)


def prune(
    database: Database, as_of_us: int, privacy: PrivacySettings, history: int
) -> Mapping[str, int]:
    """Delete what is older than it may be kept, and events beyond a customer's newest.

    Args:
        database: Any.
        as_of_us: The moment ages are counted from.
        privacy: How many days each thing is kept.
        history: Newest events of a customer that stay.

    Returns:
        {table: rows deleted}.

    Raises:
        StoreError: if the database does not answer; what was deleted until then stays deleted.
    """
    before = {
        "events": as_of_us - round(privacy.event_days * DAY_US),
        "slates": as_of_us - round(privacy.slate_days * DAY_US),
        "exposures": as_of_us - round(privacy.exposure_days * DAY_US),
    }
    pruned = {
        "events": _delete(database, _OLD_EVENTS, before["events"], _EVENTS.seq)
        + _beyond(database, history),
        "slates": _delete(database, _OLD_SLATES, before["slates"], schema.slates.c.request_id),
        "exposures": _delete(
            database, _OLD_MOMENTS, before["exposures"], schema.exposures.c.shown_us
        ),
    }
    pruned["assignments"] = _assignments(database, before["slates"])
    database.tidy()
    return pruned


def _delete(database: Database, old: sa.Select[Any], before: int, key: sa.Column[Any]) -> int:
    with database.snapshot() as connection:
        keys = connection.scalars(old, {"before": before}).all()
    return _delete_keys(database, keys, key)


def _beyond(database: Database, history: int) -> int:
    with database.snapshot() as connection:
        keys = [
            seq
            for customer in connection.scalars(_LONG, {"history": history}).all()
            for seq in connection.scalars(_BEYOND, {"customer": customer, "history": history})
        ]
    return _delete_keys(database, keys, _EVENTS.seq)


def _assignments(database: Database, before: int) -> int:
    with database.snapshot() as connection:
        units = connection.scalars(_OLD_UNITS, {"before": before}).all()
    statement = sa.delete(schema.assignments).where(_UNIT.in_(_KEYS), *_OLD_ASSIGNED)
    return _in_portions(database, statement, units, {"before": before})


def _delete_keys(database: Database, keys: Sequence[object], key: sa.Column[Any]) -> int:
    return _in_portions(database, sa.delete(key.table).where(key.in_(_KEYS)), keys, {})


def _in_portions(
    database: Database, statement: sa.Delete, keys: Sequence[object], asked: Mapping[str, int]
) -> int:
    deleted = 0
    for some in portions(keys, PORTION):  # others write in between
        with database.write() as connection:
            deleted += connection.execute(statement, {**asked, "gone": list(some)}).rowcount
    return deleted
