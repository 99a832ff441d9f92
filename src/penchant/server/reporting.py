"""From a body to recorded events: read one by one, handed over, told what became of each."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Final

from penchant.errors import StoreError
from penchant.server.caller import Caller
from penchant.server.exposing import expose_lists, find_lists
from penchant.server.problems import ProblemError
from penchant.server.recorder import Kept
from penchant.server.service import Service
from penchant.store.event_rows import EventRows, RowProblem, TooManyRowsError, events_from

LARGE_BODY: Final = 4_096
"""Bytes above which a body is read on a thread of its own."""

NOT_YOURS: Final = "not_yours"

TOLD: Final = 20
"""Products that are not known and are named in an answer: enough to see what is wrong with them."""

SLACK_SECONDS: Final = 2.0
"""Beyond what a transaction may take, for the one before it."""


@dataclass(frozen=True, slots=True)
class EventsRead:
    """Events of one request.

    Attributes:
        rows: What was read.
        caller: Who reports.
        unknown: product_ids that the shop does not know, or not yet; none while no build is open.
    """

    rows: EventRows
    caller: Caller
    unknown: tuple[str, ...]

    @property
    def only_customer(self) -> str | None:
        """The one customer they are all of; None: several."""
        customers = {one.customer_id for one in self.rows.events}
        return customers.pop() if len(customers) == 1 else None


def read_events(service: Service, body: bytes, caller: Caller) -> EventsRead:
    """Read the events of a body.

    Args:
        service: For its limits.
        body: As it was sent.
        caller: A page token may only report for its own person.

    Raises:
        ProblemError: if it is no JSON, holds too many, or another person's.
    """
    payload = parse_json(body)
    inside = payload.get("events") if isinstance(payload, Mapping) else None
    rows = payload if isinstance(payload, list) else [payload]
    server, is_page = service.settings.server, caller.customer_id is not None
    most = server.max_page_events if is_page else server.max_events
    limit = "max_page_events" if is_page else "max_events"
    if len(inside if isinstance(inside, list) else rows) > most:
        raise _too_many(most, limit)
    now = datetime.now(UTC)
    try:
        read = events_from(rows, now=now, customer_id=caller.customer_id, most=most)
    except TooManyRowsError:
        raise _too_many(most, limit) from None
    if any(one.code == NOT_YOURS for one in read.rejected):
        raise ProblemError("forbidden", "This page token is for another person.")
    return EventsRead(read, caller, _unknown(service, read))


async def record(service: Service, read: EventsRead) -> dict[str, Any]:
    """Record events and say what became of each.

    Args:
        service: Whose recorder.
        read: What was read.

    Raises:
        ProblemError: if every one was rejected, or a list was another person's.
        StoreError: if they could not be written in time; they may be sent again.
    """
    rows = read.rows
    # first of all: when it is refused, nothing of it was written
    lists = await find_lists(service, rows.shown, read.caller)
    prefix = _own_prefix(read.caller)
    kept = await _written(service, rows, prefix) if rows.events else Kept(0, 0, frozenset())
    await expose_lists(service, lists)
    told = {**_told(rows, kept), "unknown_products": read.unknown[:TOLD]}
    _count(service, told)
    service.metrics.unknown_products(len(read.unknown))
    if rows.rejected and not (rows.events or rows.shown or rows.ignored):
        first = rows.rejected[0]
        raise ProblemError("invalid_input", f"Event {first.place}: {first.reason}", more=told)
    if not (rows.events or rows.shown or rows.ignored):
        raise ProblemError("invalid_input", "There is no event in it.", more=told)
    return told


def parse_json(body: bytes) -> Any:
    """Read JSON.

    Args:
        body: As it was sent.

    Raises:
        ProblemError: if it is none.
    """
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise ProblemError("invalid_json", "The body is no valid JSON.") from None


def _unknown(service: Service, rows: EventRows) -> tuple[str, ...]:
    shop = service.serving.shop
    if shop is None:
        return ()
    named = dict.fromkeys(one.product_id for one in rows.events)
    return tuple(one for one in named if shop.build.product_ids.find(one) is None)


def _own_prefix(caller: Caller) -> str:
    """Give what event_ids of a page begin with: they meet no event but that person's own.

    Else a page could take an id that the shop is about to use for another person's purchase.
    """
    if caller.customer_id is None:
        return ""
    text = caller.customer_id.encode("utf-8", "surrogatepass")
    return f"t:{hashlib.blake2b(text, digest_size=8).hexdigest()}:"


async def _written(service: Service, rows: EventRows, prefix: str) -> Kept:
    events = [replace(one, event_id=prefix + one.event_id) for one in rows.events]
    done = asyncio.wrap_future(service.recorder.record(events))
    seconds = 2 * service.settings.store.write_timeout_ms / 1000 + SLACK_SECONDS
    try:
        kept = await asyncio.wait_for(done, seconds)
    except TimeoutError:
        raise StoreError(
            "The events were not written in time. Send the same ones again: each counts once."
        ) from None
    return replace(kept, ignored=frozenset(one.removeprefix(prefix) for one in kept.ignored))


def _told(rows: EventRows, kept: Kept) -> dict[str, Any]:
    ignored = [one.to_dict() for one in rows.ignored]
    ignored += [
        RowProblem.opted_out(place, event).to_dict()
        for event, place in zip(rows.events, rows.places, strict=True)
        if event.event_id in kept.ignored
    ]
    return {
        "accepted": kept.accepted,
        "duplicates": kept.duplicates,
        "ignored": ignored,
        "rejected": [one.to_dict() for one in rows.rejected],
    }


def _count(service: Service, told: Mapping[str, Any]) -> None:
    service.metrics.events("accepted", told["accepted"])
    service.metrics.events("duplicate", told["duplicates"])
    service.metrics.events("ignored", len(told["ignored"]))
    service.metrics.events("rejected", len(told["rejected"]))


def _too_many(most: int, limit: str) -> ProblemError:
    told = f"More than {most} events in one request; the limit is [server] {limit}."
    return ProblemError("too_large", told)
