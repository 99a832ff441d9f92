"""Hidden purchases: the last product of some customers, with its variants."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from penchant.ranking.hidden import hide_purchases

EVENTS = st.lists(
    st.tuples(st.integers(0, 5), st.integers(0, 7), st.integers(0, 3)), min_size=0, max_size=40
)
GROUPS = np.array([0, 0, 1, 2, 3, 3, 4, 5])


def hide(events, *, share=1.0, most=100, seed=0, groups=GROUPS):
    columns = np.array(events, np.int32).reshape(-1, 3).T
    hidden = hide_purchases(
        columns[0], columns[1], columns[2].astype(np.int64), groups,
        np.random.default_rng(seed), share=share, most=most,
    )  # fmt: skip
    return columns, hidden


@given(EVENTS, st.integers(0, 5))
def test_everyone_with_two_designs_hides_one_of_their_last_with_its_variants(events, seed):
    """Who hides what, what stays known, and what is owned agree with a slow reading."""
    (customers, products, times), hidden = hide(events, seed=seed)
    able = [u for u in range(6) if len(set(GROUPS[products[customers == u]].tolist())) >= 2]
    assert hidden.customer_row.tolist() == able
    gone = np.zeros(len(customers), bool)
    for number, (customer, product) in enumerate(
        zip(hidden.customer_row, hidden.product_row, strict=True)
    ):
        own = customers == customer
        assert product in products[own & (times == times[own].max())]
        gone |= own & (GROUPS[products] == GROUPS[product])
        assert sorted(hidden.owned(number)) == sorted(products[own & ~gone])
    assert hidden.known.tolist() == (~gone).tolist()


def test_no_more_customers_are_asked_than_said():
    """The share is rounded up, `most` is a limit, and the draw is the rng's."""
    events = [(u, p, 0) for u in range(6) for p in (0, 3, 6)]
    assert len(hide(events, share=0.4)[1]) == 3
    assert len(hide(events, most=2)[1]) == 2
    draws = {tuple(hide(events, most=2, seed=seed)[1].customer_row.tolist()) for seed in range(30)}
    assert len(draws) > 5


def test_those_who_came_last_are_asked():
    """Customer u came at u: a third of six are the two latest, whatever is drawn."""
    events = [(u, p, u) for u in range(6) for p in (0, 3)]
    for seed in range(5):
        assert hide(events, share=1 / 3, seed=seed)[1].customer_row.tolist() == [4, 5]


def test_designs_of_one_product_may_be_owned_beside_a_hidden_one():
    """Without groups, variants hide nothing of each other."""
    _, hidden = hide([(0, 0, 0), (0, 1, 0)], groups=np.arange(8))
    assert sorted([*hidden.product_row.tolist(), *hidden.owned(0).tolist()]) == [0, 1]
