"""A small model of what slots and products get: it learns, and never from what it is asked."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_array

from penchant.errors import InputError
from penchant.experiments.off_policy.reward_model import PRIOR, Shown, predict_rewards

RATES, FACTORS = np.array([0.4, 0.2]), np.array([0.5, 1.0, 2.0])


def shown(n: int, *, per_customer: int = 4) -> Shown:
    """Clicks by a slot's rate times a product's factor."""
    rng = np.random.default_rng(1)
    slot, product = rng.integers(1, 3, n), rng.integers(0, 3, n)
    chance = RATES[slot - 1] * FACTORS[product]
    reward = (rng.random(n) < chance).astype(float)
    return Shown(np.arange(n) // per_customer, slot, product, reward)


def test_with_many_rows_it_is_what_clicks_come_from() -> None:
    log = shown(60_000)
    even = csr_array(np.full((60_000, 3), 1 / 3))
    found = predict_rewards(log, even)
    wanted = RATES[log.slot - 1] * FACTORS[log.product_row]
    np.testing.assert_allclose(found.shown, wanted, rtol=0.08)
    np.testing.assert_allclose(found.target, RATES[log.slot - 1] * FACTORS.mean(), rtol=0.08)


def test_a_row_is_predicted_from_customers_of_the_other_half() -> None:
    log = shown(40)
    target = csr_array(np.eye(3)[log.product_row])
    found = predict_rewards(log, target)
    np.testing.assert_allclose(found.shown, found.target)
    own = log.customer % 2 == 0
    other = replace(log, reward=np.where(own, 1 - log.reward, log.reward))
    again = predict_rewards(other, target)
    np.testing.assert_array_equal(again.shown[own], found.shown[own])
    assert (again.shown[~own] != found.shown[~own]).any()


def test_by_hand() -> None:
    log = Shown(
        np.array([1, 1, 1, 2]), np.array([1, 1, 1, 1]), np.array([0, 1, -1, 1]),
        np.array([1.0, 0.0, 0.5, 7.0]),
    )  # fmt: skip
    target = csr_array(np.array([[0.5, 0.5], [0, 1], [0, 0], [0.5, 0.25]]))
    found = predict_rewards(log, target)
    factors = np.array([(1 + PRIOR) / (0.5 + PRIOR), (0 + PRIOR) / (0.5 + PRIOR)])
    assert found.shown[3] == pytest.approx(0.5 * factors[1])
    assert found.target[3] == pytest.approx(0.5 * (0.5 * factors[0] + 0.25 * factors[1]))
    assert found.shown[:3] == pytest.approx([7.0, 7.0, 7.0])
    assert found.target[:3] == pytest.approx([7.0, 7.0, 0.0])


def test_what_it_cannot_learn_from_is_refused() -> None:
    log = shown(8)
    with pytest.raises(InputError, match="target has 3 rows, 8 slots"):
        predict_rewards(log, csr_array((3, 3)))
    with pytest.raises(InputError, match="must be >= 0"):
        predict_rewards(replace(log, reward=-log.reward - 1), csr_array((8, 3)))
