"""A reward model: what each slot and each product gets, for the doubly robust estimator.

Two factors: how much a slot gets, and how many times as much a product gets as its slots let
expect, drawn towards 1 where little is known. Small on purpose: the log puts right what it misses.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.types import Weights

if TYPE_CHECKING:
    from scipy.sparse import csr_array

PRIOR = 2.0
"""Rewards a product is taken to have got, as many as expected, before anything is known of it."""

FOLDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Predictions:
    """What a model expects.

    Attributes:
        shown: Shape (n,), of the product shown in each row.
        target: Shape (n,), of the other policy in the same slot, over all it might show.
    """

    shown: Weights
    target: Weights


@dataclass(frozen=True, slots=True, eq=False)
class Shown:
    """What was shown, one row each, for a model to learn from.

    Attributes:
        customer: Shape (n,), number of who saw it.
        slot: Shape (n,), its 1-based place.
        product_row: Shape (n,), the product; -1: none the other policy could show.
        reward: Shape (n,), what came of it, >= 0.
    """

    customer: NDArray[np.int64]
    slot: NDArray[np.int64]
    product_row: NDArray[np.int64]
    reward: Weights


def predict_rewards(shown: Shown, target: csr_array) -> Predictions:
    """Predict each row from the customers of the other half: no row is predicted from itself.

    Args:
        shown: What was shown, and what came of it.
        target: Shape (n, n_products), the probability of each product in each row under the policy
            to be valued; rows sum to 1, or less where it might show nothing.

    Raises:
        InputError: if a reward is negative, or the rows are not as many as in `shown`.
    """
    n, n_products = target.shape
    if n != len(shown.reward):
        raise InputError(f"target has {n} rows, {len(shown.reward)} slots were shown.")
    if (shown.reward < 0).any():
        raise InputError(f"A reward is {shown.reward.min():g}, must be >= 0 for this model.")
    _, number = np.unique(shown.customer, return_inverse=True)
    fold = number % FOLDS
    predicted, of_target = np.zeros(n), np.zeros(n)
    for one in range(FOLDS):
        asked = fold == one
        rates, factors = _fit(shown, ~asked, n_products)
        rate = rates[shown.slot[asked]]
        predicted[asked] = rate * np.append(factors, 1.0)[shown.product_row[asked]]
        of_target[asked] = rate * (target[asked] @ factors)
    return Predictions(predicted, of_target)


def _fit(shown: Shown, learnt: NDArray[np.bool_], n_products: int) -> tuple[Weights, Weights]:
    """Give the mean reward of each slot, and the factor of each product."""
    slot, row, reward = shown.slot[learnt], shown.product_row[learnt], shown.reward[learnt]
    n_slots = int(shown.slot.max(initial=0)) + 1
    seen = np.bincount(slot, minlength=n_slots)
    overall = reward.mean() if len(reward) else 0.0
    sums = np.bincount(slot, weights=reward, minlength=n_slots)
    rates = np.where(seen > 0, sums / np.maximum(seen, 1), overall)
    known = row >= 0
    got = np.bincount(row[known], weights=reward[known], minlength=n_products)
    due = np.bincount(row[known], weights=rates[slot[known]], minlength=n_products)
    return rates, (got + PRIOR) / (due + PRIOR)
