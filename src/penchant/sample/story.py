"""What the sample customers did from January to June 2026, as their stories would have it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

import numpy as np

from penchant.columns import (
    ADD_TO_CART,
    ADD_TO_WISHLIST,
    CLICK,
    HIDE,
    PURCHASE,
    REMOVE_FROM_CART,
    RETURN,
    VIEW,
)
from penchant.sample.catalogue import product_rows
from penchant.sample.design import Design, designs
from penchant.sample.people import PEOPLE, Person, Tastes

_START: Final = datetime(2026, 1, 4, 8, tzinfo=UTC)
_DRIFT: Final = datetime(2026, 4, 1, tzinfo=UTC)
_DAYS: Final = 172
_CANCELLED: Final = {(3, 1), (14, 0)}
_RETURNED: Final = {(6, 2), (15, 1)}


@dataclass(frozen=True, slots=True)
class Order:
    """One order: its customer, time, products and status; `occasion` is set for gifts."""

    customer: Person
    at: datetime
    products: tuple[str, ...]
    status: str
    occasion: str


@dataclass(frozen=True, slots=True)
class Event:
    """One interaction of the sample shop."""

    customer: Person
    product_id: str
    action: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Story:
    """All orders and interactions, each by time."""

    orders: tuple[Order, ...]
    events: tuple[Event, ...]


@cache
def story() -> Story:
    """Tell the whole half year, the same at every call."""
    orders: list[Order] = []
    events: list[Event] = []
    for person in PEOPLE:
        rng = np.random.default_rng([2026, person.number])
        own = _orders(person, rng)
        orders += own
        events += _events(person, own, rng)
    return Story(
        tuple(sorted(orders, key=lambda o: (o.at, o.customer.number))),
        tuple(sorted(events, key=lambda e: (e.at, e.customer.number))),
    )


def _tastes_at(person: Person, at: datetime) -> Tastes:
    return person.later if person.later and at >= _DRIFT else person.tastes


def _turn_of(tastes: Tastes, number: int) -> str:
    # a golden-ratio walk visits each style as often as its share, even in a short life
    place, reached = (number + 0.5) * 0.618034 % 1.0, 0.0
    for style, share in tastes:
        reached += share
        if place < reached:
            return style
    return tastes[-1][0]


def _liking(design: Design, style: str, person: Person) -> float:
    share = 1.0 if design.style == style else 0.0
    metal = 1.0 if design.metal in person.metals else 0.2
    category = 1.0 if not person.categories or design.category in person.categories else 0.0
    return share * metal * category


def _draw(
    person: Person, at: datetime, rng: np.random.Generator, taken: set[str], tastes: Tastes = ()
) -> str:
    on_sale = {
        row.product_id
        for row in product_rows()
        if row.stock_status == "in_stock" and row.created_date < at.date() - timedelta(days=7)
    }
    style = _turn_of(tastes or _tastes_at(person, at), len(taken))
    open_to = [d for d in designs() if d.product_id in on_sale - taken]
    weights = np.array([_liking(d, style, person) for d in open_to])
    chosen = open_to[int(rng.choice(len(open_to), p=weights / weights.sum()))]
    taken.add(chosen.product_id)
    return chosen.product_id


def _moment(person: Person, rng: np.random.Generator, low: float, high: float) -> datetime:
    registered = datetime.fromisoformat(person.registered).replace(tzinfo=UTC, hour=8)
    start = max(_START, registered + timedelta(days=1))
    day = int(rng.uniform(low, high) * (_START + timedelta(days=_DAYS) - start).days)
    return start + timedelta(
        days=day, minutes=int(rng.integers(0, 13 * 60)), seconds=int(rng.integers(60))
    )


def _orders(person: Person, rng: np.random.Generator) -> list[Order]:
    found: list[Order] = []
    taken: set[str] = set()
    for number in range(person.n_orders):
        at = _moment(
            person, rng, (number + 0.35) / person.n_orders, (number + 0.95) / person.n_orders
        )
        gift = person.gift if number == 0 else ""
        tastes: Tastes = ((gift, 1.0),) if gift else ()
        buyer = replace(person, categories=(), metals=("silver", "gold")) if gift else person
        count = 2 if rng.random() < 0.35 and not gift else 1
        products = tuple(_draw(buyer, at, rng, taken, tastes) for _ in range(count))
        found.append(
            Order(person, at, products, _status(person, number), "birthday" if gift else "")
        )
    return found


def _status(person: Person, number: int) -> str:
    if (person.number, number) in _CANCELLED:
        return "cancelled"
    return "returned" if (person.number, number) in _RETURNED else "completed"


def _events(person: Person, orders: list[Order], rng: np.random.Generator) -> list[Event]:
    found = _special(person, orders, rng)
    taken = {p for order in orders for p in order.products}
    for order in orders:
        before = timedelta(days=int(rng.integers(1, 6)), minutes=int(rng.integers(5, 300)))
        found.append(Event(person, order.products[0], VIEW, order.at - before))
        soon = order.at - timedelta(minutes=int(rng.integers(4, 40)))
        found.append(Event(person, order.products[0], ADD_TO_CART, soon))
    found = found[: person.n_interactions]
    while len(found) < person.n_interactions:
        found += _browsing(person, rng, taken)[: person.n_interactions - len(found)]
    return found


def _browsing(person: Person, rng: np.random.Generator, taken: set[str]) -> list[Event]:
    at = _moment(person, rng, 0.02, 0.98)
    product = _draw(person, at, rng, taken)
    ways = (
        (VIEW,),
        (CLICK, VIEW),
        (VIEW, ADD_TO_WISHLIST),
        (ADD_TO_CART, REMOVE_FROM_CART),
        (ADD_TO_WISHLIST,),
    )
    way = ways[int(rng.choice(5, p=[0.3, 0.1, 0.3, 0.1, 0.2]))]
    return [
        Event(person, product, action, at + timedelta(minutes=3 * i, seconds=int(rng.integers(59))))
        for i, action in enumerate(way)
    ]


def _special(person: Person, orders: list[Order], rng: np.random.Generator) -> list[Event]:
    if person.number == 2:
        # she turned away what is not hers: a loud necklace
        loud = next(d for d in designs() if d.style == "statement" and d.category == "necklace")
        return [Event(person, loud.product_id, HIDE, _moment(person, rng, 0.4, 0.5))]
    if person.number == 5:
        back = orders[1].at + timedelta(days=9, hours=2)
        return [Event(person, orders[1].products[0], RETURN, back)]
    if person.number == 4:
        # bought in the shop itself, so no online order tells of it
        taken = {p for order in orders for p in order.products}
        at = _moment(person, rng, 0.5, 0.6)
        return [Event(person, _draw(person, at, rng, taken), PURCHASE, at)]
    return []
