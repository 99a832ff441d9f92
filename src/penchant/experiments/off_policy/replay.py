"""Replay: a shop's own log of what was seen, asked what other settings would have got.

For each slot of each answer that somebody saw: with which probability would the other settings have
put that product there, for that customer, knowing only what they had done until then? That is
exact, since all that an exploring slot may show is known with its chances. The shop is asked again
under its own settings, too: where it gives what was logged, all the log could have shown is known.

What cannot be brought back: stock and prices as they were, events that came in late, marks made
since. Where the shop no longer gives what was logged, that is counted (`Replay.reproduced`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.errors import InputError
from penchant.experiments.off_policy.asking_again import (
    NOTHING,
    AskedAgain,
    Contest,
    SlotChances,
    ask_again,
)
from penchant.experiments.off_policy.logged_slots import LoggedSlots
from penchant.experiments.off_policy.reward_model import Shown, predict_rewards
from penchant.maths.threads import one_thread
from penchant.settings.showing import HOMEPAGE, NEW_ARRIVALS
from penchant.store.database.values import Exposure, Person, ServedSlate, ShownSlot
from penchant.types import Weights

if TYPE_CHECKING:
    from scipy.sparse import csr_array

    from penchant.store.database.store import Store

PAGE: Final = 20_000
"""Exposures read at a time."""

MOST: Final = 1_000
"""Products one slot might show, of which it is kept how likely each is."""

SURFACES: Final = (HOMEPAGE, NEW_ARRIVALS)
"""Where what is shown depends on who looks alone: of others the log does not keep the product."""

REWARDS: Final = (c.CLICK, c.PURCHASE)
"""What may come of a slot and be counted."""

NO_ANSWER: Final = "whose answer is not kept"
NO_BUILD: Final = "of a build that is gone"
REFUSED: Final = "of who refused since"


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of a log, and what counts.

    Attributes:
        surface: One of SURFACES.
        reward: One of REWARDS: a slot gets 1 if that came of it at least once.
        since_us: Exposures from when on, microseconds since 1970 UTC.
        until_us: Until when, exclusive.
    """

    surface: str = HOMEPAGE
    reward: str = c.CLICK
    since_us: int = 0
    until_us: int = 2**62

    def __post_init__(self) -> None:
        if self.surface not in SURFACES:
            raise InputError(
                f'surface is "{self.surface}", must be one of: {", ".join(SURFACES)}. Of others '
                "the log does not keep which product they were about."
            )
        if self.reward not in REWARDS:
            raise InputError(f'reward is "{self.reward}", must be one of: {", ".join(REWARDS)}.')


@dataclass(frozen=True, slots=True, eq=False)
class Replay:
    """A log, ready to be valued.

    Attributes:
        logged: One row per slot that was seen; with predictions of a model, but where a slot might
            show more than MOST products.
        answers: How many answers these are of.
        reproduced: Part of the slots whose logged propensity the shop still gives, in [0, 1].
        left_out: {why: slots that could not be used}.
    """

    logged: LoggedSlots
    answers: int
    reproduced: float
    left_out: Mapping[str, int]


@one_thread()
def replay(store: Store, contest_of: Callable[[str], Contest | None], asked: Asked) -> Replay:
    """Ask a shop's log what other settings would have shown.

    Args:
        store: The shop's database.
        contest_of: Gives both ways of choosing on a build, by its build_id; None: it is gone.
        asked: Which part of the log, and what counts.

    Returns:
        Rows by page, in each by answer and slot. Cost: two answers for each one that was seen.

    Raises:
        InputError: if nothing of the log can be used, or the other policy draws in a way whose
            chances are not known.
        StoreError: if the database does not answer.
    """
    rows: list[_Row] = []
    products: dict[str, int] = {}
    left_out: dict[str, int] = {}
    for request_id, seen in _answers(store, asked):
        again, why = _asked_again(seen[0].slate, store, contest_of)
        if again is None:
            left_out[why] = left_out.get(why, 0) + len(seen)
            continue
        person = f"\0{request_id}" if again.who is None else again.who.customer_id
        rows += [_row(one, person, again.asked, asked.reward, products) for one in seen]
    return _replay(rows, products, left_out)


@dataclass(frozen=True, slots=True)
class _Row:
    """One slot that was seen."""

    request_id: str
    customer: str
    slot: int
    product_id: str
    reward: float
    propensity: float
    chances: SlotChances
    products: NDArray[np.int64] | None


@dataclass(frozen=True, slots=True, eq=False)
class _Again:
    asked: AskedAgain
    who: Person | None


