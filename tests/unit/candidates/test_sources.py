"""Each source against a slow twin: who comes, in which order, with which score."""

from __future__ import annotations

import numpy as np
import pytest

from penchant.candidates.candidate import Candidates, best_rows
from penchant.candidates.newest import newest_candidates
from penchant.candidates.popular import count_popularity, popular_candidates
from penchant.candidates.visual import visual_candidates
from penchant.errors import InputError
from penchant.index import ExactIndex
from penchant.maths.rows import unit_rows

DAY = 86_400_000_000
UNKNOWN = np.iinfo(np.int64).min


@pytest.mark.parametrize("seed", range(6))
def test_best_rows_are_those_of_a_full_sort(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 6, 40).astype(np.float64)  # many ties
    rows = np.flatnonzero(rng.random(40) < 0.6)
    for k in (0, 1, 3, len(rows) - 1, len(rows), 100):
        slow = sorted(rows.tolist(), key=lambda row: (-scores[row], row))[:k]
        assert best_rows(scores, rows, k).tolist() == slow


def test_popularity_counts_each_customer_once_by_the_strongest_event() -> None:
    rng = np.random.default_rng(1)
    customers = rng.integers(0, 9, 200).astype(np.int32)
    products = rng.integers(-1, 6, 200).astype(np.int32)
    weights = rng.choice([-5.0, 0.0, 0.5, 1.0, 10.0], 200)
    slow = np.zeros(6)
    for customer in range(9):
        for product in range(6):
            own = weights[(customers == customer) & (products == product)]
            slow[product] += max(own.max(initial=0.0), 0.0)
    fast = count_popularity(customers, products, weights, n_products=6)
    assert fast.tolist() == pytest.approx(slow.tolist())


def test_popularity_of_nothing_is_zero() -> None:
    none = np.empty(0, np.int32)
    assert count_popularity(none, none, np.empty(0), n_products=3).tolist() == [0, 0, 0]


def test_popular_leaves_out_what_nobody_touched_and_what_is_not_eligible() -> None:
    popularity = np.array([0.0, 3.0, 1.0, 3.0, 9.0])
    eligible = np.array([True, True, True, True, False])
    found = popular_candidates(popularity, 5, eligible=eligible)
    assert (found.rows.tolist(), found.scores.tolist()) == ([1, 3, 2], [3.0, 3.0, 1.0])
    assert popular_candidates(popularity, 1, eligible=eligible).rows.tolist() == [1]
    assert len(popular_candidates(np.zeros(5), 3, eligible=eligible)) == 0


def test_newest_first_and_those_without_a_date_last() -> None:
    created = np.array([3 * DAY, UNKNOWN, 5 * DAY, 5 * DAY, UNKNOWN], np.int64)
    found = newest_candidates(created, 9, eligible=np.array([1, 1, 1, 1, 1], bool))
    assert found.rows.tolist() == [2, 3, 0, 1, 4]
    assert found.scores.tolist() == [5.0, 5.0, 3.0, 0.0, 0.0]
    some = newest_candidates(created, 2, eligible=np.array([1, 1, 0, 1, 0], bool))
    assert some.rows.tolist() == [3, 0]


def test_visual_gives_the_nearest_eligible_above_the_limit() -> None:
    rng = np.random.default_rng(2)
    vectors = unit_rows(rng.normal(size=(30, 5)).astype(np.float32))
    vectors[4] = 0.0
    towards = vectors[7]
    eligible = rng.random(30) < 0.8
    cosines = vectors.astype(np.float64) @ towards.astype(np.float64)
    slow = [r for r in np.argsort(-cosines, kind="stable").tolist() if eligible[r] and r != 4]
    index = ExactIndex.over(vectors)
    found = visual_candidates(index, towards, 10, eligible=eligible)
    assert found.rows.tolist() == slow[:10]
    assert found.scores == pytest.approx(cosines[slow[:10]])
    near = visual_candidates(index, towards, 30, eligible=eligible, min_similarity=0.2)
    assert near.rows.tolist() == [row for row in slow if cosines[row] >= 0.2]


def test_rows_and_scores_belong_together() -> None:
    with pytest.raises(InputError, match="visual has 2 rows and 1 scores"):
        Candidates("visual", np.array([1, 2], np.int32), np.array([1.0]))
