"""The closed-form map: whiten what varies within baskets (linear discriminant analysis).

For few baskets: no step size, no epochs, one eigenproblem. Directions in which a customer's own
products differ are shrunk, the others keep their length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.maths.axes import fixed_sign
from penchant.space.baskets import Baskets

Matrix = NDArray[np.float32]

SHRINKAGE = 0.3
"""Share of the mean within-basket variance added to every direction."""

STEP = 20_000
"""Baskets at a time; bounds the memory."""


def closed_form_map(
    z: Matrix, baskets: Baskets, *, dim: int = 256, shrinkage: float = SHRINKAGE
) -> Matrix:
    """Whiten the within-basket scatter and keep the axes that vary most between products.

    W = A^(-1/2) U, with A = within-basket scatter / its mean variance + shrinkage, and U the top
    eigenvectors of A^(-1/2) Z'Z A^(-1/2).

    Args:
        z: Shape (n_products, d), unit rows of all channels.
        baskets: Of product rows into z.
        dim: Columns of the map.
        shrinkage: > 0; more of it leaves the channels more as they are.

    Returns:
        Shape (d, min(dim, d)), float32.
    """
    within = _within_scatter(z, baskets)
    mean_variance = max(float(np.trace(within)) / len(within), 1e-12)
    values, vectors = np.linalg.eigh(within / mean_variance)
    whitener = (vectors / np.sqrt(np.maximum(values, 0) + shrinkage)) @ vectors.T
    total = whitener @ (z.T @ z).astype(np.float64) @ whitener
    _, axes = np.linalg.eigh(total)
    return np.asarray(whitener @ fixed_sign(axes[:, ::-1][:, :dim]), dtype=np.float32)


def _within_scatter(z: Matrix, baskets: Baskets) -> NDArray[np.float64]:
    """Give the mean outer product of (product - basket mean), shape (d, d)."""
    scatter = np.zeros((z.shape[1], z.shape[1]))
    for first in range(0, len(baskets), STEP):
        starts = baskets.starts[first : first + STEP + 1]
        rows = z[baskets.product_row[starts[0] : starts[-1]]]
        lengths = np.diff(starts)
        sums = np.add.reduceat(rows, starts[:-1] - starts[0], axis=0)
        centred = rows - np.repeat(sums / lengths[:, None], lengths, axis=0)
        scatter += centred.T @ centred
    return scatter / max(1, len(baskets.product_row))
