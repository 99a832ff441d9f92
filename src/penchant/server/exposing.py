"""Exposures: which slots of an answer were really on a screen, told to the answer they are of."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from penchant.server.caller import Caller
from penchant.server.keeper import SECONDS
from penchant.server.problems import ProblemError
from penchant.server.service import Service
from penchant.store.database.values import Exposure, ServedSlate
from penchant.store.event_rows import ShownList

TRIES: Final = 5
PAUSE_SECONDS: Final = SECONDS / 2
"""Between looks for an answer that another worker gave a moment ago and is about to write; all of
them take twice as long as its keeper pauses.
"""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is said to have been shown.

    Attributes:
        request_id: Of which answer.
        slots: 1-based places; None: all of them.
        product_ids: Products instead of places; None: `slots` say it.
        shown_us: When.
    """

    request_id: str
    slots: tuple[int, ...] | None
    product_ids: tuple[str, ...] | None
    shown_us: int


async def expose(service: Service, shown: Sequence[Shown], caller: Caller) -> dict[str, Any]:
    """Write exposures and say what became of each.

    Args:
        service: Whose database.
        shown: What was shown.
        caller: A page token may only report for its own person.

    Raises:
        ProblemError: if an answer was another person's.
        StoreError: if they could not be written; they may be sent again.
    """
    return await _write(service, shown, await _find_own(service, shown, caller))


@dataclass(frozen=True, slots=True)
class ListsFound:
    """Lists of products that were shown, and the answers they are of.

    Attributes:
        shown: The lists.
        slates: {request_id: answer} of those that are known.
    """

    shown: tuple[Shown, ...]
    slates: Mapping[str, ServedSlate]


async def find_lists(service: Service, lists: Sequence[ShownList], caller: Caller) -> ListsFound:
    """Find the answers of lists of products; nothing is written yet.

    Args:
        service: Whose database.
        lists: Of `events_from`; those that name no answer tell nothing.
        caller: A page token may only report for its own person.

    Raises:
        ProblemError: if an answer was another person's.
        StoreError: if the database does not answer.
    """
    shown = tuple(
        Shown(one.request_id, None, one.product_ids, one.shown_us)
        for one in lists
        if one.request_id
    )
    return ListsFound(shown, await _find_own(service, shown, caller) if shown else {})


async def expose_lists(service: Service, found: ListsFound) -> None:
    """Write exposures that came as lists of products; those of no known answer tell nothing.

    Args:
        service: Whose database.
        found: By `find_lists`.

    Raises:
        StoreError: if they could not be written; they may be sent again.
    """
    if found.slates:
        await _write(service, found.shown, found.slates)


async def _find_own(
    service: Service, shown: Sequence[Shown], caller: Caller
) -> Mapping[str, ServedSlate]:
    slates = await _find(service, {one.request_id for one in shown})
    if caller.customer_id is not None:
        await service.chores.run(partial(_check_own, service, slates, caller.customer_id))
    return slates


async def _write(
    service: Service, shown: Sequence[Shown], slates: Mapping[str, ServedSlate]
) -> dict[str, Any]:
    good: list[Exposure] = []
    ignored = []
    for place, one in enumerate(shown):
        slots, reason = _slots_of(one, slates.get(one.request_id))
        good += [Exposure(one.request_id, slot, one.shown_us) for slot in slots]
        if reason:
            ignored.append({"place": place, "code": "not_found", "reason": reason})
    new = 0
    if good:
        new = await service.chores.run(lambda: service.link.store.slates.expose(good))
    return {"accepted": new, "duplicates": len(good) - new, "ignored": ignored}


async def _find(service: Service, request_ids: set[str]) -> Mapping[str, ServedSlate]:
    found: dict[str, ServedSlate] = {}
    for left in range(TRIES, 0, -1):
        missing = request_ids - found.keys()
        found |= await service.chores.run(partial(_look_up, service, missing))
        if found.keys() == request_ids or left == 1:
            break
        await asyncio.sleep(PAUSE_SECONDS)
    return found


def _look_up(service: Service, request_ids: set[str]) -> dict[str, ServedSlate]:
    waiting = {one: service.keeper.find(one) for one in request_ids}
    found = {name: slate for name, slate in waiting.items() if slate is not None}
    return found | service.link.store.slates.slates(request_ids - found.keys())


def _check_own(service: Service, slates: Mapping[str, ServedSlate], customer_id: str) -> None:
    """Refuse answers of others; a visitor's are the customer's once they are merged."""
    others = {one.customer_id for one in slates.values()} - {customer_id, ""}
    if not others:
        return
    people = service.link.store.people
    own = people.resolve(customer_id)
    if any(people.resolve(one) != own for one in others):
        raise ProblemError("forbidden", "This page token is for another person.")


def _slots_of(shown: Shown, slate: ServedSlate | None) -> tuple[tuple[int, ...], str]:
    """Give the slots that are of the answer, and what is wrong with the others."""
    if slate is None:
        return (), "No such answer is kept: its request_id is not known."
    slots = tuple(one.slot for one in slate.slots)
    if shown.product_ids is not None:
        wanted = set(shown.product_ids)
        return tuple(one.slot for one in slate.slots if one.product_id in wanted), ""
    if shown.slots is None:
        return slots, ""
    known = tuple(dict.fromkeys(one for one in shown.slots if one in slots))
    lacking = sorted(set(shown.slots) - set(slots))
    reason = f"The answer has no slot {', '.join(str(one) for one in lacking[:5])}."
    return known, reason if lacking else ""