def _answers(store: Store, asked: Asked) -> Iterator[tuple[str, Sequence[ShownSlot]]]:
    """Give what was seen, answer by answer; one that spans two pages comes twice."""
    last: Exposure | None = None
    while True:
        page = store.slates.shown(asked.since_us, asked.until_us, limit=PAGE, after=last)
        here = [one for one in page if one.slate is None or one.slate.surface == asked.surface]
        here.sort(key=lambda one: (one.exposure.request_id, one.exposure.slot))
        for request_id, seen in groupby(here, key=lambda one: one.exposure.request_id):
            known = [one for one in seen if one.slate is None or one.propensity is not None]
            if known:
                yield request_id, known
        if len(page) < PAGE:
            return
        last = page[-1].exposure


def _asked_again(
    slate: ServedSlate | None, store: Store, contest_of: Callable[[str], Contest | None]
) -> tuple[_Again | None, str]:
    """Ask for an answer again; or say why that cannot be."""
    if slate is None:
        return None, NO_ANSWER
    contest = contest_of(slate.build_id)
    if contest is None:
        return None, NO_BUILD
    who = store.people.person(slate.customer_id) if slate.customer_id else None
    again = ask_again(contest, slate, who)
    return (None, REFUSED) if again is None else (_Again(again, who), "")


def _row(
    one: ShownSlot, person: str, again: AskedAgain, reward: str, products: dict[str, int]
) -> _Row:
    """Put all of a slot together, and number the products it might show, as builds differ."""
    slot, propensity = one.exposure.slot, one.propensity or 0.0
    chances = again.slot(slot, one.product_id, propensity)
    numbers = None
    if len(chances.rows) <= MOST:
        ids = again.contest.target.build.product_ids
        names = (ids[row] for row in chances.rows.tolist())
        numbers = np.array([products.setdefault(name, len(products)) for name in names], np.int64)
    else:
        chances = replace(chances, rows=NOTHING.rows, chances=NOTHING.chances)
    return _Row(
        request_id=one.exposure.request_id,
        customer=person,
        slot=slot,
        product_id=one.product_id,
        reward=float(any(each.interaction_type == reward for each in one.outcomes)),
        propensity=propensity,
        chances=chances,
        products=numbers,
    )


def _replay(
    rows: Sequence[_Row], products: Mapping[str, int], left_out: Mapping[str, int]
) -> Replay:
    if not rows:
        told = ", ".join(f"{n} {why}" for why, n in left_out.items()) or "none was seen"
        raise InputError(
            f"No logged slot can be replayed ({told}). Pages report what was really seen with "
            "POST /v1/exposures."
        )
    shown = _shown(rows, products)
    logged = LoggedSlots(
        customer=shown.customer,
        slot=shown.slot,
        reward=shown.reward,
        propensity=_column([one.propensity for one in rows]),
        target=_column([one.chances.target for one in rows]),
        support=_column([one.chances.support for one in rows]),
    )
    might = [one.products for one in rows if one.products is not None]
    if len(might) == len(rows):
        chances = [one.chances.chances for one in rows]
        found = predict_rewards(shown, _laid_out(might, chances, len(products)))
        logged = replace(logged, predicted=found.shown, predicted_target=found.target)
    return Replay(
        logged=logged,
        answers=len({one.request_id for one in rows}),
        reproduced=float(np.mean([one.chances.reproduced for one in rows])),
        left_out=dict(sorted(left_out.items())),
    )


def _shown(rows: Sequence[_Row], products: Mapping[str, int]) -> Shown:
    """Give what a model learns from, customers numbered."""
    who = {name: number for number, name in enumerate(sorted({one.customer for one in rows}))}
    return Shown(
        customer=np.array([who[one.customer] for one in rows], np.int64),
        slot=np.array([one.slot for one in rows], np.int64),
        product_row=np.array([products.get(one.product_id, -1) for one in rows], np.int64),
        reward=_column([one.reward for one in rows]),
    )


def _laid_out(
    might: Sequence[NDArray[np.int64]], chances: Sequence[Weights], n_products: int
) -> csr_array:
    """Lay out what the other policy might have shown, slot by slot."""
    from scipy.sparse import csr_array

    starts = np.cumsum([0, *map(len, might)])
    shape = (len(might), max(n_products, 1))
    return csr_array((np.concatenate(chances), np.concatenate(might), starts), shape=shape)


def _column(values: Sequence[float]) -> Weights:
    return np.array(values, np.float64)
