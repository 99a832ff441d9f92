import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.space.baskets import find_baskets

DAY = 86_400_000_000


def find(rows, days=30.0):
    """rows: (customer_row, product_row, time in days)."""
    customers, products, times = (
        np.array([r[n] for r in rows], dtype) for n, dtype in enumerate((np.int32, np.int32, float))
    )
    return find_baskets(customers, products, (times * DAY).astype(np.int64), days=days)


def naive_baskets(rows, days):
    """A dict of sets, windows counted from each customer's first known interaction."""
    known = [row for row in rows if row[1] >= 0]
    first, sets = {}, {}
    for customer, _, day in known:
        first[customer] = min(day, first.get(customer, day))
    for customer, product, day in known:
        sets.setdefault((customer, int((day - first[customer]) // days)), set()).add(product)
    return [sorted(sets[key]) for key in sorted(sets) if len(sets[key]) >= 2]


row = st.tuples(st.integers(0, 4), st.integers(-1, 6), st.integers(-40, 90))


@given(st.lists(row, max_size=40), st.sampled_from([1, 7, 30, 1000]))
@settings(max_examples=150, deadline=None)
def test_baskets_equal_the_naive_twin(rows, days):
    baskets = find(rows, days)
    assert [basket.tolist() for basket in baskets] == naive_baskets(rows, days)
    assert baskets.lengths.tolist() == [len(basket) for basket in naive_baskets(rows, days)]


@given(st.lists(row, max_size=25), st.randoms(use_true_random=False))
@settings(max_examples=50, deadline=None)
def test_row_order_does_not_matter(rows, random):
    shuffled = random.sample(rows, len(rows))
    assert [b.tolist() for b in find(rows)] == [b.tolist() for b in find(shuffled)]


def test_a_basket_ends_exactly_after_its_days():
    just_inside = [(0, 1, 0), (0, 2, 29.999)]
    assert len(find(just_inside)) == 1
    assert len(find([(0, 1, 0), (0, 2, 30)])) == 0


def test_a_product_that_is_not_in_the_build_neither_joins_nor_opens_a_basket():
    rows = [(0, -1, 0), (0, 3, 20), (0, 4, 40)]
    assert [b.tolist() for b in find(rows)] == [[3, 4]]


@pytest.mark.parametrize("rows", [[], [(0, 1, 0)], [(0, 1, 0), (0, 1, 1)], [(0, -1, 0)] * 3])
def test_less_than_two_different_products_make_no_basket(rows):
    baskets = find(rows)
    assert len(baskets) == 0
    assert list(baskets) == []


def test_a_basket_of_an_instant_still_holds_what_came_together():
    assert [b.tolist() for b in find([(0, 1, 3), (0, 2, 3), (0, 5, 4)], days=1e-12)] == [[1, 2]]
