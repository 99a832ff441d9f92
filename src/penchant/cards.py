"""Cards: a customer's taste laid out for people, from what the engine knows."""

from __future__ import annotations

import numpy as np

from penchant import columns as c
from penchant.answers import EvolutionCard, ProfileCard, ShiftCard, StyleCard, Touch, WindowCard
from penchant.candidates.assortment import Assortment
from penchant.customer import Customer
from penchant.reasons.explanation import iso_time
from penchant.taste.cancel import TAKEN_BACK_BY, find_cancelled
from penchant.taste.evolution import Evolution, Shift, Window
from penchant.taste.marks import event_ids
from penchant.taste.trust import REASONS, SENTENCES
from penchant.types import StyleVectors

TOO_FEW_DAYS = "too few days to tell"


def card_of(
    customer: Customer,
    assortment: Assortment,
    *,
    styles: StyleVectors,
    evolution: Evolution | None,
    build_id: str,
    as_of: str,
) -> ProfileCard:
    """Lay a customer's taste out for people.

    Args:
        customer: What is known.
        assortment: All products, for ids and titles.
        styles: Style vectors of all products.
        evolution: How the taste changed, if that can be told.
        build_id: From which build.
        as_of: Reference time, ISO 8601.
    """
    profile = customer.profile
    return ProfileCard(
        customer_id=customer.customer_id,
        build_id=build_id,
        as_of=as_of,
        status=customer.status,
        mass=0.0 if profile is None else profile.mass,
        consistency=None if profile is None else profile.consistency,
        styles=tuple(
            StyleCard(one.share, *_named(one.medoid, assortment), len(one.members))
            for one in customer.styles
        ),
        evolution=None
        if evolution is None
        else EvolutionCard(
            tuple(_window(one, customer, assortment, styles) for one in evolution.windows),
            tuple(_shift(one) for one in evolution.shifts),
        ),
        interactions=tuple(reversed(_touches(customer, assortment))),
    )


def _named(row: int, assortment: Assortment) -> tuple[str, str]:
    return (assortment.product_ids[row], assortment.titles[row]) if row >= 0 else ("", "")


def _window(
    window: Window, customer: Customer, assortment: Assortment, styles: StyleVectors
) -> WindowCard:
    times = customer.history.time_us
    inside = (customer.weights > 0) & (times >= window.start_us) & (times < window.end_us)
    rows = customer.history.product_row[inside]
    face = int(rows[np.argmax(styles[rows] @ window.vector)]) if len(rows) else -1
    start, end = iso_time(window.start_us), iso_time(window.end_us)
    return WindowCard(start, end, window.n_days, *_named(face, assortment))


def _shift(shift: Shift | None) -> ShiftCard:
    if shift is None:
        return ShiftCard(None, None, None, None, changed=False, text=TOO_FEW_DAYS)
    text = "changed" if shift.changed else "not more than noise"
    return ShiftCard(shift.value, shift.low, shift.high, shift.noise, shift.changed, text)


def _touches(customer: Customer, assortment: Assortment) -> list[Touch]:
    events = customer.history
    style_of = {
        event: number
        for number, style in enumerate(customer.styles, start=1)
        for event in style.members.tolist()
    }
    names = event_ids(events, assortment.product_ids)
    touches = []
    for number, note in enumerate(_notes(customer, assortment)):
        product_id, title = _named(int(events.product_row[number]), assortment)
        touches.append(
            Touch(
                event_id=names[number],
                product_id=product_id,
                title=title,
                interaction_type=c.ACTIONS[events.action[number]],
                timestamp=iso_time(int(events.time_us[number])),
                trust=round(float(events.trust[number]), 6),
                verdict=REASONS[customer.reason[number]],
                weight=float(customer.weights[number]),
                style=style_of.get(number),
                note=note,
            )
        )
    return touches


def _notes(customer: Customer, assortment: Assortment) -> list[str]:
    """Say why an interaction counts less or not at all, for each; "" where it does in full."""
    events = customer.history
    cancelled = find_cancelled(np.zeros(len(events), np.int32), events)
    if customer.status == "opted_out":
        return ["personalisation was refused"] * len(events)
    notes = []
    for number, row in enumerate(events.product_row.tolist()):
        action = c.ACTIONS[events.action[number]]
        if row < 0:
            notes.append("the product is not in the shop")
        elif cancelled[number]:
            notes.append("taken back")
        elif action in TAKEN_BACK_BY.values():
            notes.append("takes back what was before")
        elif not assortment.index.present[row]:
            notes.append("the product has no style vector")
        elif customer.reason[number]:
            notes.append(SENTENCES[REASONS[customer.reason[number]]])
        else:
            notes.append("" if customer.weights[number] else f"{action} weighs 0 by setting")
    return notes
