"""The closed-form map: whiten what varies within baskets (linear discriminant analysis).

For few baskets: no step size, no epochs, one eigenproblem. Directions in which a customer's own
products differ are shrunk, the others keep their length.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.space.baskets import Baskets
from penchant.space.start_map import start_map

Matrix = NDArray[np.float32]

SHRINKAGE = 3.0
"""Times the mean within-basket variance added to every direction."""

START_DIM = 400
"""Strongest axes of the channels that take part; with all of them it learns baskets by heart."""

STEP = 20_000
"""Baskets at a time; bounds the memory."""


def closed_form_map(
    z: Matrix, baskets: Baskets, *, dim: int = START_DIM, shrinkage: float = SHRINKAGE
) -> Matrix:
    """Whiten the within-basket scatter on the strongest axes of the channels.

    W = P A^(-1/2), with P the start map and A = within-basket scatter of zP / its mean variance +
    shrinkage.

    Args:
        z: Shape (n_products, d), unit rows of all channels.
        baskets: Of product rows into z.
        dim: Columns of the map, at most d.
        shrinkage: > 0; more of it leaves the channels more as they are.

    Returns:
        Shape (d, min(dim, d)), float32.
    """
    start = start_map(z, dim)
    within = _within_scatter(z @ start, baskets)
    mean_variance = max(float(np.trace(within)) / len(within), 1e-12)
    values, vectors = np.linalg.eigh(within / mean_variance)
    whitener = (vectors / np.sqrt(np.maximum(values, 0) + shrinkage)) @ vectors.T
    return np.asarray(start @ whitener, dtype=np.float32)


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
