"""Groups, pins and boosts, against loops over the products."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.ranking.groups import boost, one_per_group, pin
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


@given(seeds, st.lists(st.integers(0, N_PRODUCTS + 5), max_size=8))
@settings(max_examples=50, deadline=None)
def test_pinned_products_lead_in_the_order_they_were_named(seed, wanted):
    ranking = some_ranking(np.random.default_rng(seed))
    ranked = ranking.rows.tolist()
    first = [row for row in dict.fromkeys(wanted) if row in ranked]
    found = pin(ranking, np.array(wanted, np.int32))
    assert found.rows.tolist() == first + [row for row in ranked if row not in first]
    before = dict(zip(ranked, ranking.parts.tolist(), strict=True))
    assert [before[row] for row in found.rows.tolist()] == found.parts.tolist()


@given(seeds, st.floats(-2, 2))
@settings(max_examples=50, deadline=None)
def test_a_boost_is_a_part_of_its_own_and_orders_anew(seed, amount):
    rng = np.random.default_rng(seed)
    ranking, values = some_ranking(rng), rng.random(N_PRODUCTS)
    found = boost(ranking, values, amount, source="margin")
    assert found.sources == ("visual", "popular", "margin")
    raised = {
        row: (*parts, amount * values[row])
        for row, parts in zip(ranking.rows.tolist(), ranking.parts.tolist(), strict=True)
    }
    order = sorted(raised, key=lambda row: (-round(sum(raised[row]), 6), row))
    assert found.rows.tolist() == order
    np.testing.assert_allclose(found.parts, [raised[row] for row in order] or np.zeros((0, 3)))


def test_a_mask_boosts_by_the_whole_amount():
    ranking = Ranking(np.array([2, 0], np.int32), np.array([[0.5], [0.4]]), ("visual",))
    found = boost(ranking, np.array([True, False, False]), 0.3)
    assert (found.rows.tolist(), found.parts[:, 1].tolist()) == ([0, 2], [0.3, 0.0])


def test_a_boost_that_is_no_number_is_refused():
    ranking = Ranking(np.zeros(1, np.int32), np.ones((1, 1)), ("visual",))
    with pytest.raises(InputError, match="'boost' adds nan to a score, must be finite"):
        boost(ranking, np.array([np.nan]), 1.0)
