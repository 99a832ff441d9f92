"""Several comparisons at once: what is exploratory is read after this, and never decides."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError


def benjamini_hochberg(p_values: NDArray[np.floating]) -> NDArray[np.float64]:
    """Adjust p values of segments or further metrics for being many.

    Of those below .05 afterwards, one in twenty is false on average (Benjamini and Hochberg
    1995). Where each single one must hold with the others, use `penchant.evaluation.holm`.

    Args:
        p_values: Shape (n,), in [0, 1].

    Returns:
        Shape (n,), in the same order; never smaller than what was given, 1 at most.

    Raises:
        InputError: if a p value lies outside of [0, 1].

    Example:
        >>> benjamini_hochberg(np.array([0.01, 0.04, 0.03]))
        array([0.03, 0.04, 0.04])
    """
    from scipy.stats import false_discovery_control

    wrong = p_values[~((p_values >= 0) & (p_values <= 1))]
    if len(wrong):
        raise InputError(f"A p value is {wrong[0]}, must be in 0..1.")
    adjusted: NDArray[np.float64] = false_discovery_control(p_values.astype(np.float64))
    return adjusted
