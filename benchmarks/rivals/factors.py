"""Models of factors by `implicit` and `cornac`, in an environment of their own: `make rivals`.

cornac's VBPR trains with torch. In its loss the visual bias of a pair, of shape (batch, 1), is
added to a vector of shape (batch,), so every pair is judged with every other's bias, and a penalty
weighs a batch-th of what it says: it is run as it is, with penalties to match.
"""

from __future__ import annotations

import contextlib
import io
from collections import OrderedDict
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from benchmarks.rivals.case import Case
from penchant.types import Rows, Scores

Score = Callable[[Rows], Scores]
BATCH = 1024


def fit_ials(case: Case, settings: Mapping[str, Any]) -> Score:
    """Fit implicit's alternating least squares.

    Args:
        case: What is known.
        settings: factors, alpha, regularization.
    """
    from implicit.als import AlternatingLeastSquares

    model = AlternatingLeastSquares(**settings, num_threads=1, random_state=0)
    model.fit(csr_matrix(case.matrix()), show_progress=False)
    return _product(model.user_factors, model.item_factors)


def fit_bpr(case: Case, settings: Mapping[str, Any]) -> Score:
    """Fit implicit's Bayesian personalised ranking; its last factor is a bias.

    Args:
        case: What is known.
        settings: factors, learning_rate, regularization, iterations.
    """
    from implicit.bpr import BayesianPersonalizedRanking

    model = BayesianPersonalizedRanking(**settings, num_threads=1, random_state=0)
    model.fit(csr_matrix(case.matrix()), show_progress=False)
    return _product(model.user_factors, model.item_factors)


def fit_cornac_bpr(case: Case, settings: Mapping[str, Any]) -> Score:
    """Fit cornac's Bayesian personalised ranking.

    Args:
        case: What is known.
        settings: k, learning_rate, lambda_reg, max_iter.
    """
    from cornac.models import BPR

    model = BPR(**settings, seed=0).fit(_dataset(case))
    return _product(model.u_factors, model.i_factors, model.i_biases)


def fit_vbpr(case: Case, settings: Mapping[str, Any]) -> Score:
    """Fit cornac's visual Bayesian personalised ranking, on the same photo vectors as ours.

    They are centred and brought to a mean square of one per number, or its first steps see
    next to nothing.

    Args:
        case: What is known.
        settings: k, k2, n_epochs, learning_rate, lambda_w, lambda_e.
    """
    from cornac.data import ImageModality
    from cornac.models import VBPR

    assert case.photos is not None
    photos = case.photos - case.photos.mean(axis=0)
    photos /= np.sqrt(np.mean(photos**2))
    known = _dataset(case)
    known.add_modalities(item_image=ImageModality(features=photos, normalized=False))
    model = VBPR(**settings, batch_size=BATCH, seed=0, verbose=False)
    with contextlib.redirect_stdout(io.StringIO()):
        model.fit(known)
    customers = np.hstack([model.gamma_user, model.theta_user])
    products = np.hstack([model.gamma_item, model.theta_item])
    return _product(customers, products, model.beta_item + model.visual_bias)


def _dataset(case: Case) -> Any:
    """Give what is known with our rows as theirs, products without a purchase too."""
    from cornac.data import Dataset

    n_customers, n_products = len(case.customer_ids), len(case.product_ids)
    ones = np.ones(len(case.customer_row), np.float32)
    return Dataset(
        num_users=n_customers,
        num_items=n_products,
        uid_map=OrderedDict((row, row) for row in range(n_customers)),
        iid_map=OrderedDict((row, row) for row in range(n_products)),
        uir_tuple=(case.customer_row, case.product_row, ones),
        seed=0,
    )


def _product(
    customers: NDArray[np.floating],
    products: NDArray[np.floating],
    biases: NDArray[np.floating] | float = 0.0,
) -> Score:
    return lambda rows: (customers[rows] @ products.T + biases).astype(np.float32)
