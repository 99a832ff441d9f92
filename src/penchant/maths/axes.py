"""Principal axes made reproducible: an eigenvector has no sign of its own, so we give it one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def fixed_sign(vectors: NDArray[np.float64]) -> NDArray[np.float64]:
    """Flip each column so that its entry of largest size is positive.

    Args:
        vectors: Shape (dim, n), columns are axes.

    Returns:
        Shape (dim, n), a new array.

    Example:
        >>> fixed_sign(np.array([[-2.0, 0.1], [1.0, 0.3]]))
        array([[ 2. ,  0.1],
               [-1. ,  0.3]])
    """
    largest = np.abs(vectors).argmax(axis=0)
    signs = np.sign(vectors[largest, np.arange(vectors.shape[1])])
    return np.asarray(vectors * np.where(signs == 0, 1.0, signs))
