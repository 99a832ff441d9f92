"""Means with intervals, p values of paired differences, and several of them at once."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from penchant.errors import InputError
from penchant.evaluation import holm, mean_interval, p_value

P_VALUES = st.lists(st.floats(0, 1), max_size=12)


def test_customers_without_a_value_are_left_out():
    told = mean_interval(np.array([1.0, np.nan, 0.0, 1.0]))
    assert told == mean_interval(np.array([1.0, 0.0, 1.0]))
    assert told.n == 3
    nobody = mean_interval(np.array([np.nan]))
    assert (nobody.n, math.isnan(nobody.value), math.isnan(nobody.low)) == (0, True, True)


def test_the_p_value_is_the_normal_tail_on_both_sides():
    differences = np.random.default_rng(0).normal(0.1, 1, 300)
    z = differences.mean() / (differences.std(ddof=1) / math.sqrt(300))
    assert p_value(differences) == pytest.approx(2 * norm.sf(abs(z)))
    assert p_value(-differences) == pytest.approx(p_value(differences))


@given(st.lists(st.floats(-1, 1, width=16), min_size=2, max_size=30))
def test_a_p_value_below_five_percent_says_what_the_interval_says(values):
    told, p = mean_interval(np.array(values)), p_value(np.array(values))
    assert 0 <= p <= 1
    assert (p < 0.05) == (told.low > 0 or told.high < 0) or p == pytest.approx(0.05)


def test_no_difference_and_one_customer_prove_nothing_and_a_sure_one_all():
    assert p_value(np.zeros(9)) == 1
    assert p_value(np.array([0.3])) == 1
    assert p_value(np.array([0.3, np.nan])) == 1
    assert p_value(np.array([0.5, 0.5])) == 0


def test_holm_by_hand():
    adjusted = holm(np.array([0.01, 0.04, 0.03, 0.005]))
    np.testing.assert_allclose(adjusted, [0.03, 0.06, 0.06, 0.02])
    assert holm(np.array([0.7, 0.9])).tolist() == [1, 1]
    assert holm(np.array([])).tolist() == []


@given(P_VALUES, st.sampled_from([0.01, 0.05, 0.3]))
def test_holm_rejects_what_stepping_down_rejects(values, level):
    rejected = set()
    for step, place in enumerate(sorted(range(len(values)), key=lambda i: values[i])):
        if values[place] * (len(values) - step) > level:
            break
        rejected.add(place)
    adjusted = holm(np.array(values))
    assert set(np.flatnonzero(adjusted <= level)) == rejected


@pytest.mark.parametrize("wrong", [-0.1, 1.2, np.nan])
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(InputError, match=f"{wrong}, must be in 0"):
        holm(np.array([0.5, wrong]))
