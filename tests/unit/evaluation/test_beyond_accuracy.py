"""Variety, novelty, new and popular products, against what a loop finds."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.evaluation import Offer, Truth, beyond, mean_interval, spread_of
from penchant.maths.rows import unit_rows

N = 12


def draw_shelf(rng):
    styles = unit_rows(rng.standard_normal((N, 4)))
    styles[rng.random(N) < 0.2] = 0
    return Offer(np.ones(N, bool), styles, rng.integers(0, 41, N), 40, rng.random(N) < 0.3)


def mean(values):
    return np.mean(values) if len(values) else np.nan


def slow_diversity(shown, styles):
    placed = [row for row in shown if styles[row].any()]
    return mean([1 - float(styles[a] @ styles[b]) for a, b in combinations(placed, 2)])


@settings(max_examples=50)
@given(st.integers(0, 2**32))
def test_each_list_is_measured_as_a_loop_would(seed):
    rng = np.random.default_rng(seed)
    rows = np.stack([rng.permutation(N)[:5] for _ in range(6)]).astype(np.int32)
    rows[rng.random(rows.shape) < 0.3] = -1
    offer = draw_shelf(rng)
    touched = [rng.choice(N, rng.integers(0, 4), replace=False) for _ in range(6)]
    found = beyond(rows, offer, before=Truth.from_lists(touched), k=4)
    lists = [[row for row in one if row >= 0] for one in rows[:, :4].tolist()]
    bits = [-np.log2(max(count, 1) / 40) for count in offer.touched.tolist()]
    for name, expected in (
        ("diversity", [slow_diversity(one, offer.styles) for one in lists]),
        ("novelty", [mean([bits[row] for row in one]) for one in lists]),
        ("new_share", [mean([float(offer.new[row]) for row in one]) for one in lists]),
    ):
        np.testing.assert_allclose(found.by_name()[name], expected, err_msg=name, atol=1e-6)
    spread = spread_of(rows, offer.eligible, k=4)
    for name in ("coverage", "gini", "personalisation"):
        np.testing.assert_array_equal(found.by_name()[name], getattr(spread, name))


def test_the_lift_is_how_much_more_popular_the_shown_are_than_ones_own():
    rng = np.random.default_rng(6)
    offer = draw_shelf(rng)
    rows = np.stack([rng.permutation(N)[:3] for _ in range(50)])
    own = [rng.choice(N, rng.integers(0, 4), replace=False) for _ in range(50)]
    both = [i for i in range(50) if len(own[i])]
    shown = [mean(offer.popularity[rows[i]]) for i in both]
    base = [mean(offer.popularity[own[i]]) for i in both]
    lift = beyond(rows, offer, before=Truth.from_lists(own), k=3).popularity_lift
    assert np.isnan(lift).sum() == 50 - len(both)
    told = mean_interval(lift)
    assert told.value == pytest.approx(np.mean(shown) / np.mean(base) - 1)
    drawn = rng.integers(0, len(both), (4000, len(both)))
    ratios = np.array(shown)[drawn].mean(axis=1) / np.array(base)[drawn].mean(axis=1)
    assert (told.high - told.low) / 2 / 1.96 == pytest.approx(ratios.std(), rel=0.1)


def test_products_that_look_the_same_have_no_variety_and_opposites_the_most():
    styles = np.array([[1, 0], [1, 0], [-1, 0], [0, 1]], np.float32)
    offer = Offer(np.ones(4, bool), styles, np.ones(4, int), 9, np.zeros(4, bool))
    rows = np.array([[0, 1], [0, 2], [0, 3], [0, -1]])
    found = beyond(rows, offer, before=Truth.from_lists([[]] * 4), k=2)
    np.testing.assert_allclose(found.diversity, [0, 2, 1, np.nan])
    assert np.isnan(found.popularity_lift).all()


def test_the_metrics_of_nobody_are_empty():
    offer = draw_shelf(np.random.default_rng(0))
    found = beyond(np.empty((0, 3), np.int32), offer, before=Truth.from_lists([]), k=3)
    assert {values.shape for values in found.by_name().values()} == {(0,)}


def test_a_shelf_that_is_not_the_lists_own_is_refused():
    offer = draw_shelf(np.random.default_rng(0))
    with pytest.raises(InputError, match="before has 2 customers"):
        beyond(np.array([[1]]), offer, before=Truth.from_lists([[1], [2]]), k=1)
    with pytest.raises(InputError, match="products up to 12"):
        beyond(np.array([[1]]), offer, before=Truth.from_lists([[12]]), k=1)
    with pytest.raises(InputError, match="products up to 12"):
        beyond(np.array([[12]]), offer, before=Truth.from_lists([[]]), k=1)
    with pytest.raises(InputError, match=r"columns of \[11, 12\]"):
        Offer(offer.eligible[1:], offer.styles, offer.touched, 40, offer.new)
    with pytest.raises(InputError, match="n_customers is 3"):
        Offer(offer.eligible, offer.styles, offer.touched, 3, offer.new)
