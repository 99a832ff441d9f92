"""Intervals for every look: the closed form, an independent implementation, and a simulation."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ville import AsymptoticCS

from penchant.errors import InputError
from penchant.experiments.statistics.always_valid import (
    always_valid_effect,
    always_valid_p,
    half_width,
    mixing_variance,
    planned_variance,
)
from penchant.experiments.statistics.verdict import EARLY_LEVEL
from tests.unit.experiments.effects import effect

VARIANCES = st.floats(1e-9, 1e9)
LEVELS = st.floats(1e-4, 0.5)


def early(fixed, planned=None, level=EARLY_LEVEL):
    return always_valid_effect(fixed, planned_variance=planned or fixed.variance, level=level)


@pytest.mark.parametrize(("level", "c"), [(0.05, 7.94), (0.01, 11.53)])
def test_the_mixture_is_as_many_planned_variances_as_published(level, c):
    assert mixing_variance(1.0, level) == pytest.approx(c, abs=0.005)
    assert mixing_variance(3.0, level) == pytest.approx(3 * mixing_variance(1.0, level))


@pytest.mark.parametrize("level", [0.01, 0.05])
def test_it_is_the_interval_of_an_independent_implementation(level):
    values = np.random.default_rng(5).gamma(2.0, 3.0, 3_000)
    looks, planned = np.array([100, 250, 1_000, 2_999]), 2_000
    theirs = AsymptoticCS(alpha=level, t_opt=planned)
    theirs.rho_ = planned / mixing_variance(1.0, level)
    theirs.update(values)
    low, high = theirs.lower_, theirs.upper_
    for n in looks:
        some = values[:n]
        sigma2 = some.var(ddof=1)
        mixing = mixing_variance(sigma2 / planned, level)
        half = half_width(sigma2 / n, mixing, level)
        assert some.mean() - half == pytest.approx(low[n - 1], rel=1e-12)
        assert some.mean() + half == pytest.approx(high[n - 1], rel=1e-12)


def test_its_mixture_is_within_a_thousandth_of_the_tightest_at_the_planned_end():
    for level in (0.01, 0.05):
        best = min(half_width(1.0, one, level) for one in np.linspace(1, 40, 4_000))
        assert half_width(1.0, mixing_variance(1.0, level), level) < 1.001 * best


@given(VARIANCES, VARIANCES, LEVELS)
def test_it_is_wider_than_that_of_one_look_and_the_closed_form(variance, planned, level):
    t2 = mixing_variance(planned, level)
    half = half_width(variance, t2, level)
    told = math.log((variance + t2) / (variance * level**2))
    assert half**2 == pytest.approx(variance * (variance + t2) / t2 * told, rel=1e-9)
    assert half > 1.96 * math.sqrt(variance) or level > 0.05


@given(VARIANCES, VARIANCES, LEVELS)
def test_the_p_value_is_the_level_at_which_the_interval_reaches_zero(variance, planned, level):
    t2 = mixing_variance(planned, level)
    half = half_width(variance, t2, level)
    assert always_valid_p(half, variance, t2) == pytest.approx(level, rel=1e-6)
    assert always_valid_p(0.99 * half, variance, t2) > level
    assert always_valid_p(-1.01 * half, variance, t2) < level
    assert always_valid_p(0.0, variance, t2) == 1.0


def test_the_estimate_stays_and_the_interval_widens_with_the_lift():
    fixed = effect(0.1, 0.03)
    wide = early(fixed)
    assert (wide.difference, wide.lift, wide.variance) == (
        fixed.difference,
        fixed.lift,
        fixed.variance,
    )
    half = half_width(fixed.variance, mixing_variance(fixed.variance, 0.01), 0.01)
    assert (wide.low, wide.high) == (fixed.difference - half, fixed.difference + half)
    assert wide.level == 0.01
    wider = half / (fixed.high - fixed.difference)
    ends = [math.log((1 + one) / 1.1) for one in (wide.lift_low, wide.lift_high)]
    told = [math.log((1 + one) / 1.1) for one in (fixed.lift_low, fixed.lift_high)]
    assert ends == pytest.approx([wider * one for one in told])
    assert wide.p_value > fixed.p_value


def test_without_a_lift_the_difference_alone_is_told():
    wide = early(replace(effect(0.1, 0.03), lift=None, lift_low=None, lift_high=None))
    assert (wide.lift, wide.lift_low, wide.lift_high) == (None, None, None)
    assert wide.low < wide.difference < wide.high


def test_a_lift_of_minus_one_widens_by_its_difference():
    wide = early(replace(effect(0.1, 0.03), lift=-1.0, lift_low=-1.2, lift_high=-0.7))
    assert wide.lift_low < -1.2
    assert wide.lift_high > -0.7


def test_a_lift_without_end_stays_a_number():
    assert math.isfinite(early(replace(effect(0.1, 0.03), lift_high=1e300)).lift_high)


def test_nothing_that_varies_stays_as_it_is():
    same = replace(effect(0.0, 0.03), variance=0.0, low=0.0, high=0.0)
    assert always_valid_effect(same, planned_variance=1.0) == replace(same, level=0.01)


def test_a_variance_falls_with_the_units_that_come():
    assert planned_variance(effect(0.1, 0.03), fraction=0.25) == pytest.approx(
        0.25 * effect(0.1, 0.03).variance
    )
    for wrong in (0.0, 1.5, -1.0, math.nan):
        with pytest.raises(InputError, match=r"must be in \(0, 1\]"):
            planned_variance(effect(0.1, 0.03), fraction=wrong)
    with pytest.raises(InputError, match="planned_variance is 0, must be > 0"):
        mixing_variance(0.0, 0.05)
    with pytest.raises(InputError, match=r"level is 1, must be in \(0, 1\)"):
        mixing_variance(1.0, 1.0)


def test_it_misses_the_truth_at_any_of_many_looks_no_more_than_its_level():
    level, looks, n = 0.05, 100, 4_000
    steps = np.random.default_rng(8).normal(size=(n, looks)).cumsum(axis=1)
    t = np.arange(1, looks + 1)
    mixing = mixing_variance(1 / looks, level)
    halves = np.array([half_width(1 / one, mixing, level) for one in t])
    missed = (np.abs(steps / t) > halves).any(axis=1).mean()
    naive = (np.abs(steps / t) > 1.96 / np.sqrt(t)).any(axis=1).mean()
    assert missed < level
    assert naive > 0.25
