"""The six metrics: by hand, by a slow twin, by another library, at the levels they must have."""

import math
import tracemalloc

import ir_measures
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ir_measures import AP, RR, P, R, Success, nDCG

from penchant.errors import InputError
from penchant.evaluation import Truth, ceiling, mean_interval, per_customer
from penchant.evaluation.lists import CHUNK

NAMES = ("precision", "recall", "hit_rate", "ndcg", "map", "mrr")


def slow_metrics(shown, taken, k):
    """One customer, by the definitions."""
    if not taken:
        return dict.fromkeys(NAMES, math.nan)
    ranks = [rank for rank, row in enumerate(shown[:k], 1) if row >= 0 and row in taken]
    best = min(k, len(taken))
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, best + 1))
    return {
        "precision": len(ranks) / k,
        "recall": len(ranks) / len(taken),
        "hit_rate": float(bool(ranks)),
        "ndcg": sum(1 / math.log2(rank + 1) for rank in ranks) / ideal,
        "map": sum(n / rank for n, rank in enumerate(ranks, 1)) / best,
        "mrr": 1 / ranks[0] if ranks else 0.0,
    }


def draw(rng, n_customers, *, width=10, n_products=30, most=6):
    """Random lists, some with empty slots, and random truths, some empty."""
    rows = np.stack([rng.permutation(n_products)[:width] for _ in range(n_customers)])
    rows = np.where(rng.random(rows.shape) < 0.2, -1, rows).astype(np.int32)
    taken = [
        rng.choice(n_products, rng.integers(0, most + 1), replace=False) for _ in range(n_customers)
    ]
    return rows, taken


def test_a_hand_made_list_has_the_metrics_of_the_textbook():
    rows = np.array([[7, 5, 3, 9], [1, 2, -1, -1]], np.int32)
    found = per_customer(rows, Truth.from_lists([[3, 5, 8], [4]]), k=4)
    assert found.precision.tolist() == [2 / 4, 0]
    assert found.recall.tolist() == [2 / 3, 0]
    assert found.hit_rate.tolist() == [1, 0]
    assert found.mrr.tolist() == [1 / 2, 0]
    np.testing.assert_allclose(found.map, [(1 / 2 + 2 / 3) / 3, 0])
    ideal = 1 + 1 / math.log2(3) + 1 / 2
    np.testing.assert_allclose(found.ndcg, [(1 / math.log2(3) + 1 / 2) / ideal, 0])


@given(st.integers(0, 2**32), st.integers(1, 13))
def test_every_metric_agrees_with_its_definition(seed, k):
    rows, taken = draw(np.random.default_rng(seed), 12)
    found = per_customer(rows, Truth.from_lists(taken), k=k).by_name()
    assert tuple(found) == NAMES
    for customer, (shown, wanted) in enumerate(zip(rows.tolist(), taken, strict=True)):
        for name, expected in slow_metrics(shown, set(wanted.tolist()), k).items():
            np.testing.assert_allclose(found[name][customer], expected, err_msg=name)


def test_many_customers_agree_with_each_alone():
    rng = np.random.default_rng(4)
    rows, taken = draw(rng, 200)
    times = CHUNK // 100
    many = per_customer(np.tile(rows, (times, 1)), Truth.from_lists(taken * times), k=10)
    few = per_customer(rows, Truth.from_lists(taken), k=10)
    for name, values in few.by_name().items():
        np.testing.assert_array_equal(many.by_name()[name], np.tile(values, times))


def test_the_order_of_what_was_taken_does_not_matter():
    rng = np.random.default_rng(2)
    rows, taken = draw(rng, 50)
    shuffled = [rng.permutation(one) for one in taken]
    one, other = (per_customer(rows, Truth.from_lists(lists), k=10) for lists in (taken, shuffled))
    for name, values in one.by_name().items():
        np.testing.assert_array_equal(values, other.by_name()[name])


