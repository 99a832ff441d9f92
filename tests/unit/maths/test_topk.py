import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.maths.topk import top_k


def naive_top_k(scores, k):
    """Sort every row whole: the slow, obvious twin."""
    rows, values = [], []
    for row in scores:
        order = sorted(range(len(row)), key=lambda column: (-row[column], column))[:k]
        rows.append([column if row[column] > -np.inf else -1 for column in order])
        values.append([row[column] for column in order])
    return np.array(rows, np.int32), np.array(values, np.float32)


FEW, MANY = 3, 9
each_way = pytest.mark.parametrize("n_rows", [FEW, MANY])


@each_way
@pytest.mark.parametrize("n_columns", [1, 7, 49, 50, 51, 4999, 5000, 5001, 7777, 20_003])
def test_block_maximum_agrees_with_a_full_sort(n_columns, n_rows):
    rng = np.random.default_rng(n_columns)
    scores = rng.standard_normal((n_rows, n_columns)).astype(np.float32)
    best = top_k(scores, 10)
    rows, values = naive_top_k(scores, 10)
    np.testing.assert_array_equal(best.rows, rows)
    np.testing.assert_array_equal(best.scores, values)


@given(st.integers(0, 2**32), st.integers(1, 40), st.integers(2, 6), st.sampled_from([FEW, MANY]))
@settings(max_examples=25, deadline=None)
def test_ties_always_go_to_the_lower_column(seed, k, levels, n_rows):
    rng = np.random.default_rng(seed)
    scores = rng.integers(-levels, levels, (n_rows, 6000)).astype(np.float32) / levels
    rows, values = naive_top_k(scores, k)
    best = top_k(scores, k)
    np.testing.assert_array_equal(best.rows, rows)
    np.testing.assert_array_equal(best.scores, values)


@each_way
def test_ineligible_scores_are_never_picked_and_leave_gaps_at_the_end(n_rows):
    scores = np.full((n_rows, 9000), -np.inf, np.float32)
    scores[0, [5, 8000]] = [0.25, 0.5]
    best = top_k(scores, 4)
    assert best.rows.tolist() == [[8000, 5, -1, -1], *[[-1] * 4] * (n_rows - 1)]
    assert best.scores[0].tolist() == [0.5, 0.25, -np.inf, -np.inf]


def test_negative_zero_ties_with_zero():
    scores = np.full((1, 6000), -1.0, np.float32)
    scores[0, 10], scores[0, 5000] = -0.0, 0.0
    assert top_k(scores, 2).rows.tolist() == [[10, 5000]]


def test_a_strided_view_is_read_in_place():
    scores = np.random.default_rng(0).standard_normal((4, 12_000)).astype(np.float32)
    view = scores[:, ::2]
    np.testing.assert_array_equal(top_k(view, 5).rows, naive_top_k(view, 5)[0])


def test_asking_for_more_than_there_is_gives_what_there_is():
    assert top_k(np.zeros((1, 3), np.float32), 10).rows.tolist() == [[0, 1, 2]]
    assert top_k(np.zeros((2, 3), np.float32), 0).rows.shape == (2, 0)


@pytest.mark.parametrize("n_rows", [1, 8, 9])
def test_many_of_a_short_row_agree_with_a_full_sort(n_rows):
    scores = np.random.default_rng(n_rows).integers(-9, 9, (n_rows, 3000)).astype(np.float32)
    scores[0, :2900] = -np.inf
    np.testing.assert_array_equal(top_k(scores, 400).rows, naive_top_k(scores, 400)[0])
