import numpy as np

from penchant.maths.axes import fixed_sign


def test_an_axis_and_its_opposite_become_the_same():
    axes = np.random.default_rng(0).standard_normal((6, 4))
    flipped = axes * [1, -1, -1, 1]
    np.testing.assert_array_equal(fixed_sign(axes), fixed_sign(flipped))
    np.testing.assert_array_equal(np.abs(fixed_sign(axes)), np.abs(axes))


def test_the_entry_of_largest_size_is_positive():
    found = fixed_sign(np.random.default_rng(1).standard_normal((5, 9)))
    largest = np.abs(found).argmax(axis=0)
    assert (found[largest, np.arange(9)] > 0).all()


def test_a_column_of_zeros_stays_and_the_input_is_not_changed():
    axes = np.array([[0.0, -2.0], [0.0, 1.0]])
    assert fixed_sign(axes).tolist() == [[0.0, 2.0], [0.0, -1.0]]
    assert axes.tolist() == [[0.0, -2.0], [0.0, 1.0]]
