"""The small shop with a log: answers are given, seen and clicked by a rule that is known."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import numpy as np

import penchant
from penchant.experiments.files.overlay import laid_over
from penchant.experiments.off_policy.asking_again import Contest
from penchant.store.database.store import Store
from penchant.store.database.values import Event, Exposure, ServedSlate, ServedSlot
from penchant.taste.from_tables import microseconds
from tests.live import NOW_US

K = 6
MINUTE_US = 60_000_000


def under(shop: penchant.Shop, **overlay: dict[str, object]) -> penchant.Shop:
    """The same build under other settings."""
    return shop.under(laid_over(shop.settings, overlay))


def contest(shop: penchant.Shop, **overlay: dict[str, object]) -> Contest:
    """Both ways of choosing."""
    return Contest(shop, under(shop, **overlay))


def rate_of(product_id: str, slot: int) -> float:
    """How likely a product is clicked in a slot: known, and not what any ranking goes by."""
    return (0.1 + 0.8 * (int(product_id[1:]) * 7 % 10) / 10) * (1 - 0.08 * slot)


def ask(shop: penchant.Shop, who: str | None, number: int, *, k: int = K) -> ServedSlate:
    """Let somebody ask for their homepage, and keep the answer."""
    made_us = NOW_US + number * MINUTE_US
    moment = datetime.fromtimestamp(made_us / 1e6, UTC)
    slate = shop.recommend(who, k=k, as_of=moment, request_id=f"r{number:06d}")
    kept = ServedSlate(
        request_id=str(slate.request_id),
        customer_id=who or "",
        surface=slate.surface,
        step=slate.step,
        policy="homepage-0",
        build_id=slate.build_id,
        made_us=microseconds(moment),
        slots=tuple(
            ServedSlot(one.slot, one.product_id, one.source, one.score, one.propensity)
            for one in slate.slots
        ),
    )
    shop.needed_store().slates.keep([kept])
    return kept


def see_all(store: Store, slates: Sequence[ServedSlate]) -> None:
    """Let all slots be seen."""
    for one in slates:
        shown_us = one.made_us + 1_000_000
        store.slates.expose([Exposure(one.request_id, s.slot, shown_us) for s in one.slots])


def click(store: Store, slates: Sequence[ServedSlate], rng: np.random.Generator) -> None:
    """Click by the rule. Those who click are not told apart from visitors: nobody is profiled."""
    events = [
        Event(f"{one.request_id}-{s.slot}", f"by {one.request_id}", s.product_id, "click",
              one.made_us + 2_000_000, request_id=one.request_id)
        for one in slates
        for s in one.slots
        if rng.random() < rate_of(s.product_id, s.slot)
    ]  # fmt: skip
    store.events.record(events)
