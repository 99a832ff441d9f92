"""The log of events: what customers did since the last build, durable before it is acknowledged."""

from __future__ import annotations

import time
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.checks import check_numbers, check_texts
from penchant.store.database.database import Database
from penchant.store.database.refusing import find_unwanted
from penchant.store.database.rows import EVENT, event_of, event_row
from penchant.store.database.standing import Standing, Standings
from penchant.store.database.statements import insert_new
from penchant.store.database.values import Consent, Event, Recorded

_SEQ: Final = schema.events.c.seq
_INSERT: Final = insert_new(schema.events, schema.events.c.event_id)
_SINCE: Final = (
    sa.select(_SEQ, *EVENT)
    .where(sa.bindparam("after", type_=sa.BigInteger) < _SEQ)
    .order_by(_SEQ)
    .limit(sa.bindparam("most", type_=sa.Integer))
)
_LAST: Final = sa.select(sa.func.max(_SEQ))
_COUNT: Final = sa.select(sa.func.count()).select_from(schema.events)


class EventLog:
    """What customers did, in order of writing."""

    def __init__(self, database: Database, standings: Standings):
        self._database = database
        self._standings = standings

    def record(
        self, events: Sequence[Event], *, refuses: Callable[[Consent], bool] | None = None
    ) -> Recorded:
        """Write events in one transaction; when this returns they are on disk.

        Visitors who were merged are written as their customers. What a person did before the
        erasure they asked for is not written; it counts as known. What a clock that is ahead tells
        of happened now: it counts in the next answer.

        Args:
            events: Any number; one whose event_id is there already changes nothing.
            refuses: Tells of somebody's last word whether they refused, and of them only purchases,
                returns and hides are kept; None: of everybody all is.

        Returns:
            Which are new, in the order given.

        Raises:
            InputError: if a text or number is one no database keeps; then nothing is written.
            StoreError: if the database does not answer; then nothing is written.
        """
        check_events(events)
        if not events:
            return Recorded((), ())
        now_us = time.time_ns() // 1000
        with self._database.write() as connection:
            standings = self._standings.of(connection, (one.customer_id for one in events))
            unwanted = find_unwanted(events, standings, refuses) if refuses else ()
            wanted = [one for one in events if one not in unwanted]
            past = {one for one in wanted if _is_past(one, standings, now_us)}
            rows = [_row(one, standings, now_us) for one in wanted if one not in past]
            new = set(connection.scalars(_INSERT[self._database.kind], rows)) if rows else set()
        left_out = tuple(one.event_id for one in events if one in unwanted)
        return replace(_told(wanted, new, past), unwanted=left_out)

    def since(self, seq: int, *, limit: int = 50_000) -> tuple[tuple[int, Event], ...]:
        """Give events in the order of writing, with their numbers.

        Args:
            seq: Number of the last one known already; 0: from the first.
            limit: At most so many.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.snapshot() as connection:
            rows = connection.execute(_SINCE, {"after": seq, "most": limit}).all()
        return tuple((row[0], event_of(row[1:])) for row in rows)

    def last_seq(self) -> int:
        """Give the number of the newest event; 0: there are none.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.read() as connection:
            return connection.scalar(_LAST) or 0

    def count(self) -> int:
        """Give how many events there are.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.snapshot() as connection:
            return connection.scalar(_COUNT) or 0


def check_events(events: Sequence[Event]) -> None:
    """Refuse events no database keeps.

    Args:
        events: Any.

    Raises:
        InputError: if a text holds NUL or half a character, or a number is not finite.
    """
    check_texts(
        text
        for one in events
        for text in (
            one.event_id,
            one.customer_id,
            one.product_id,
            one.interaction_type,
            one.session_id,
            one.request_id,
            one.order_id,
            one.currency,
        )
    )
    check_numbers(one.time_us for one in events)
    check_numbers(float(one.quantity) for one in events)
    check_numbers(float(one.value) for one in events if one.value is not None)


def _is_past(event: Event, standings: Mapping[str, Standing], now_us: int) -> bool:
    return standings[event.customer_id].is_past(event.time_us, now_us)


def _row(event: Event, standings: Mapping[str, Standing], now_us: int) -> dict[str, Any]:
    at_us = min(event.time_us, now_us)
    return event_row(replace(event, time_us=at_us), standings[event.customer_id].customer_id)


def _told(events: Sequence[Event], new: set[str], past: Container[Event]) -> Recorded:
    written, known = [], []
    for one in events:
        if one.event_id in new and one not in past:
            new.discard(one.event_id)  # a second one of that name is known by now
            written.append(one.event_id)
        else:
            known.append(one.event_id)
    return Recorded(tuple(written), tuple(known))
