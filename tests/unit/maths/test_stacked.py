"""Two matrices read as one give the rows of the two, one below the other."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from penchant.maths.stacked import StackedRows


@given(st.integers(0, 5), st.integers(0, 5), st.data())
def test_a_stack_reads_like_the_matrices_put_together(n, m, data):
    above = np.arange(3 * n, dtype=np.float32).reshape(n, 3)
    below = -np.arange(3 * m, dtype=np.float32).reshape(m, 3) - 1
    both, whole = StackedRows(above, below), np.concatenate([above, below])
    assert both.shape == whole.shape
    some = st.lists(st.integers(0, n + m - 1), max_size=8) if n + m else st.just([])
    rows = np.array(data.draw(some), np.int32)
    np.testing.assert_array_equal(both[rows], whole[rows])
