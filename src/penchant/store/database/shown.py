"""Exposures joined by request_id with their answers and with what customers did then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.rows import EVENT, SLATE, event_of, slate_of
from penchant.store.database.statements import portions
from penchant.store.database.values import Event, Exposure, ServedSlate, ShownSlot

_SEEN: Final = schema.exposures.c
_EXPOSURES: Final = (
    sa.select(_SEEN.request_id, _SEEN.slot, _SEEN.shown_us)
    .where(_SEEN.shown_us >= sa.bindparam("since"), _SEEN.shown_us < sa.bindparam("until"))
    .order_by(_SEEN.shown_us, _SEEN.request_id, _SEEN.slot)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_AFTER: Final = _EXPOSURES.where(
    sa.or_(
        _SEEN.shown_us > sa.bindparam("at"),
        sa.and_(_SEEN.shown_us == sa.bindparam("at"), _SEEN.request_id > sa.bindparam("request")),
        sa.and_(
            _SEEN.shown_us == sa.bindparam("at"),
            _SEEN.request_id == sa.bindparam("request"),
            _SEEN.slot > sa.bindparam("slot"),
        ),
    )
)
_REQUESTS: Final[sa.BindParameter[Any]] = sa.bindparam("requests", expanding=True)
_SLATES: Final = sa.select(*SLATE).where(schema.slates.c.request_id.in_(_REQUESTS))
_EVENTS: Final = (
    sa.select(*EVENT)
    # said once more so that the index over events of answers serves
    .where(schema.events.c.request_id != "", schema.events.c.request_id.in_(_REQUESTS))
    .order_by(schema.events.c.time_us, schema.events.c.seq)
)


def read_shown(
    connection: sa.Connection, since_us: int, until_us: int, limit: int, after: Exposure | None
) -> tuple[ShownSlot, ...]:
    """Give a page of what was seen.

    Args:
        connection: Of a snapshot.
        since_us: From when on.
        until_us: Until when, exclusive.
        limit: At most so many.
        after: The last one of the page before.
    """
    asked: dict[str, Any] = {"since": since_us, "until": until_us, "most": limit}
    statement = _EXPOSURES
    if after is not None:
        statement = _AFTER
        asked |= {"at": after.shown_us, "request": after.request_id, "slot": after.slot}
    seen = [Exposure(*row) for row in connection.execute(statement, asked)]
    requests = tuple(dict.fromkeys(one.request_id for one in seen))
    slates, outcomes = _slates(connection, requests), _outcomes(connection, requests)
    return tuple(_joined(one, slates.get(one.request_id), outcomes) for one in seen)


def _slates(connection: sa.Connection, requests: Sequence[str]) -> dict[str, ServedSlate]:
    return {
        slate.request_id: slate
        for some in portions(requests)
        for slate in map(slate_of, connection.execute(_SLATES, {"requests": list(some)}))
    }


def _outcomes(
    connection: sa.Connection, requests: Sequence[str]
) -> Mapping[tuple[str, str], list[Event]]:
    found: dict[tuple[str, str], list[Event]] = defaultdict(list)
    for some in portions(requests):
        for event in map(event_of, connection.execute(_EVENTS, {"requests": list(some)})):
            found[event.request_id, event.product_id].append(event)
    return found


def _joined(
    seen: Exposure,
    slate: ServedSlate | None,
    outcomes: Mapping[tuple[str, str], Sequence[Event]],
) -> ShownSlot:
    if slate is None or not 1 <= seen.slot <= len(slate.slots):
        return ShownSlot(seen, slate, "", None, ())
    slot = slate.slots[seen.slot - 1]
    came_of_it = outcomes.get((seen.request_id, slot.product_id), ())
    return ShownSlot(seen, slate, slot.product_id, slot.propensity, tuple(came_of_it))
