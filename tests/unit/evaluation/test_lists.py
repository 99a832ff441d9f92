"""Lists of products per customer: told apart, counted, and refused where they cannot be right."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.evaluation import Truth
from penchant.evaluation.lists import CHUNK, first_k, list_sums, spans

PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 9)), max_size=40)


@given(PAIRS)
def test_pairs_gather_by_customer_and_repeats_count_once(pairs):
    columns = np.array(pairs, np.int64).reshape(-1, 2)
    truth = Truth.from_pairs(columns[:, 0], columns[:, 1], n_customers=8)
    assert len(truth) == 8
    for customer in range(8):
        expected = sorted({product for one, product in pairs if one == customer})
        assert truth.part(slice(customer, customer + 1)).product_row.tolist() == expected
        assert truth.sizes[customer] == len(expected)


def test_a_part_holds_its_own_customers():
    truth = Truth.from_lists([[4, 2], [], [4], [1, 9, 3]])
    part = truth.part(slice(1, 4))
    assert part.starts.tolist() == [0, 0, 1, 4]
    assert part.product_row.tolist() == [4, 1, 9, 3]
    assert part.customer_row.tolist() == [1, 2, 2, 2]


def test_nobody_took_anything_is_a_truth_too():
    assert Truth.from_lists([]).sizes.tolist() == []
    assert Truth.from_lists([[], []]).sizes.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("starts", "rows", "told"),
    [
        ([0, 2], [5, 5], "twice for one customer"),
        ([0, 1], [5, 6], "must rise from 0 to the 2 products"),
        ([0, 2, 1, 2], [5, 6], "must rise from 0"),
        ([], [], "must rise from 0"),
        ([0, 1], [-1], "holds -1, must be >= 0"),
    ],
)
def test_a_truth_that_cannot_be_is_refused(starts, rows, told):
    with pytest.raises(InputError, match=told):
        Truth(np.array(starts, np.int64), np.array(rows, np.int32))


def test_a_list_is_cut_or_filled_to_k_slots():
    rows = np.array([[5, 3, 8], [2, -1, -1]], np.int32)
    assert first_k(rows, 2).tolist() == [[5, 3], [2, -1]]
    assert first_k(rows, 4).tolist() == [[5, 3, 8, -1], [2, -1, -1, -1]]


@pytest.mark.parametrize(
    ("rows", "k", "told"),
    [
        (np.array([[1]]), 0, "k is 0, must be >= 1"),
        (np.array([1, 2]), 1, r"shape \(2,\)"),
        (np.array([[0.5]]), 1, "of float64"),
        (np.array([[1, 2], [7, 7]]), 2, "customer_row 1 the product_row 7 twice"),
    ],
)
def test_what_is_no_list_is_refused(rows, k, told):
    with pytest.raises(InputError, match=told):
        first_k(rows, k)


def test_a_repeat_behind_the_first_k_is_nobodys_business():
    assert first_k(np.array([[7, 1, 7]]), 2).tolist() == [[7, 1]]


def test_spans_cover_everyone_once():
    seen = np.zeros(2 * CHUNK + 5, int)
    for span in spans(len(seen)):
        seen[span] += 1
    assert seen.tolist() == [1] * len(seen)


def test_sums_over_many_lists_agree_with_a_loop():
    rng = np.random.default_rng(0)
    values, lists = rng.random(30), rng.integers(-1, 30, (CHUNK + 9, 4)).astype(np.int32)
    expected = [sum(values[row] for row in one if row >= 0) for one in lists.tolist()]
    np.testing.assert_allclose(list_sums(values, lists), expected)
