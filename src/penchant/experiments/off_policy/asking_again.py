"""Asking again: what each slot of a logged answer could have shown, and how likely each product."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from penchant.engine import Shop
from penchant.errors import InputError
from penchant.ranking.explore import Stratum
from penchant.store.database.values import Person, ServedSlate
from penchant.types import Rows, Weights

SAME: Final = 1e-6
"""Propensities that differ by no more are the same."""

NOTHING: Final = Stratum(0, np.empty(0, np.int32), np.empty(0))
"""Of a slot that stays empty."""


@dataclass(frozen=True, slots=True, eq=False)
class Contest:
    """The two ways of choosing, on one build: product rows mean the same in both.

    Attributes:
        own: The shop as it served.
        target: The same build under the settings to be valued.
    """

    own: Shop
    target: Shop


@dataclass(frozen=True, slots=True)
class SlotChances:
    """A logged slot beside another policy.

    Attributes:
        target: The probability with which the other policy would have put the product there.
        support: How much of what it might have put there the log could have shown, or an unbiased
            estimate of that.
        reproduced: Whether the shop gives the logged propensity again: then support is exact.
        rows: Shape (m,), all the other policy might have put there.
        chances: Shape (m,), how likely each.
    """

    target: float
    support: float
    reproduced: bool
    rows: Rows
    chances: Weights


@dataclass(frozen=True, slots=True, eq=False)
class AskedAgain:
    """A logged answer, asked for again in both ways.

    Attributes:
        contest: Who was asked.
        own: Slot after slot, what the shop could have shown.
        target: What the other policy could have shown.
    """

    contest: Contest
    own: tuple[Stratum, ...]
    target: tuple[Stratum, ...]

    def slot(self, slot: int, product_id: str, propensity: float) -> SlotChances:
        """Compare a slot.

        Args:
            slot: 1-based place.
            product_id: What was shown there.
            propensity: The probability the log gives for it.
        """
        own, target = _at(self.own, slot), _at(self.target, slot)
        found = self.contest.target.build.product_ids.find(product_id)
        row = -1 if found is None else found
        chance = target.chance_of(row)
        whole = abs(float(own.chances.sum()) - 1) < SAME
        reproduced = whole and abs(own.chance_of(row) - propensity) < SAME
        # a slot that was sure could have shown its product alone; of others the weight tells
        support = chance / propensity
        if reproduced:
            support = float(target.chances[np.isin(target.rows, own.rows)].sum())
        return SlotChances(chance, support, reproduced, target.rows, target.chances)


def ask_again(contest: Contest, slate: ServedSlate, person: Person | None) -> AskedAgain | None:
    """Ask for a logged answer again, of those who may still be known.

    Args:
        contest: Who is asked.
        slate: The answer as it was given: for whom, where, when, how many.
        person: What the database knows of them now; what came later does not count. None: nobody.

    Returns:
        None of who refused to be known since.

    Raises:
        InputError: if the policy to be valued draws in a way whose chances are not all known.
    """
    then = None if person is None else as_then(person, slate.made_us)
    target = _chances(contest.target, slate, then)
    own = _chances(contest.own, slate, then)
    if target is None or own is None:
        return None
    if any(abs(float(one.chances.sum()) - 1) > SAME for one in target):
        raise InputError(
            "The policy to be valued draws its products in a way whose chances are not all known, "
            "so no log can tell what it is worth: run an experiment."
        )
    return AskedAgain(contest, own, target)


def as_then(person: Person, moment_us: int) -> Person:
    """Give what was known of a person at a moment.

    Args:
        person: What the database knows of them.
        moment_us: Events from then on are left out, microseconds since 1970 UTC.
    """
    return replace(person, events=tuple(one for one in person.events if one.time_us < moment_us))


def _chances(shop: Shop, slate: ServedSlate, then: Person | None) -> tuple[Stratum, ...] | None:
    request = shop.visits.request(
        slate.customer_id or None,
        surface=slate.surface,
        k=max(len(slate.slots), 1),
        as_of_us=slate.made_us,
        request_id=slate.request_id,
        person=then,
    )
    if request.visitor.refused:
        return None
    return shop.recommender.answer(request).showing.chances()


def _at(strata: tuple[Stratum, ...], slot: int) -> Stratum:
    return strata[slot - 1] if slot <= len(strata) else NOTHING
