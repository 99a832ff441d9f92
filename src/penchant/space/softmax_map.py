"""The learned map: a linear projection trained so that baskets hold together.

In every step some baskets hide one product each; the rest of a basket must find its own hidden
product among those of all baskets (in-batch softmax, cosine / temperature). Popular products are
frequent negatives, so the map learns affinity beyond popularity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import unit_rows
from penchant.space.baskets import Baskets
from penchant.space.start_map import start_map
from penchant.types import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

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

    def batches(self, baskets: Baskets) -> int:
        """Steps of one epoch.

        Args:
            baskets: What is trained on.
        """
        return max(1, len(baskets) // self.batch)

    def steps(self, baskets: Baskets) -> int:
        """Steps in all.

        Args:
            baskets: What is trained on.
        """
        return self.epochs * self.batches(baskets)


def learn_softmax_map(
    z: Matrix,
    baskets: Baskets,
    rng: np.random.Generator,
    *,
    dim: int = 256,
    schedule: Schedule | None = None,
    groups: NDArray[np.integer] | None = None,
) -> Matrix:
    """Train the map with Adam, the rate falling linearly to zero.

    Args:
        z: Shape (n_products, d), unit rows of all channels.
        baskets: At least two, of product rows into z.
        rng: Draws the hidden products and the order of baskets.
        dim: Columns of the map.
        schedule: Epochs and batch; chosen by the number of baskets if absent.
        groups: Shape (n_products,), equal for variants of one design. A product is hidden with
            its variants: to find one color by the other teaches nothing of taste.

    Returns:
        Shape (d, min(dim, d)), float32. Same rng, same map.
    """
    design = np.arange(len(z)) if groups is None else groups
    plan = schedule or Schedule.by_baskets(len(baskets))
    adam = Adam(start_map(z, dim), steps=plan.steps(baskets))
    for rest, target in lessons(baskets, design, plan, rng):
        adam.step(_gradient(adam.weights, unit_rows(rest @ z), z[target], target))
    return adam.weights


def lessons(
    baskets: Baskets, design: NDArray[np.integer], plan: Schedule, rng: np.random.Generator
) -> Iterator[tuple[csr_array, Rows]]:
    """Hide a random product of every basket, batch by batch, as often as planned.

    Args:
        baskets: Of product rows.
        design: Shape (n_products,), equal for variants of one design, hidden together.
        plan: Epochs and batch.
        rng: Draws the hidden products and the order of baskets.

    Yields:
        Ones where a basket still holds a product, shape (batch, n_products); and the hidden ones.
    """
    for _ in range(plan.epochs):
        order = rng.permutation(len(baskets))
        for number in range(plan.batches(baskets)):
            chosen = order[number * plan.batch : (number + 1) * plan.batch]
            yield _hide_one(baskets, chosen, design, rng)


def _hide_one(
    baskets: Baskets,
    chosen: NDArray[np.intp],
    design: NDArray[np.integer],
    rng: np.random.Generator,
) -> tuple[csr_array, Rows]:
    from scipy.sparse import csr_array

    lengths = baskets.lengths[chosen]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths)])
    inside = np.arange(starts[-1]) - np.repeat(starts[:-1] - baskets.starts[chosen], lengths)
    products = baskets.product_row[inside]
    hidden = starts[:-1] + (rng.random(len(chosen)) * lengths).astype(np.int64)
    target = products[hidden]
    ones = (design[products] != np.repeat(design[target], lengths)).astype(np.float32)
    rest = csr_array((ones, products, starts), shape=(len(chosen), len(design)))
    return rest, target


def _gradient(weights: Matrix, rest: Matrix, hidden: Matrix, target: Rows) -> Matrix:
    """Give the gradient of the mean cross-entropy of finding each basket's own hidden product."""
    q_error, k_error = softmax_errors(rest @ weights, hidden @ weights, target)
    return np.asarray(rest.T @ q_error + hidden.T @ k_error)


def softmax_errors(
    q_raw: Matrix,
    k_raw: Matrix,
    target: Rows,
    *,
    inverse_temperature: float = INVERSE_TEMPERATURE,
) -> tuple[Matrix, Matrix]:
    """Give the gradient of the mean cross-entropy by both sides, before they are made unit rows.

    Args:
        q_raw: Shape (n, dim), the rest of each basket.
        k_raw: Shape (n, dim), its hidden product.
        target: Shape (n,), the row of that; others of the same row are no wrong answers.
        inverse_temperature: Times the cosine.
    """
    q, k = unit_rows(q_raw), unit_rows(k_raw)
    logits = inverse_temperature * (q @ k.T)
    same = target[:, None] == target[None, :]
    np.fill_diagonal(same, val=False)
    logits[same] = -np.inf
    logits -= logits.max(axis=1, keepdims=True)
    error = np.exp(logits)
    error /= error.sum(axis=1, keepdims=True)
    error[np.diag_indices(len(error))] -= 1.0
    error *= inverse_temperature / len(error)
    return _through_unit(q_raw, q, error @ k), _through_unit(k_raw, k, error.T @ q)


def _through_unit(raw: Matrix, unit: Matrix, error: Matrix) -> Matrix:
    """Carry a gradient back through the scaling to length 1: (e - u (u.e)) / |raw|."""
    along = np.einsum("ij,ij->i", unit, error)
    lengths = np.sqrt(np.einsum("ij,ij->i", raw, raw))
    inverse = np.divide(1.0, lengths, out=np.zeros_like(lengths), where=lengths > 0)
    return np.asarray((error - unit * along[:, None]) * inverse[:, None])


class Adam:
    """Adam for one matrix; the rate falls linearly to zero over `steps`."""

    def __init__(self, weights: Matrix, *, steps: int) -> None:
        self.weights = weights.copy()
        self._steps = steps
        self._step = 0
        self._mean = np.zeros_like(weights)
        self._square = np.zeros_like(weights)

    def step(self, gradient: Matrix) -> None:
        """Move against the gradient.

        Args:
            gradient: Of the shape of the weights.
        """
        first, second = BETAS
        rate = LEARNING_RATE * (1 - self._step / self._steps)
        self._step += 1
        self._mean += (1 - first) * (gradient - self._mean)
        self._square += (1 - second) * (gradient * gradient - self._square)
        mean = self._mean / (1 - first**self._step)
        square = self._square / (1 - second**self._step)
        self.weights -= (rate * mean / (np.sqrt(square) + 1e-8)).astype(np.float32)
