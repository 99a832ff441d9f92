"""Many comparisons at once, as statsmodels adjusts them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from penchant.errors import InputError
from penchant.experiments.statistics.multiplicity import benjamini_hochberg


@given(st.lists(st.floats(0, 1, allow_subnormal=False), min_size=1, max_size=20))
def test_they_are_adjusted_as_statsmodels_does_it(values):
    found = benjamini_hochberg(np.array(values))
    _, told, _, _ = multipletests(values, method="fdr_bh")
    np.testing.assert_allclose(found, told, rtol=1e-12, atol=1e-300)
    assert (found >= np.array(values) * (1 - 1e-12)).all()


def test_none_stays_none_and_one_stays_as_it_is():
    assert benjamini_hochberg(np.array([])).shape == (0,)
    assert benjamini_hochberg(np.array([0.03])) == pytest.approx([0.03])


@pytest.mark.parametrize("wrong", [-0.1, 1.1, np.nan])
def test_what_is_no_p_value_is_named(wrong):
    with pytest.raises(InputError, match=r"must be in 0\.\.1"):
        benjamini_hochberg(np.array([0.5, wrong]))
