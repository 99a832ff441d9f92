"""The check of the planned shares: its formula by hand, and how it behaves over many looks."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import logsumexp
from scipy.stats import betabinom, binom

from penchant.errors import InputError
from penchant.experiments.statistics.sample_ratio import check_ratio

COUNTS = st.lists(st.integers(0, 10**7), min_size=2, max_size=5)


def test_the_factor_is_that_of_the_urn_drawn_one_by_one():
    counts, shares = (3, 1, 2), (0.5, 0.2, 0.3)
    mean = 0.0
    for concentration, weight in ((2000, 0.5), (200, 0.25), (20, 0.25)):
        factor = weight
        for count, share in zip(counts, shares, strict=True):
            for drawn in range(count):
                factor *= (concentration * share + drawn) / share
        for drawn in range(sum(counts)):
            factor /= concentration + drawn
        mean += factor
    found = check_ratio(counts, shares, units="assigned")
    assert found.log_bayes_factor == pytest.approx(math.log(mean), abs=1e-9)
    assert (found.counts, found.units) == (counts, "assigned")
    assert found.expected == pytest.approx((3.0, 1.2, 1.8))


@pytest.mark.parametrize(("a", "b"), [(0, 0), (5000, 5100), (5000, 5500), (20_000, 19_000)])
def test_two_variants_give_the_ratio_of_a_beta_binomial_to_a_binomial(a, b):
    parts = ((1000, 0.5), (100, 0.25), (10, 0.25))
    told = logsumexp(
        [betabinom.logpmf(a, a + b, half, half) + math.log(weight) for half, weight in parts]
    ) - binom.logpmf(a, a + b, 0.5)
    found = check_ratio((a, b), (1, 1), units="exposed")
    assert found.log_bayes_factor == pytest.approx(told, abs=1e-6)
    assert found.alarm == (told > math.log(100))


@given(COUNTS, st.data())
def test_shares_count_by_their_proportions_and_in_any_order(counts, data):
    shares = data.draw(st.lists(st.floats(0.1, 1), min_size=len(counts), max_size=len(counts)))
    found = check_ratio(counts, shares, units="assigned")
    tripled = check_ratio(counts, [3 * one for one in shares], units="assigned")
    turned = check_ratio(counts[::-1], shares[::-1], units="assigned")
    size = {"rel": 1e-6, "abs": 1e-6 * (1 + sum(counts))}
    assert tripled.log_bayes_factor == pytest.approx(found.log_bayes_factor, **size)
    assert turned.log_bayes_factor == pytest.approx(found.log_bayes_factor, **size)
    assert sum(found.expected) == pytest.approx(sum(counts))


def test_it_averages_to_one_where_the_shares_hold():
    """So it passes 100 at any look in at most one of a hundred sound experiments."""
    n = 3_000
    chances = binom.logpmf(np.arange(n + 1), n, 0.3)
    factors = [
        check_ratio((k, n - k), (0.3, 0.7), units="assigned").log_bayes_factor for k in range(n + 1)
    ]
    assert np.exp(chances + factors).sum() == pytest.approx(1.0, rel=1e-6)


@pytest.mark.parametrize("counts", [(300, 150), (300, 450), (900, 700), (200, 300), (60, 20)])
def test_an_arm_that_lost_many_of_a_few_hundred_is_found(counts):
    assert check_ratio(counts, (1, 1), units="exposed").alarm


@pytest.mark.parametrize("counts", [(210, 190), (520, 480), (30, 20), (1, 0)])
def test_what_chance_does_with_few_is_no_alarm(counts):
    assert not check_ratio(counts, (1, 1), units="exposed").alarm


def test_no_unit_speaks_for_nothing():
    assert check_ratio((0, 0), (1, 1), units="assigned").log_bayes_factor == pytest.approx(0)


def test_what_does_not_fit_is_named():
    with pytest.raises(InputError, match="2 counts for 3 shares"):
        check_ratio((1, 2), (1, 1, 1), units="assigned")
    with pytest.raises(InputError, match="1 counts for 1 shares"):
        check_ratio((1,), (1,), units="assigned")
    for counts, shares in (((-1, 2), (1, 1)), ((1, 2), (0, 1)), ((1, 2), (math.nan, 1))):
        with pytest.raises(InputError, match="must be >= 0"):
            check_ratio(counts, shares, units="assigned")
