import numpy as np
import pytest

from penchant.errors import InputError
from penchant.maths.decay import age_in_days, halved, recency_weights


def test_weight_halves_every_half_life():
    weights = recency_weights(np.array([0.0, 7.0, 14.0, 3.5]), 7.0)
    np.testing.assert_allclose(weights, [1.0, 0.5, 0.25, 0.5**0.5])


def test_each_interaction_may_have_its_own_half_life():
    np.testing.assert_allclose(
        recency_weights(np.array([30.0, 30.0]), np.array([30.0, 15.0])), [0.5, 0.25]
    )


@pytest.mark.parametrize("half_life", [0.0, -3.0, float("nan")])
def test_a_half_life_that_is_not_positive_is_refused(half_life):
    with pytest.raises(InputError, match=r"half_life_days is .*, must be > 0"):
        recency_weights(np.array([1.0]), half_life)


def test_an_interaction_after_as_of_is_refused():
    with pytest.raises(InputError, match="age_days holds -1"):
        recency_weights(np.array([2.0, -1.0]))


def test_ages_keep_fractions_of_a_day():
    np.testing.assert_allclose(
        age_in_days(np.array([0, 21_600_000_000]), 86_400_000_000), [1, 0.75]
    )


def test_halving_without_checks_gives_the_same_weights():
    ages, half_lives = np.array([0.0, 3.0, 400.0]), np.array([1.0, 6.0, np.inf])
    np.testing.assert_array_equal(halved(ages, half_lives), recency_weights(ages, half_lives))
    assert halved(np.array([1e9]), np.array([1e-3])).tolist() == [0.0]


def test_no_interactions_have_no_weights():
    assert recency_weights(np.empty(0), np.empty(0)).shape == (0,)