def test_ir_measures_finds_the_same():
    rows, taken = draw(np.random.default_rng(1), 100)
    taken = [one if len(one) else np.array([3]) for one in taken]
    k, sizes = 5, np.array([len(one) for one in taken])
    wanted = [
        ir_measures.Qrel(f"{customer:03}", str(row), 1)
        for customer, one in enumerate(taken)
        for row in one.tolist()
    ]
    shown = [
        ir_measures.ScoredDoc(f"{customer:03}", str(row), -float(slot))
        for customer, one in enumerate(rows[:, :k].tolist())
        for slot, row in enumerate([row for row in one if row >= 0])
    ]
    packed = np.array([sorted(one, key=lambda row: row < 0) for one in rows[:, :k].tolist()])
    found = per_customer(packed, Truth.from_lists(taken), k=k)
    theirs = {"precision": P @ k, "recall": R @ k, "hit_rate": Success @ k, "ndcg": nDCG @ k}
    theirs |= {"map": AP @ k, "mrr": RR @ k}
    for name, measure in theirs.items():
        told = {one.query_id: one.value for one in ir_measures.iter_calc([measure], wanted, shown)}
        values = np.array([told.get(f"{customer:03}", 0.0) for customer in range(len(rows))])
        if name == "map":
            values *= sizes / np.minimum(sizes, k)  # theirs divides by all that was taken
        np.testing.assert_allclose(found.by_name()[name], values, atol=1e-6, err_msg=name)


def test_a_perfect_list_reaches_the_ceiling_and_a_reversed_catalogue_nothing():
    taken = [[4], [1, 2, 3], list(range(7)), []]
    truth, k = Truth.from_lists(taken), 5
    perfect = np.stack([[*one, *sorted(set(range(20)) - set(one))] for one in taken]).astype(
        np.int32
    )
    best, found = ceiling(truth, k=k).by_name(), per_customer(perfect, truth, k=k).by_name()
    worst = per_customer(perfect[:, ::-1], truth, k=k).by_name()
    for name in NAMES:
        np.testing.assert_allclose(found[name], best[name], err_msg=name)
        assert worst[name][:3].tolist() == [0, 0, 0]
    assert best["precision"][:3].tolist() == [0.2, 0.6, 1.0]
    assert best["recall"][:3].tolist() == [1.0, 1.0, 5 / 7]


def test_a_random_list_finds_one_hidden_product_as_often_as_chance():
    rng = np.random.default_rng(8)
    n, n_products, k = 20_000, 80, 10
    rows = np.argsort(rng.random((n, n_products)), axis=1)[:, :k].astype(np.int32)
    truth = Truth(np.arange(n + 1), rng.integers(0, n_products, n).astype(np.int32))
    recall = mean_interval(per_customer(rows, truth, k=k).recall)
    assert recall.low <= k / n_products <= recall.high
    assert recall.high - recall.low < 0.01


def test_who_took_nothing_has_no_metric():
    found = per_customer(np.array([[1, 2]]), Truth.from_lists([[]]), k=2)
    best = ceiling(Truth.from_lists([[]]), k=2)
    assert all(np.isnan(one.by_name()[name]).all() for one in (found, best) for name in NAMES)


def test_nobody_and_nothing_shown_are_answered():
    none = per_customer(np.empty((0, 3), np.int32), Truth.from_lists([]), k=3)
    assert none.ndcg.shape == (0,)
    blank = per_customer(np.empty((1, 0), np.int32), Truth.from_lists([[4]]), k=3)
    assert [float(values[0]) for values in blank.by_name().values()] == [0] * 6


def test_lists_and_truth_of_other_customers_are_refused():
    with pytest.raises(InputError, match="rows has 1 customers, truth has 2"):
        per_customer(np.array([[1]]), Truth.from_lists([[1], [2]]), k=1)
    with pytest.raises(InputError, match="k is 0"):
        ceiling(Truth.from_lists([[1]]), k=0)


def peak_beyond_the_result(n):
    rows = np.tile(np.arange(10, dtype=np.int32), (n, 1))
    truth = Truth(np.arange(n + 1), np.zeros(n, np.int32))
    tracemalloc.start()
    found = per_customer(rows, truth, k=10)
    peak = tracemalloc.get_traced_memory()[1] - sum(one.nbytes for one in found.by_name().values())
    tracemalloc.stop()
    return peak


def test_memory_does_not_grow_with_the_customers():
    few, many = peak_beyond_the_result(CHUNK), peak_beyond_the_result(8 * CHUNK)
    assert many < 1.2 * few
