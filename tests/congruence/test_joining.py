"""A history joined at request time is the one a build makes of the same events in its tables."""

from __future__ import annotations

import numpy as np
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from penchant import columns as c
from penchant.id_map import IdMap
from penchant.joining import joined_history, live_history
from penchant.store.database.values import Event
from penchant.store.live_tables import _frame, joined_interactions
from penchant.tables import empty_table
from penchant.taste.from_tables import histories_from_interactions
from penchant.taste.histories import ACTION_CODES, History

DAY = 86_400_000_000
PRODUCTS = IdMap.from_ids("product", ["P0", "P1", "P2"])
WHO = IdMap.from_ids("customer", ["C"])

moments = st.integers(0, 3 * DAY) | st.sampled_from([0, 1, DAY, DAY + 1])
events = st.lists(
    st.tuples(st.sampled_from([*PRODUCTS, "gone"]), st.sampled_from(c.ACTIONS), moments,
              st.booleans()),
    max_size=12,
)  # fmt: skip


def told(parts: list[tuple[str, str, int, bool]], prefix: str) -> list[Event]:
    return [
        Event(f"{prefix}{number}", "C", product, action, time_us, is_gift=gift)
        for number, (product, action, time_us, gift) in enumerate(parts)
    ]


def table(some: list[Event]) -> pl.DataFrame:
    return pl.concat([empty_table(c.INTERACTIONS), *([_frame(some)] if some else [])])


def history(interactions: pl.DataFrame) -> History:
    return histories_from_interactions(interactions, WHO, PRODUCTS).of(0)


def row_of(product_id: str) -> int:
    found = PRODUCTS.find(product_id)
    return -1 if found is None else found


def known(one: History) -> list[tuple[float, ...]]:
    """The interactions with products of the build."""
    parts = (one.product_row, one.action, one.time_us, one.trust)
    rows = zip(*(part.tolist() for part in parts), strict=True)
    return [row for row in rows if row[0] >= 0]


@given(events, events)
def test_joined_by_request_and_by_build_is_the_same(before, since):
    tables, live = table(told(before, "t")), told(since, "e")
    built = history(tables)
    joined = joined_history(built, live_history(live, row_of))
    assert known(joined) == known(history(joined_interactions(tables, table(live))))


@given(events, events)
def test_a_build_that_took_events_in_is_not_changed_by_them(before, since):
    live = told(since, "e")
    built = history(joined_interactions(table(told(before, "t")), table(live)))
    again = joined_history(built, live_history(live, row_of))
    assert known(again) == known(built)


@given(events, events, moments)
def test_nothing_until_an_erasure_is_known(before, since, erased_us):
    live = live_history(told(since, "e"), row_of)
    joined = joined_history(history(table(told(before, "t"))), live, erased_us=erased_us)
    assert (joined.time_us > erased_us).all()
    assert (np.diff(joined.time_us) >= 0).all()
    late = [one for one in since if one[2] > erased_us]
    assert len(joined) <= len([one for one in before if one[2] > erased_us]) + len(late)


@given(events, st.randoms())
def test_the_order_in_which_events_came_in_does_not_matter(since, random):
    shuffled = list(since)
    random.shuffle(shuffled)
    one, other = (
        joined_history(History.empty(), live_history(told(some, "e"), row_of))
        for some in (since, shuffled)
    )
    assert one.equals(other)


def test_a_purchase_the_tables_know_of_that_day_is_the_same_purchase():
    def at(hour: int, action: str = "purchase") -> tuple[str, str, int, bool]:
        return ("P0", action, hour * 3_600_000_000, False)

    built = history(table(told([at(10)], "t")))
    joined = joined_history(built, live_history(told([at(9), at(30), at(40)], "e"), row_of))
    assert (joined.time_us // 3_600_000_000).tolist() == [10, 30, 40]
    returned = joined_history(built, live_history(told([at(9), at(12, "return")], "e"), row_of))
    actions = [c.ACTIONS[code] for code in returned.action]
    assert actions == ["purchase", "return"], "nothing is left of it"
    assert ACTION_CODES["purchase"] == 0
