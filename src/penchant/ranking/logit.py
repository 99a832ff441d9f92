"""Conditional logit: the weights under which what people chose stands out from the other options.

P(chosen) = exp(w . x_chosen) / sum over the options of exp(w . x_option)
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError

Matrix = NDArray[np.float64]

RIDGE = 1e-3
"""Pulls weights towards 0, per choice; keeps them finite where a feature tells all."""


def fit_conditional_logit(
    features: Matrix,
    starts: NDArray[np.int64],
    chosen: NDArray[np.int64],
    *,
    ridge: float = RIDGE,
) -> Matrix:
    """Find the weights >= 0 that make the choices most likely.

    Args:
        features: Shape (n_options, n_features), finite, of all choices one after another; on
            scales that compare, or the ridge weighs unevenly.
        starts: Shape (n_choices + 1,): choice i was among options starts[i]:starts[i + 1].
        chosen: Shape (n_choices,), the row of `features` that was chosen.
        ridge: >= 0, times the squared weights, added to the mean loss of a choice.

    Returns:
        Shape (n_features,), >= 0. Cost: some tens of passes over `features`.

    Raises:
        InputError: if there is no choice, or one was not among its options.

    Example:
        >>> options = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [0.0, 0.0]])
        >>> fit_conditional_logit(options, np.array([0, 2, 4]), np.array([0, 2])).round(1).tolist()
        [4.7, 0.0]
    """
    from scipy.optimize import minimize

    if not len(chosen) or (chosen < starts[:-1]).any() or (chosen >= starts[1:]).any():
        raise InputError(
            f"{len(chosen)} choices, must be at least one, each a row among its own options."
        )
    start = np.full(features.shape[1], 0.1)
    found = minimize(
        choice_loss,
        start,
        args=(features, starts, chosen, ridge),
        jac=True,
        method="L-BFGS-B",
        bounds=[(0.0, None)] * len(start),
    )
    return np.asarray(found.x, dtype=np.float64)


def choice_loss(
    weights: Matrix,
    features: Matrix,
    starts: NDArray[np.int64],
    chosen: NDArray[np.int64],
    ridge: float,
) -> tuple[float, Matrix]:
    """Give the mean negative log-likelihood of a choice plus ridge, and its gradient.

    Args:
        weights: Shape (n_features,).
        features: As in `fit_conditional_logit`.
        starts: As there.
        chosen: As there.
        ridge: As there.
    """
    firsts, lengths, n = starts[:-1], np.diff(starts), len(chosen)
    utility = features @ weights
    highest = np.maximum.reduceat(utility, firsts)
    odds = np.exp(utility - np.repeat(highest, lengths))
    sums = np.add.reduceat(odds, firsts)
    expected = (odds / np.repeat(sums, lengths)) @ features
    loss = (highest + np.log(sums) - utility[chosen]).sum() / n
    gradient = (expected - features[chosen].sum(axis=0)) / n
    return float(loss + ridge * weights @ weights), gradient + 2 * ridge * weights
