"""Cosines, a portion or a block at a time, against the whole product at once."""

from __future__ import annotations

import numpy as np
import pytest

from penchant.maths.cosines import (
    BLOCK_FLOATS,
    FEW_QUERIES,
    PORTION,
    all_cosines,
    cosines,
    cosines_to_each,
)
from penchant.maths.rows import unit_rows


def some_vectors(n: int, dim: int) -> np.ndarray:
    vectors = unit_rows(np.random.default_rng(n).standard_normal((n, dim)))
    vectors[n // 2 :: 7] = 0
    return vectors


@pytest.mark.parametrize("n", [0, 1, PORTION - 1, PORTION, PORTION + 1, 3 * PORTION + 5])
def test_cosines_of_some_vectors_are_those_in_float64(n: int) -> None:
    vectors = some_vectors(500, 24)
    rows = np.random.default_rng(n).integers(0, 500, n).astype(np.int32)
    slow = np.einsum("nd,d->n", vectors[rows].astype(np.float64), vectors[3].astype(np.float64))
    found = cosines(vectors, rows, vectors[3])
    assert found.dtype == np.float64
    assert found == pytest.approx(slow, abs=1e-15)
    both = cosines_to_each(vectors, rows, [vectors[5], vectors[3]])
    assert np.array_equal(both, [cosines(vectors, rows, vectors[5]), found])


@pytest.mark.parametrize("n_queries", [0, 1, 2, FEW_QUERIES, FEW_QUERIES + 1])
@pytest.mark.parametrize("n", [0, 9, BLOCK_FLOATS // 256, BLOCK_FLOATS // 256 * 2 + 7])
def test_cosines_of_all_vectors_are_those_of_one_product(n: int, n_queries: int) -> None:
    vectors, queries = some_vectors(n, 256), some_vectors(n_queries, 256)
    slow = queries.astype(np.float64) @ vectors.T.astype(np.float64)
    some = np.flatnonzero(np.random.default_rng(n).random(n) < 0.7)
    for rows, wanted in ((None, slow), (some, slow[:, some]), (some[:0], slow[:, :0])):
        found = all_cosines(queries, vectors, rows)
        assert found.dtype == np.float32
        assert found == pytest.approx(wanted, abs=1e-6)


def test_what_others_left_in_memory_is_no_reason_to_warn() -> None:
    """Some kernels multiply lanes beside short vectors, and then leave the result out."""
    rng = np.random.default_rng(0)
    signalling = np.full(800, 0x7FA00001, np.uint32).view(np.float32)
    wide = np.ones((300, 400), np.float32)
    for n in range(6, 60):
        vectors = rng.standard_normal((n, 5)).astype(np.float32)
        queries = rng.standard_normal((2, 5)).astype(np.float32)
        with np.errstate(all="ignore"):
            np.dot(wide[:37], signalling[::2])
            np.dot(wide.T[:, :200], signalling[:400:2])
        found = all_cosines(queries, vectors)
        np.testing.assert_allclose(found, queries.astype(float) @ vectors.T, atol=1e-5)
