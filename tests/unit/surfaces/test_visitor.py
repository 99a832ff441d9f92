"""A visitor: what they like is what their interactions weigh together."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from penchant.maths.distinct import summed
from penchant.surfaces.visitor import Visitor
from penchant.taste.histories import History
from penchant.taste.profile import Profile

WEIGHED = st.lists(st.tuples(st.integers(0, 9), st.floats(-2, 2)), max_size=20)


def a_profile(weighed: list[tuple[int, float]]) -> Profile:
    n = len(weighed)
    rows, weights = (
        np.array([one for one, _ in weighed], np.int32),
        np.array([w for _, w in weighed]),
    )
    events = History(rows, np.zeros(n, np.int8), np.arange(n), np.ones(n, np.float32))
    return Profile(np.ones(1, np.float32), 1.0, 1.0, events, weights.astype(np.float64))


@given(WEIGHED, WEIGHED)
def test_liked_is_the_sum_by_product_in_parts_of_the_heaviest(
    placed: list[tuple[int, float]], others: list[tuple[int, float]]
) -> None:
    unplaced = [(row + 5, weight) for row, weight in others if weight > 0]
    both = np.array([*unplaced, *((row, weight) for row, weight in placed if weight > 0)])
    both = both.reshape(-1, 2)
    rows, sums = summed(both[:, 0].astype(np.int32), both[:, 1])
    given = np.array([row for row, _ in unplaced], np.int32), np.array([w for _, w in unplaced])
    liked, weights = Visitor(profile=a_profile(placed), unplaced=given).liked
    assert liked.tolist() == rows.tolist()
    assert weights.tolist() == (sums / max([*sums.tolist(), 1e-300])).tolist()
    assert (liked.dtype, weights.dtype) == (np.int32, np.float64)


def test_nobody_likes_nothing() -> None:
    assert [len(one) for one in Visitor().liked] == [0, 0]
