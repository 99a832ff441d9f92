"""Pairings: which products go into one basket, learned as two vectors per product.

    owned_i = z_i W + e_i        candidate_j = unit(z_j V + e_j)
    score of j for a customer = unit(sum of owned_i) . candidate_j

The style space says what is alike; this says what goes together, so a product has one vector as
what is owned and another as what comes next. W and V read the channels, and carry over to products
with few sales; e holds what no channel shows. Trained as the softmax map is.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from penchant.errors import BuildError
from penchant.files import open_array
from penchant.maths.rows import unit_rows
from penchant.space.baskets import Baskets
from penchant.space.softmax_map import Adam, Schedule, lessons, softmax_errors
from penchant.space.start_map import start_map
from penchant.types import Rows, Vector, Weights

Matrix = NDArray[np.float32]

INVERSE_TEMPERATURE = 7.0


@dataclass(frozen=True, slots=True, eq=False)
class Pairings:
    """Two vectors per product.

    Attributes:
        owned: Shape (n_products, dim), what owning a product adds to what a customer looks for.
        candidates: Shape (n_products, dim), unit rows, what is found; zeros: not placed.
    """

    owned: Matrix
    candidates: Matrix

    def wanted(self, rows: Rows, weights: Weights | None = None) -> Vector:
        """Give what goes with what a customer owns.

        Args:
            rows: Shape (n,), product rows; -1 adds nothing.
            weights: Shape (n,), how much each counts; 1 each by default.

        Returns:
            Shape (dim,), a unit vector to compare with `candidates`; zeros for who owns nothing.

        Example:
            >>> pairings = Pairings(np.array([[0, 2], [0, 0]], np.float32),
            ...                     np.array([[1, 0], [0, 1]], np.float32))
            >>> (pairings.candidates @ pairings.wanted(np.array([0, -1]))).tolist()
            [0.0, 1.0]
        """
        total = self._parts(rows, weights).sum(axis=0)
        return np.asarray(unit_rows(total[None].astype(np.float32))[0])

    def shares(
        self, rows: Rows, product_row: int, weights: Weights | None = None
    ) -> NDArray[np.float64]:
        """Split a product's score by what the customer owns, exactly.

        Args:
            rows: Shape (n,), as in `wanted`.
            product_row: The product whose score is split.
            weights: Shape (n,), as there.

        Returns:
            Shape (n,), aligned with `rows`; sums to the score.
        """
        parts = self._parts(rows, weights)
        length = float(np.linalg.norm(parts.sum(axis=0)))
        terms = parts @ self.candidates[product_row].astype(np.float64)
        return np.asarray(terms / length if length > 0 else np.zeros(len(rows)))

    def _parts(self, rows: Rows, weights: Weights | None) -> NDArray[np.float64]:
        factors = np.ones(len(rows)) if weights is None else weights
        return np.asarray(self.owned[rows].astype(np.float64) * (factors * (rows >= 0))[:, None])

    def extended(self, n: int) -> Pairings:
        """Give the same for n more products, of which nothing was learned: none is placed.

        Args:
            n: How many.
        """
        nothing = np.zeros((n, self.owned.shape[1]), np.float32)
        sides = (np.concatenate([side, nothing]) for side in (self.owned, self.candidates))
        return Pairings(*sides)

    def save(self, directory: Path) -> None:
        """Write one .npy file per side.

        Args:
            directory: An existing folder.
        """
        np.save(directory / "owned.npy", self.owned)
        np.save(directory / "candidates.npy", self.candidates)

    @classmethod
    def load(cls, directory: Path) -> Pairings:
        """Open what `save` wrote, by memory map.

        Args:
            directory: The folder.

        Raises:
            BuildError: if a file is missing or damaged, or the sides do not fit together.
        """
        owned, candidates = (
            open_array(directory / f"{side}.npy") for side in ("owned", "candidates")
        )
        if owned.shape != candidates.shape or owned.ndim != 2:
            raise BuildError(f"The pairings in {directory} do not fit together. Build again.")
        return cls(owned, candidates)


def learn_pairings(
    z: Matrix,
    baskets: Baskets,
    rng: np.random.Generator,
    *,
    dim: int = 256,
    schedule: Schedule | None = None,
    groups: NDArray[np.integer] | None = None,
) -> Pairings:
    """Train both sides so that what is left of a basket finds its hidden product.

    Args:
        z: Shape (n_products, d), unit rows of all channels.
        baskets: At least two, of product rows into z.
        rng: Draws the hidden products and the order of baskets.
        dim: Columns of the vectors, at most d.
        schedule: Epochs and batch; chosen by the number of baskets if absent.
        groups: Shape (n_products,), equal for variants of one design, hidden together.

    Returns:
        Same rng, same vectors. Cost: about twice that of the softmax map.
    """
    from scipy.sparse import csr_array

    plan = schedule or Schedule.by_baskets(len(baskets))
    design = np.arange(len(z)) if groups is None else groups
    steps, start = plan.steps(baskets), start_map(z, dim)
    own, found = Adam(start, steps=steps), Adam(start, steps=steps)
    extra = Adam(np.zeros((len(z), start.shape[1]), np.float32), steps=steps)
    for rest, target in lessons(baskets, design, plan, rng):
        n = len(target)
        pick = csr_array((np.ones(n, np.float32), target, np.arange(n + 1)), shape=rest.shape)
        rest_z, target_z = rest @ z, z[target]
        q_error, k_error = softmax_errors(
            rest_z @ own.weights + rest @ extra.weights,
            target_z @ found.weights + extra.weights[target],
            target,
            inverse_temperature=INVERSE_TEMPERATURE,
        )
        own.step(rest_z.T @ q_error)
        found.step(target_z.T @ k_error)
        extra.step(rest.T @ q_error + pick.T @ k_error)
    owned, candidates = z @ own.weights, z @ found.weights
    return Pairings(owned + extra.weights, unit_rows(candidates + extra.weights))
