"""Moments: one pass and many merged shards are the same, whatever the order."""

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.experiments.statistics.moments import Moments, merged

COLUMNS = ("exposures", "clicks", "revenue")
ROWS = st.lists(st.tuples(*[st.floats(-1e3, 1e3, width=32)] * 3), min_size=0, max_size=12).map(
    lambda rows: np.array(rows, np.float64).reshape(-1, 3)
)


def shop_rows(n: int, rng) -> np.ndarray:
    exposures = rng.integers(1, 60, n)
    clicks = rng.binomial(exposures, rng.beta(2, 40, n))
    revenue = (rng.random(n) < 0.03) * rng.lognormal(4, 0.8, n)
    return np.stack([exposures, clicks, revenue], axis=1).astype(np.float64)


def assert_same(a: Moments, b: Moments, *, relative: float) -> None:
    """The products are compared by the scatter of their two columns."""
    assert (a.columns, a.count) == (b.columns, b.count)
    np.testing.assert_allclose(a.means, b.means, rtol=relative, atol=relative)
    size = np.sqrt(np.outer(np.diag(b.comoments), np.diag(b.comoments)))
    assert (np.abs(a.comoments - b.comoments) <= relative * size + 1e-300).all()


def test_a_hundred_shards_merge_to_one_pass():
    rows = shop_rows(50_000, np.random.default_rng(1))
    shards = [Moments.of(COLUMNS, part) for part in np.array_split(rows, 100)]
    assert_same(merged(shards), Moments.of(COLUMNS, rows), relative=1e-12)


def test_shards_of_very_different_size_and_kind_merge_to_one_pass():
    rows = shop_rows(20_000, np.random.default_rng(2))
    rows = rows[np.argsort(rows[:, 2], kind="stable")]
    cuts = np.unique(np.random.default_rng(3).integers(0, len(rows), 99) ** 2 // len(rows))
    shards = [Moments.of(COLUMNS, part) for part in np.split(rows, cuts)]
    assert_same(merged(shards), Moments.of(COLUMNS, rows), relative=1e-12)


def test_they_hold_where_a_mean_is_many_times_its_scatter_and_plain_sums_do_not():
    rng = np.random.default_rng(4)
    rows = 1e5 + rng.normal(size=(10_000, 3)) @ rng.normal(size=(3, 3))
    shards = [Moments.of(COLUMNS, part) for part in np.array_split(rows, 100)]
    exact = exact_comoment(rows[:, 0], rows[:, 1])
    scale = math.sqrt(
        exact_comoment(rows[:, 0], rows[:, 0]) * exact_comoment(rows[:, 1], rows[:, 1])
    )
    assert abs(Moments.of(COLUMNS, rows).comoments[0, 1] - exact) < 1e-12 * scale
    assert abs(merged(shards).comoments[0, 1] - exact) < 1e-12 * scale
    plain = Moments.from_sums(COLUMNS, len(rows), rows.sum(axis=0), rows.T @ rows)
    assert abs(plain.comoments[0, 1] - exact) > 1e-9 * scale


def exact_comoment(a, b) -> float:
    a, b = [Fraction(float(one)) for one in a], [Fraction(float(one)) for one in b]
    mean_a, mean_b = sum(a) / len(a), sum(b) / len(b)
    return float(sum((x - mean_a) * (y - mean_b) for x, y in zip(a, b, strict=True)))


def test_sums_of_sql_give_the_moments_of_the_rows():
    rows = shop_rows(5_000, np.random.default_rng(5))
    sums = Moments.from_sums(COLUMNS, len(rows), rows.sum(axis=0), rows.T @ rows)
    assert_same(sums, Moments.of(COLUMNS, rows), relative=1e-12)


def test_mean_variance_and_covariance_are_those_of_numpy():
    rows = shop_rows(1_000, np.random.default_rng(6))
    some = Moments.of(COLUMNS, rows)
    covariance = np.cov(rows.T)
    assert some.mean("clicks") == pytest.approx(rows[:, 1].mean(), rel=1e-14)
    assert some.variance("revenue") == pytest.approx(covariance[2, 2], rel=1e-12)
    assert some.covariance("exposures", "clicks") == pytest.approx(covariance[0, 1], rel=1e-12)


def test_tea_tasting_reads_the_same_from_the_rows():
    import polars as pl
    from tea_tasting.aggr import read_aggregates

    rows = shop_rows(2_000, np.random.default_rng(7))
    pairs = [("clicks", "exposures"), ("clicks", "revenue"), ("exposures", "revenue")]
    theirs = read_aggregates(
        pl.DataFrame(rows, schema=list(COLUMNS)),
        None,
        has_count=True,
        mean_cols=COLUMNS,
        var_cols=COLUMNS,
        cov_cols=pairs,
    )
    ours = Moments.of(COLUMNS, rows).to_aggregates()
    assert ours.count() == theirs.count()
    for one in COLUMNS:
        assert ours.mean(one) == pytest.approx(theirs.mean(one), rel=1e-12)
        assert ours.var(one) == pytest.approx(theirs.var(one), rel=1e-12)
    for pair in pairs:
        assert ours.cov(*pair) == pytest.approx(theirs.cov(*pair), rel=1e-11)


@given(ROWS, ROWS, ROWS)
def test_the_order_of_merging_does_not_matter(a, b, c):
    x, y, z = (Moments.of(COLUMNS, one) for one in (a, b, c))
    rows = np.concatenate([a, b, c])
    whole = Moments.of(COLUMNS, rows)
    for one in ((x + y) + z, x + (y + z), z + y + x, merged([y, z, x])):
        assert one.count == len(rows)
        np.testing.assert_allclose(one.means, whole.means, rtol=1e-12, atol=1e-10)
        np.testing.assert_allclose(one.comoments, whole.comoments, rtol=1e-10, atol=1e-7)


@given(ROWS)
def test_merging_with_no_unit_changes_nothing(rows):
    some, none = Moments.of(COLUMNS, rows), Moments.none(COLUMNS)
    for one in (some + none, none + some, merged([none, some, none])):
        assert one.count == some.count
        np.testing.assert_array_equal(one.means, some.means)
        np.testing.assert_array_equal(one.comoments, some.comoments)


def test_fewer_than_two_units_have_no_variance():
    one = Moments.of(COLUMNS, np.array([[3.0, 1.0, 9.0]]))
    assert (one.mean("revenue"), one.variance("revenue")) == (9.0, 0.0)
    none = Moments.from_sums(COLUMNS, 0, np.zeros(3), np.zeros((3, 3)))
    assert (none.count, none.mean("clicks"), none.covariance("clicks", "revenue")) == (0, 0.0, 0.0)


def test_what_does_not_fit_is_named():
    rows = np.ones((2, 3))
    with pytest.raises(InputError, match=r"shape \(2, 3\), must be \(n_units, 2\)"):
        Moments.of(["a", "b"], rows)
    with pytest.raises(InputError, match="not finite"):
        Moments.of(COLUMNS, rows * np.nan)
    with pytest.raises(InputError, match=r"must be \(3,\)"):
        Moments.from_sums(COLUMNS, 2, np.ones(2), np.ones((3, 3)))
    with pytest.raises(InputError, match="do not merge"):
        Moments.none(["a"]) + Moments.none(["b"])
    with pytest.raises(InputError, match="at least one"):
        merged([])
    with pytest.raises(InputError, match=r'no column "click".*Did you mean "clicks"'):
        Moments.of(COLUMNS, rows).mean("click")
