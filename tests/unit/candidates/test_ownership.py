"""Who owns what: each pair once, and nobody who owns everything."""

from __future__ import annotations

import numpy as np
import pytest

from penchant.candidates.ownership import MAX_OWNED, find_ownership
from penchant.errors import InputError


def rows(*values: int) -> np.ndarray:
    return np.array(values, np.int32)


def test_repeated_pairs_count_once_and_unknown_products_not_at_all() -> None:
    known = find_ownership(rows(1, 1, 0, 1, 1), rows(2, 2, 0, -1, 0), n_customers=3, n_products=4)
    assert known.matrix.toarray().tolist() == [[1, 0, 0, 0], [1, 0, 1, 0], [0, 0, 0, 0]]
    assert known.owned.tolist() == [1, 2, 0]
    assert known.sold.tolist() == [2, 0, 1, 0]
    assert known.weighted(1.0).toarray().tolist() == [[1, 0, 0, 0], [0.5, 0, 0.5, 0], [0, 0, 0, 0]]
    assert known.about() == {"customers": 2, "left_out": 0}


def test_a_customer_of_too_many_products_is_left_out_and_counted() -> None:
    many = np.arange(MAX_OWNED + 1, dtype=np.int32)
    customers = np.concatenate([np.zeros(len(many), np.int32), rows(1, 1)])
    products = np.concatenate([many, rows(3, 5)])
    known = find_ownership(customers, products, n_customers=2, n_products=MAX_OWNED + 1)
    assert (known.matrix.nnz, known.owned.tolist(), known.left_out) == (2, [0, 2], 1)


def test_nothing_is_a_matrix_of_nothing() -> None:
    known = find_ownership(rows(), rows(), n_customers=0, n_products=0)
    assert (known.matrix.shape, known.left_out) == ((0, 0), 0)


def test_rows_outside_the_matrix_are_refused() -> None:
    with pytest.raises(InputError, match="customer_row has 2, must be from 0 to 1"):
        find_ownership(rows(2), rows(0), n_customers=2, n_products=1)
    with pytest.raises(InputError, match="product_row has -2, must be from -1 to 0"):
        find_ownership(rows(0), rows(-2), n_customers=2, n_products=1)
    with pytest.raises(InputError, match="must be pairs"):
        find_ownership(rows(0, 1), rows(0), n_customers=2, n_products=1)
