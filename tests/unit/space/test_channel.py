import numpy as np

from penchant.space.channel import centred_unit_rows


def test_rows_are_centred_scaled_and_absent_ones_are_zeros():
    rows = np.array([[3.0, 5.0], [1.0, 1.0], [9.0, 9.0]], np.float32)
    found = centred_unit_rows(rows, np.array([0, 1], np.float32), np.array([True, True, False]))
    np.testing.assert_allclose(found, [[0.6, 0.8], [1, 0], [0, 0]], atol=1e-6)


def test_a_row_that_differs_from_the_mean_by_rounding_gets_no_direction():
    mean = np.full(4, 0.5, np.float32)
    rows = np.array([[0.5, 0.5, 0.5, 0.50000006], [0.5, 0.5, 0.5, 0.51]], np.float32)
    found = centred_unit_rows(rows, mean, np.ones(2, bool))
    assert found.tolist() == [[0, 0, 0, 0], [0, 0, 0, 1]]


def test_the_input_is_not_changed():
    rows = np.ones((2, 3), np.float32)
    centred_unit_rows(rows, np.zeros(3, np.float32), np.array([True, False]))
    assert (rows == 1).all()
