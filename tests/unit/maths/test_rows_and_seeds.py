import numpy as np
import pytest

from penchant.maths.rows import present_rows, row_lengths, unit_rows, usable_rows
from penchant.maths.seeds import derived_rng

DRAWS = [613545, 383078, 253658]


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


@pytest.mark.parametrize("scale", [1e-42, 1e-37, 1e-20, 1e-5, 1.0, 1e9, 1e30, 1e37])
def test_unit_rows_do_not_depend_on_the_scale_of_a_row(scale):
    rows = np.array([[3.0, -4.0, 0.0], [1.0, 2.0, 2.0]])
    tolerance = 0.05 if scale < 1e-40 else 1e-6  # float32 holds few digits down there
    found = unit_rows((rows * scale).astype(np.float32))
    np.testing.assert_allclose(found, [[0.6, -0.8, 0], [1 / 3, 2 / 3, 2 / 3]], atol=tolerance)


def test_rows_that_are_not_finite_become_zeros_and_others_stay():
    matrix = np.array([[1, 2], [np.nan, 1], [3, -np.inf], [0, 0]], np.float32)
    assert usable_rows(matrix).tolist() == [[1, 2], [0, 0], [0, 0], [0, 0]]
    assert usable_rows(matrix[:1]).base is matrix


def test_derived_draws_are_the_same_on_every_machine_and_version():
    assert derived_rng(0, "map").integers(10**6, size=3).tolist() == DRAWS


@pytest.mark.parametrize("number", [1, 2**40, 2**96 - 1, 2**127 + 5])
def test_a_seed_is_the_same_as_a_number_and_as_its_words(number):
    words = np.frombuffer(number.to_bytes(16, "little"), "<u4")
    drawn = [np.random.Generator(np.random.PCG64(one)).integers(2**62) for one in (number, words)]
    assert drawn[0] == drawn[1]
