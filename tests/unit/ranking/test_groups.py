"""Groups, boosts and turns, against loops over the products."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.ranking.groups import boost, one_per_group, take_turns
from penchant.ranking.ranking import Ranking

N_PRODUCTS = 30
seeds = st.integers(0, 2**32)


def some_ranking(rng):
    rows = rng.permutation(N_PRODUCTS)[: rng.integers(0, N_PRODUCTS + 1)].astype(np.int32)
    parts = np.round(rng.random((len(rows), 2)), 1)
    return Ranking(rows, parts, ("visual", "popular")).sorted()


@given(seeds)
@settings(max_examples=50, deadline=None)
def test_of_each_group_the_best_stays_and_so_does_who_has_no_group(seed):
    rng = np.random.default_rng(seed)
    ranking, group_row = some_ranking(rng), rng.integers(-1, 8, N_PRODUCTS).astype(np.int32)
    kept, seen = [], set()
    for row in ranking.rows.tolist():
        if group_row[row] < 0 or group_row[row] not in seen:
            kept.append(row)
        seen.add(group_row[row])
    assert one_per_group(ranking, group_row).rows.tolist() == kept


def test_groups_named_by_their_first_product_work_as_well():
    ranking = Ranking(np.array([2, 0, 1], np.int32), np.zeros((3, 1)), ("visual",))
    assert one_per_group(ranking, np.array([0, 0, 2], np.int32)).rows.tolist() == [2, 0]


@given(seeds)
@settings(max_examples=50, deadline=None)
def test_a_boost_is_a_part_of_its_own_and_orders_anew(seed):
    rng = np.random.default_rng(seed)
    ranking, added = some_ranking(rng), rng.uniform(-2, 2, N_PRODUCTS)
    found = boost(ranking, added)
    assert found.sources == ("visual", "popular", "boost")
    raised = {
        row: (*parts, added[row])
        for row, parts in zip(ranking.rows.tolist(), ranking.parts.tolist(), strict=True)
    }
    order = sorted(raised, key=lambda row: (-round(sum(raised[row]), 6), row))
    assert found.rows.tolist() == order
    np.testing.assert_allclose(found.parts, [raised[row] for row in order] or np.zeros((0, 3)))


@given(seeds)
@settings(max_examples=50, deadline=None)
def test_labels_take_turns_and_keep_their_own_order(seed):
    rng = np.random.default_rng(seed)
    ranking, label_row = some_ranking(rng), rng.integers(-1, 4, N_PRODUCTS).astype(np.int32)
    turns, seen = [], []
    for row in ranking.rows.tolist():
        turns.append(seen.count(label_row[row]))
        seen.append(label_row[row])
    slow = [
        row
        for _, row in sorted(zip(turns, ranking.rows.tolist(), strict=True), key=lambda one: one[0])
    ]
    assert take_turns(ranking, label_row).rows.tolist() == slow
