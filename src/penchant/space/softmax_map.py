"""The learned map: a linear projection trained so that baskets hold together.

In every step some baskets hide one product each; the rest of a basket must find its own hidden
product among those of all baskets (in-batch softmax, cosine / temperature). Popular products are
frequent negatives, so the map learns affinity beyond popularity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import unit_rows
from penchant.space.baskets import Baskets
from penchant.space.start_map import start_map

Matrix = NDArray[np.float32]

INVERSE_TEMPERATURE = 10.0
LEARNING_RATE = 1e-3
BETAS = (0.9, 0.99)
FEW_BASKETS = 2000
"""Below this many baskets: smaller batches, more epochs."""

MIN_STEPS = 160
"""Steps the map needs to leave its start; with more baskets eight epochs give them anyway."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long and in what portions the map is trained.

    Attributes:
        epochs: Passes over the baskets.
        batch: Baskets in one step.
    """

    epochs: int
    batch: int

    @classmethod
    def by_baskets(cls, n_baskets: int) -> Schedule:
        """Choose by the number of baskets.

        Args:
            n_baskets: Baskets of two or more products.
        """
        if n_baskets < FEW_BASKETS:
            return cls(epochs=25, batch=min(256, max(2, n_baskets // 2)))
        batch = min(1024, n_baskets // 8)
        return cls(epochs=min(25, max(8, round(MIN_STEPS * batch / n_baskets))), batch=batch)


def learn_softmax_map(
    z: Matrix,
    baskets: Baskets,
    rng: np.random.Generator,
    *,
    dim: int = 256,
    schedule: Schedule | None = None,
) -> Matrix:
    """Train the map with Adam, the rate falling linearly to zero.

    Args:
        z: Shape (n_products, d), unit rows of all channels.
        baskets: At least two, of product rows into z.
        rng: Draws the hidden products and the order of baskets.
        dim: Columns of the map.
        schedule: Epochs and batch; chosen by the number of baskets if absent.

    Returns:
        Shape (d, min(dim, d)), float32. Same rng, same map.
    """
    plan = schedule or Schedule.by_baskets(len(baskets))
    batches = max(1, len(baskets) // plan.batch)
    adam = _Adam(start_map(z, dim), steps=plan.epochs * batches)
    for _ in range(plan.epochs):
        order = rng.permutation(len(baskets))
        for number in range(batches):
            chosen = order[number * plan.batch : (number + 1) * plan.batch]
            rest, target = _hide_one(z, baskets, chosen, rng)
            adam.step(_gradient(adam.weights, rest, z[target], target))
    return adam.weights


def _hide_one(
    z: Matrix, baskets: Baskets, chosen: NDArray[np.intp], rng: np.random.Generator
) -> tuple[Matrix, NDArray[np.int32]]:
    """Draw a hidden product of each basket; give the unit sum of the rest, and the hidden."""
    from scipy.sparse import csr_array

    lengths = baskets.lengths[chosen]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    inside = np.arange(starts[-1]) - np.repeat(starts[:-1] - baskets.starts[chosen], lengths)
    products = baskets.product_row[inside]
    hidden = starts[:-1] + (rng.random(len(chosen)) * lengths).astype(np.int64)
    ones = np.ones(len(products), np.float32)
    ones[hidden] = 0.0
    sums = csr_array((ones, products, starts), shape=(len(chosen), len(z))) @ z
    return unit_rows(sums), products[hidden]


def _gradient(weights: Matrix, rest: Matrix, hidden: Matrix, target: NDArray[np.int32]) -> Matrix:
    """Give the gradient of the mean cross-entropy of finding each basket's own hidden product."""
    q_raw, k_raw = rest @ weights, hidden @ weights
    q, k = unit_rows(q_raw), unit_rows(k_raw)
    logits = INVERSE_TEMPERATURE * (q @ k.T)
    same = target[:, None] == target[None, :]
    np.fill_diagonal(same, val=False)
    logits[same] = -np.inf
    logits -= logits.max(axis=1, keepdims=True)
    error = np.exp(logits)
    error /= error.sum(axis=1, keepdims=True)
    error[np.diag_indices(len(error))] -= 1.0
    error *= INVERSE_TEMPERATURE / len(error)
    q_error = _through_unit(q_raw, q, error @ k)
    k_error = _through_unit(k_raw, k, error.T @ q)
    return np.asarray(rest.T @ q_error + hidden.T @ k_error)


def _through_unit(raw: Matrix, unit: Matrix, error: Matrix) -> Matrix:
    """Carry a gradient back through the scaling to length 1: (e - u (u.e)) / |raw|."""
    along = np.einsum("ij,ij->i", unit, error)
    lengths = np.sqrt(np.einsum("ij,ij->i", raw, raw))
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return np.asarray((error - unit * along[:, None]) * inverse[:, None])


class _Adam:
    """Adam for one matrix; the rate falls linearly to zero over `steps`."""

    def __init__(self, weights: Matrix, *, steps: int) -> None:
        self.weights = weights.copy()
        self._steps = steps
        self._step = 0
        self._mean = np.zeros_like(weights)
        self._square = np.zeros_like(weights)

    def step(self, gradient: Matrix) -> None:
        first, second = BETAS
        rate = LEARNING_RATE * (1 - self._step / self._steps)
        self._step += 1
        self._mean += (1 - first) * (gradient - self._mean)
        self._square += (1 - second) * (gradient * gradient - self._square)
        mean = self._mean / (1 - first**self._step)
        square = self._square / (1 - second**self._step)
        self.weights -= (rate * mean / (np.sqrt(square) + 1e-8)).astype(np.float32)
