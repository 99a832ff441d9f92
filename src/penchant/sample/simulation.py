"""A simulation: a crowd visits a shop while an experiment runs; what a service would keep is kept.

Everything is real but the people: the engine answers in the arm each of them was dealt, and
answers, exposures, clicks and purchases go into the shop's database, to be read as any other log.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.experiments.answered import Answered, Exchange, answer_question
from penchant.experiments.arms import Arms
from penchant.question import Question
from penchant.sample.clicks import Look, Temper, look_at
from penchant.sample.crowd import Crowd
from penchant.store.database.store import Store
from penchant.store.database.values import Event, Exposure
from penchant.surfaces import Slate
from penchant.taste.from_tables import microseconds

CLICK_SECONDS = 20
"""Between a look at a slate and a click; twice that until a purchase."""


@dataclass(frozen=True, slots=True)
class Course:
    """How a simulation goes.

    Attributes:
        surface: The place everybody visits.
        k: Slots shown.
        start: Of the first day, with a time zone.
        temper: How readily customers act.
    """

    surface: str
    k: int
    start: datetime
    temper: Temper


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on one day.

    Attributes:
        number: 0-based.
        visits: Slates that were looked at.
        clicks: Slots that were clicked.
        purchases: Products that were bought.
    """

    number: int
    visits: int
    clicks: int
    purchases: int


@dataclass(frozen=True, slots=True)
class _Visit:
    exchange: Exchange
    look: Look
    at: datetime


def simulate(
    arms: Arms,
    store: Store,
    crowd: Crowd,
    visits: NDArray[np.int64],
    course: Course,
    *,
    rng: np.random.Generator,
    on_day: Callable[[Day], None] | None = None,
) -> tuple[Day, ...]:
    """Let a crowd visit, day after day.

    Args:
        arms: The ways the shop answers.
        store: Its database.
        crowd: Who visits.
        visits: Shape (n_visits, 2), day and customer_row, by day: of `clicks.draw_visits`.
        course: Where, when and how.
        rng: Draws looks and names.
        on_day: Told of each day that is over.

    Returns:
        All days on which anybody came.
    """
    days = []
    for number, rows in groupby(visits.tolist(), key=lambda one: one[0]):
        customers = [row for _, row in rows]
        begin = course.start + timedelta(days=number)
        done = list(_visited(arms, crowd, customers, begin, course, rng))
        _keep(store, crowd, done, rng)
        clicks = sum(int(one.look.clicked.sum()) for one in done)
        purchases = sum(int(one.look.bought.sum()) for one in done)
        days.append(Day(number, len(done), clicks, purchases))
        if on_day is not None:
            on_day(days[-1])
    return tuple(days)


def _visited(
    arms: Arms,
    crowd: Crowd,
    customers: list[int],
    begin: datetime,
    course: Course,
    rng: np.random.Generator,
) -> Iterator[_Visit]:
    """Answer everybody of one day, spread over it."""
    for place, row in enumerate(customers):
        at = begin + timedelta(days=(place + 0.5) / (len(customers) + 1))
        question = Question(
            crowd.customer_ids[row], course.surface, k=course.k, request_id=_name(rng)
        )
        exchange = answer_question(arms, question, at=at)
        likings = crowd.likings(row, exchange.slate.product_ids)
        yield _Visit(exchange, look_at(rng, likings, course.temper), at)


def _keep(store: Store, crowd: Crowd, visits: list[_Visit], rng: np.random.Generator) -> None:
    kept: list[Answered] = [
        one.exchange.answered for one in visits if one.exchange.answered is not None
    ]
    store.assignments.keep([one for own in kept for one in own.assignments])
    store.slates.keep([one.slate for one in kept])
    store.slates.expose([seen for one in visits for seen in _seen(one)])
    events = [event for one in visits for event in _events(one, crowd, rng)]
    if events:
        store.events.record(events)


def _seen(visit: _Visit) -> Iterator[Exposure]:
    shown_us = microseconds(visit.at)
    for slot in visit.exchange.slate.slots[: visit.look.seen]:
        yield Exposure(str(visit.exchange.slate.request_id), slot.slot, shown_us)


def _events(visit: _Visit, crowd: Crowd, rng: np.random.Generator) -> Iterator[Event]:
    slate, look = visit.exchange.slate, visit.look
    for slot, clicked, bought in zip(slate.slots, look.clicked, look.bought, strict=True):
        if clicked:
            yield _event(slate, slot.product_id, c.CLICK, visit.at, rng)
        if bought:
            price = crowd.prices[slot.product_id]
            yield _event(slate, slot.product_id, c.PURCHASE, visit.at, rng, value=price)


def _event(
    slate: Slate,
    product_id: str,
    action: str,
    at: datetime,
    rng: np.random.Generator,
    *,
    value: float | None = None,
) -> Event:
    name = _name(rng)
    later = CLICK_SECONDS * (1 if value is None else 2)
    return Event(
        event_id=name,
        customer_id=str(slate.customer_id),
        product_id=product_id,
        interaction_type=action,
        time_us=microseconds(at + timedelta(seconds=later)),
        request_id=str(slate.request_id),
        order_id="" if value is None else name,
        value=value,
        currency="" if value is None else "EUR",
    )


def _name(rng: np.random.Generator) -> str:
    return uuid.UUID(bytes=rng.bytes(16), version=4).hex
