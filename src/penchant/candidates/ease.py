"""EASE: every product predicted from all others by one ridge regression, in closed form.

    G = sum_u n_u^-a x_u x_u' + penalty I,   P = inverse of G,   link(i, j) = -P_ij / P_jj

i is owned, j the candidate (Steck, "Embarrassingly shallow autoencoders for sparse data", 2019).
Unlike item-kNN it does not count twice what two owned products tell alike. It is dense: time grows
with the cube of the products, memory with their square.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.links import ProductLinks
from penchant.candidates.ownership import Ownership, find_ownership
from penchant.candidates.strongest import (
    BLOCK,
    LinkBlock,
    join_links,
    spread,
    strongest_of_dense,
)
from penchant.errors import InputError
from penchant.maths.threads import one_thread
from penchant.settings import EaseSettings
from penchant.types import Rows

Matrix = NDArray[np.float64]


def fit_ease(
    customer_row: Rows,
    product_row: Rows,
    *,
    n_customers: int,
    n_products: int,
    settings: EaseSettings | None = None,
) -> ProductLinks:
    """Link products by a ridge regression of each on all others.

    Args:
        customer_row: Shape (n,), any order.
        product_row: Shape (n,), aligned; -1 is left out, repeated pairs count once.
        n_customers: Customers in all.
        n_products: Products in all; those without a customer cost nothing.
        settings: Penalty, power, size limit, and how many links to keep.

    Returns:
        Links of either sign. Same bytes on any number of threads.

    Raises:
        InputError: if the arrays are not pairs of rows, or too many products have customers.

    Example:
        >>> customers, products = np.array([0, 0, 1], np.int32), np.array([0, 1, 1], np.int32)
        >>> links = fit_ease(customers, products, n_customers=2, n_products=2,
        ...                  settings=EaseSettings(penalty=1.0))
        >>> [round(one, 3) for one in links.weights.tolist()]  # G = [[2, 1], [1, 3]]
        [0.5, 0.333]
    """
    chosen = settings or EaseSettings()
    known = find_ownership(customer_row, product_row, n_customers=n_customers,
                           n_products=n_products)  # fmt: skip
    seen = np.flatnonzero(known.sold)
    if len(seen) > chosen.max_products:
        raise InputError(
            f"EASE would need {len(seen)} products squared, max_products allows "
            f"{chosen.max_products}. Use item-kNN, or raise max_products if "
            f"{8 * len(seen) ** 2 / 1e9:.1f} GB of memory are free."
        )
    about = {"method": "ease", "settings": asdict(chosen), **known.about()}
    with one_thread():
        inverse = _inverse(_gram(known, seen, chosen))
    return spread(join_links(_blocks(inverse, chosen.keep), len(seen), about), seen, n_products)


def _gram(known: Ownership, seen: NDArray[np.intp], settings: EaseSettings) -> Matrix:
    matrix = known.matrix[:, seen]
    gram: Matrix = (matrix.T @ known.weighted(settings.customer_power)[:, seen]).toarray()
    gram[np.diag_indices(len(seen))] += settings.penalty
    return gram


def _inverse(gram: Matrix) -> Matrix:
    """Invert a symmetric positive matrix in its own memory."""
    from scipy.linalg import lapack

    if not len(gram):
        return gram
    factor, wrong = lapack.dpotrf(gram.T, lower=1, overwrite_a=1)
    inverse, wrong_too = lapack.dpotri(factor, lower=1, overwrite_c=1)
    if wrong or wrong_too:
        raise InputError("EASE's matrix has no inverse with this penalty. Raise penalty.")
    for row in range(len(inverse)):
        inverse[row, row + 1 :] = inverse[row + 1 :, row]
    return np.asarray(inverse)


def _blocks(inverse: Matrix, keep: int) -> Iterator[LinkBlock]:
    scale = -1.0 / np.diag(inverse)
    for first in range(0, len(inverse), BLOCK):
        block = (inverse[first : first + BLOCK] * scale).astype(np.float32)
        yield strongest_of_dense(block, first, keep)
