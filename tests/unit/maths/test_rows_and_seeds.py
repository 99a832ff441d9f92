import numpy as np

from penchant.maths.rows import present_rows, row_lengths, unit_rows
from penchant.maths.seeds import derived_rng


def test_unit_rows_have_length_one_and_zeros_stay_zeros():
    matrix = np.random.default_rng(0).standard_normal((50, 7)) * 1e3
    matrix[3] = 0
    lengths = row_lengths(unit_rows(matrix))
    np.testing.assert_allclose(np.delete(lengths, 3), 1.0, atol=1e-6)
    assert lengths[3] == 0


def test_unit_rows_leaves_its_input_alone():
    matrix = np.array([[2.0, 0.0]], dtype=np.float32)
    unit_rows(matrix)
    assert matrix.tolist() == [[2.0, 0.0]]


def test_a_row_is_present_when_finite_and_not_zero():
    matrix = np.array([[1, 0], [0, 0], [np.inf, 1], [np.nan, 0]])
    assert present_rows(matrix).tolist() == [True, False, False, False]


def test_derived_draws_depend_on_every_key_and_nothing_else():
    draws = {keys: derived_rng(1, *keys).integers(2**62) for keys in [("a",), ("b",), ("a", "b")]}
    assert len(set(draws.values())) == 3
    assert derived_rng(1, "a").integers(2**62) == draws[("a",)]
    assert derived_rng(2, "a").integers(2**62) != draws[("a",)]
    assert derived_rng(1, "ab").integers(2**62) != draws[("a", "b")]
