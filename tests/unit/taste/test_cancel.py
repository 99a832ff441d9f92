import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant import columns as c
from penchant.taste.cancel import find_cancelled
from penchant.taste.histories import ACTION_CODES, Histories, History


def history(actions, products=None, times=None, trust=None):
    n = len(actions)
    return History(
        np.array(products if products is not None else [0] * n, np.int32),
        np.array([ACTION_CODES[action] for action in actions], np.int8),
        np.array(times if times is not None else range(n), np.int64),
        np.array(trust if trust is not None else [1.0] * n, np.float32),
    )


def naive_cancelled(customers, events):
    """Keep one stack per customer, product and action; taking back pops the latest."""
    cancelled = [False] * len(events)
    stacks = {}
    for number, customer in enumerate(customers.tolist()):
        action = c.ACTIONS[events.action[number]]
        product = int(events.product_row[number])
        if action in (c.ADD_TO_CART, c.PURCHASE):
            stacks.setdefault((customer, product, action), []).append(number)
        given_action = {c.REMOVE_FROM_CART: c.ADD_TO_CART, c.RETURN: c.PURCHASE}.get(action)
        stack = stacks.get((customer, product, given_action))
        if stack:
            cancelled[stack.pop()] = True
    return cancelled


rows = st.tuples(st.integers(0, 2), st.integers(-1, 2), st.sampled_from(c.ACTIONS))


@given(st.lists(rows, max_size=40))
@settings(max_examples=150, deadline=None)
def test_pairs_are_those_a_stack_would_find(events):
    events = sorted(events, key=lambda row: row[0])
    loose = history([row[2] for row in events], [row[1] for row in events])
    customers = np.array([row[0] for row in events], np.int32)
    assert find_cancelled(customers, loose).tolist() == naive_cancelled(customers, loose)


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([c.REMOVE_FROM_CART, c.ADD_TO_CART], [False, False]),
        ([c.ADD_TO_CART, c.RETURN], [False, False]),
        ([c.PURCHASE, c.REMOVE_FROM_CART], [False, False]),
        ([c.PURCHASE, c.PURCHASE, c.RETURN], [False, True, False]),
        ([c.PURCHASE, c.RETURN, c.PURCHASE], [True, False, False]),
        ([c.ADD_TO_CART, c.PURCHASE, c.RETURN], [False, True, False]),
        ([c.RETURN, c.RETURN, c.PURCHASE, c.RETURN], [False, False, True, False]),
    ],
)
def test_taking_back_cancels_the_latest_of_its_own_kind(actions, expected):
    events = history(actions)
    assert find_cancelled(np.zeros(len(events), np.int32), events).tolist() == expected


def test_another_customers_return_cancels_nothing():
    events = history([c.PURCHASE, c.RETURN])
    assert not find_cancelled(np.array([0, 1], np.int32), events).any()


def test_a_return_of_another_product_cancels_nothing():
    events = history([c.PURCHASE, c.RETURN], products=[1, 2])
    assert not find_cancelled(np.zeros(2, np.int32), events).any()


def test_no_interactions_cancel_nothing():
    assert find_cancelled(np.empty(0, np.int32), History.empty()).tolist() == []


def test_of_a_purchase_and_its_return_in_one_instant_the_purchase_comes_first():
    loose = history([c.RETURN, c.PURCHASE], times=[7, 7])
    events = Histories.from_rows(np.zeros(2, np.int32), loose, n_customers=1).of(0)
    assert find_cancelled(np.zeros(2, np.int32), events).tolist() == [True, False]
