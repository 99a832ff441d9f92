import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant import columns as c
from penchant.settings import TasteSettings
from penchant.taste.histories import ACTION_CODES, Histories, History
from penchant.taste.weights import Weigher

DAY = 86_400_000_000
AS_OF = 100 * DAY
TAKES = {c.REMOVE_FROM_CART: c.ADD_TO_CART, c.RETURN: c.PURCHASE}


def history(rows):
    """rows: (product_row, action, time in days, trust)."""
    return History(
        np.array([r[0] for r in rows], np.int32),
        np.array([ACTION_CODES[r[1]] for r in rows], np.int8),
        np.array([round(r[2] * DAY) for r in rows], np.int64),
        np.array([r[3] for r in rows], np.float32),
    )


def naive_weights(rows, settings_, placed, categories, as_of_days):
    """One interaction at a time, with lists and dicts."""
    weights, open_ones = [], {}
    for number, (product, action, day, trust) in enumerate(rows):
        usable = product >= 0 and placed[product] and day <= as_of_days
        category = categories[product] if usable and categories else None
        half_life = settings_.half_life_by_category.get(
            category, settings_.half_life_by_action.get(action, settings_.half_life_days)
        )
        weight = settings_.weights.get(action, 0.0) * 0.5 ** ((as_of_days - day) / half_life)
        weights.append(weight * float(np.float32(trust)) if usable else 0.0)
        if day <= as_of_days and action in TAKES.values():
            open_ones.setdefault((product, action), []).append(number)
        if day <= as_of_days and open_ones.get((product, TAKES.get(action))):
            weights[open_ones[product, TAKES[action]].pop()] = 0.0
    return weights


def weigh(rows, settings_=None, *, n_products=6, placed=None, categories=None, as_of_us=AS_OF):
    weigher = Weigher.from_settings(
        settings_ or TasteSettings(),
        np.ones(n_products, bool) if placed is None else placed,
        categories=categories,
    )
    return weigher.weigh(history(rows), as_of_us)


row = st.tuples(
    st.integers(-1, 5),
    st.sampled_from(c.ACTIONS),
    st.integers(0, 110),
    st.sampled_from([0.0, 0.3, 1.0]),
)
CHOSEN = TasteSettings(
    half_life_days=20.0,
    half_life_by_action={c.VIEW: 5.0, c.HIDE: 400.0},
    half_life_by_category={"watch": 200.0, "nothing": 1.0},
)


@given(st.lists(row, max_size=25))
@settings(max_examples=60, deadline=None)
def test_weights_equal_the_naive_twin(rows):
    rows = sorted(rows, key=lambda r: r[2])
    placed = np.array([True, True, False, True, True, True])
    categories = ("watch", None, "ring", "watch", "ring", "")
    found = weigh(rows, CHOSEN, placed=placed, categories=categories)
    expected = naive_weights(rows, CHOSEN, placed, categories, 100)
    np.testing.assert_allclose(found, expected, rtol=1e-12)


@given(st.lists(row, max_size=15), st.lists(row, max_size=15))
@settings(max_examples=60, deadline=None)
def test_many_customers_weigh_as_each_one_alone(first, second):
    loose = history(first + second)
    customers = np.array([0] * len(first) + [1] * len(second), np.int32)
    histories = Histories.from_rows(customers, loose, n_customers=2)
    weigher = Weigher.from_settings(CHOSEN, np.ones(6, bool))
    together = weigher.weigh(histories.events, AS_OF, customer_row=histories.customer_rows())
    alone = [weigher.weigh(histories.of(n), AS_OF) for n in range(2)]
    assert together.tolist() == np.concatenate(alone).tolist()


@given(st.lists(row, max_size=20))
@settings(max_examples=60, deadline=None)
def test_nothing_after_as_of_changes_a_weight(rows):
    rows = sorted(rows, key=lambda r: r[2])
    past = [one for one in rows if one[2] <= 60]
    found = weigh(rows, as_of_us=60 * DAY)
    assert found[: len(past)].tolist() == weigh(past, as_of_us=60 * DAY).tolist()
    assert not found[len(past) :].any()


def test_a_return_after_as_of_has_not_happened_yet():
    rows = [(0, c.PURCHASE, 10, 1.0), (0, c.RETURN, 90, 1.0)]
    assert weigh(rows, as_of_us=10 * DAY).tolist() == [10.0, 0.0]
    assert weigh(rows, as_of_us=90 * DAY).tolist() == [0.0, 0.0]


@pytest.mark.parametrize(
    ("action", "weight"),
    [
        (c.PURCHASE, 10.0),
        (c.ADD_TO_WISHLIST, 5.0),
        (c.ADD_TO_CART, 3.0),
        (c.VIEW, 1.0),
        (c.CLICK, 0.5),
        (c.HIDE, -5.0),
        (c.REMOVE_FROM_CART, 0.0),
        (c.RETURN, 0.0),
    ],
)
def test_each_action_has_its_weight_at_age_zero(action, weight):
    assert weigh([(0, action, 100, 1.0)]).tolist() == [weight]


def test_a_category_half_life_wins_over_the_actions():
    rows = [(0, c.VIEW, 90, 1.0), (1, c.VIEW, 90, 1.0), (0, c.PURCHASE, 90, 1.0)]
    chosen = TasteSettings(half_life_by_action={c.VIEW: 5.0}, half_life_by_category={"watch": 10.0})
    found = weigh(rows, chosen, categories=("watch", "ring", None, None, None, None))
    np.testing.assert_allclose(found, [0.5, 0.25, 5.0])


def test_an_infinite_half_life_never_decays():
    assert weigh([(0, c.VIEW, 0, 1.0)], TasteSettings(half_life_days=np.inf)).tolist() == [1.0]


def test_an_interaction_of_this_very_instant_counts_whole_and_one_later_not_at_all():
    moment = history([(0, c.VIEW, 100, 1.0)])
    weigher = Weigher.from_settings(TasteSettings(), np.ones(1, bool))
    assert weigher.weigh(moment, AS_OF).tolist() == [1.0]
    assert weigher.weigh(moment, AS_OF - 1).tolist() == [0.0]


def test_far_future_and_far_past_weigh_zero_without_a_warning():
    rows = [(0, c.VIEW, 0, 1.0), (0, c.VIEW, 90_000_000, 1.0)]
    assert weigh(rows, TasteSettings(half_life_days=0.001)).tolist() == [0.0, 0.0]


def test_a_build_without_products_weighs_nothing():
    assert weigh([(-1, c.VIEW, 1, 1.0)], n_products=0).tolist() == [0.0]


def test_no_interactions_have_no_weights():
    assert weigh([]).shape == (0,)
