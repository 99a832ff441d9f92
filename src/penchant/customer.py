"""A customer as one request sees them: history, profile, and what must not be shown to them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penchant import columns as c
from penchant.answers import ProfileCard, Touch
from penchant.candidates.assortment import Assortment
from penchant.reasons.explanation import iso_time
from penchant.taste.cancel import TAKEN_BACK_BY, find_cancelled
from penchant.taste.histories import ACTION_CODES, History
from penchant.taste.judging import NOBODY, Judged
from penchant.taste.profile import Profile, profile_of
from penchant.taste.styles import Style, styles_of
from penchant.taste.trust import Reasons, Verdict, verdicts_of
from penchant.taste.weights import Weigher
from penchant.types import Rows, StyleVectors, Weights


@dataclass(frozen=True, slots=True, eq=False)
class Customer:
    """What is known of a customer at one moment.

    Attributes:
        customer_id: The customer.
        history: Interactions up to that moment, oldest first, with the trust verdicts left.
        reason: Shape (n,), int8, place in `trust.REASONS` of why it is trusted less or more.
        weights: Shape (n,), what each of them weighs.
        status: "profile", "cold" (too little is known), "unknown" (nothing ever was), or
            "opted_out" (personalisation was refused).
        profile: The taste; None unless the status is "profile".
        styles: What the taste consists of, largest share first; empty without a profile.
        owned_rows: Products bought and not returned.
        hidden_rows: Products hidden.
    """

    customer_id: str
    history: History
    reason: Reasons
    weights: Weights
    status: str
    profile: Profile | None
    styles: tuple[Style, ...]
    owned_rows: Rows
    hidden_rows: Rows

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """What is thought of each interaction that is not simply trusted."""
        return verdicts_of(self.history.trust, self.reason)

    @classmethod
    def gather(
        cls,
        customer_id: str,
        judged: Judged | None,
        *,
        opted_out: bool,
        styles: StyleVectors,
        weigher: Weigher,
        as_of_us: int,
        min_interactions: int,
    ) -> Customer:
        """Make the value from a judged history.

        Args:
            customer_id: The customer.
            judged: Interactions and what is thought of them, oldest first; None for an unknown
                customer.
            opted_out: Whether personalisation was refused.
            styles: Style vectors of all products.
            weigher: Says what each interaction weighs.
            as_of_us: The moment, microseconds since 1970 UTC; later interactions are left out.
            min_interactions: Different liked products a profile needs.
        """
        past = (judged or NOBODY).until(as_of_us)
        events = past.history
        weights = np.zeros(len(events)) if opted_out else weigher.weigh(events, as_of_us)
        profile = profile_of(events, weights, styles, min_interactions=min_interactions)
        kept = (events.product_row >= 0) & ~find_cancelled(np.zeros(len(events), np.int32), events)
        return cls(
            customer_id=customer_id,
            history=events,
            reason=past.reason,
            weights=weights,
            status=_status(judged, profile, opted_out=opted_out),
            profile=profile,
            styles=styles_of(events, weights, past.style, styles) if profile else (),
            owned_rows=events.product_row[kept & (events.action == ACTION_CODES[c.PURCHASE])],
            hidden_rows=events.product_row[kept & (events.action == ACTION_CODES[c.HIDE])],
        )


def _status(judged: Judged | None, profile: Profile | None, *, opted_out: bool) -> str:
    if opted_out:
        return "opted_out"
    if profile is not None:
        return "profile"
    return "unknown" if judged is None else "cold"


def card_of(
    customer: Customer, assortment: Assortment, *, build_id: str, as_of: str
) -> ProfileCard:
    """Lay a customer's taste out for people.

    Args:
        customer: What is known.
        assortment: All products, for ids and titles.
        build_id: From which build.
        as_of: Reference time, ISO 8601.
    """
    profile = customer.profile
    notes = _notes(customer, assortment)
    touches = [_touch(customer, assortment, number, note) for number, note in enumerate(notes)]
    return ProfileCard(
        customer_id=customer.customer_id,
        build_id=build_id,
        as_of=as_of,
        status=customer.status,
        mass=0.0 if profile is None else profile.mass,
        consistency=None if profile is None else profile.consistency,
        interactions=tuple(reversed(touches)),
    )


def _touch(customer: Customer, assortment: Assortment, number: int, note: str) -> Touch:
    events, row = customer.history, int(customer.history.product_row[number])
    return Touch(
        product_id=assortment.product_ids[row] if row >= 0 else "",
        title=assortment.titles[row] if row >= 0 else "",
        interaction_type=c.ACTIONS[events.action[number]],
        timestamp=iso_time(int(events.time_us[number])),
        weight=float(customer.weights[number]),
        note=note,
    )


def _notes(customer: Customer, assortment: Assortment) -> list[str]:
    """Say why an interaction does not count, for each; "" where it does."""
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
        elif events.trust[number] == 0:
            notes.append("a gift, set aside")
        else:
            notes.append("" if customer.weights[number] else f"{action} weighs 0 by setting")
    return notes
