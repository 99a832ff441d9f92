"""Where a learned map starts: the strongest axes of the channels."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.maths.axes import fixed_sign

Matrix = NDArray[np.float32]


def start_map(z: Matrix, dim: int) -> Matrix:
    """Give the projection on the strongest axes of the channels, not centred.

    Args:
        z: Shape (n_products, d), unit rows.
        dim: Columns wanted, at most d.

    Returns:
        Shape (d, min(dim, d)), orthonormal columns.
    """
    _, vectors = np.linalg.eigh((z.T @ z).astype(np.float64))
    return np.asarray(fixed_sign(vectors[:, ::-1][:, :dim]), dtype=np.float32)
