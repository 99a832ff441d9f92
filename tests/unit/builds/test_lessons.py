"""Lessons: what may teach, and what a day of a reseller does not."""

from __future__ import annotations

import numpy as np

from penchant import columns as c
from penchant.builds.lessons import find_lessons
from penchant.settings import Settings, TrustSettings
from penchant.taste.histories import Histories
from penchant.taste.trust import Marks, trust_at_first_sight
from tests.stock import history_of


def taught(trust: TrustSettings, *events: tuple[int, str, float]) -> list[int]:
    """Products one customer's events teach."""
    told = Histories.of_one(history_of(*events))
    seen = trust_at_first_sight(told, trust, Marks(), as_of_us=10**15)
    trusted = Histories(told.starts, told.events.trusted(seen.astype(np.float32)))
    return find_lessons(trusted, Settings(), n_products=100).product_row.tolist()


def test_what_is_bought_saved_or_carted_and_kept_teaches() -> None:
    events = [(0, c.VIEW, 0), (1, c.PURCHASE, 1), (2, c.ADD_TO_WISHLIST, 2), (3, c.PURCHASE, 3),
              (3, c.RETURN, 4), (-1, c.PURCHASE, 5)]  # fmt: skip
    assert taught(TrustSettings(), *events) == [1, 2]


def test_a_day_of_more_than_twice_what_a_person_buys_teaches_nothing() -> None:
    day = [(row, c.PURCHASE, 0) for row in range(21)]
    assert taught(TrustSettings(), *day, (50, c.PURCHASE, 3)) == [50]
    assert len(taught(TrustSettings(), *day[1:])) == 20
    assert len(taught(TrustSettings(bulk=False), *day)) == 21
