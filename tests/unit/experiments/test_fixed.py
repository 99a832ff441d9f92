"""The fixed look: as tea-tasting, statsmodels and a comparison unit by unit say it."""

import math
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest
from statsmodels.stats.weightstats import CompareMeans, DescrStatsW

from penchant.errors import MissingExtraError
from penchant.experiments.statistics.fixed import fixed_effect
from penchant.experiments.statistics.metrics import METRICS, UNIT_COLUMNS
from penchant.experiments.statistics.moments import Moments, merged
from penchant.experiments.statistics.verdict import FIXED_LEVEL
from tests.unit.experiments.arms import arm, by_hand, column, moments

every_metric = pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)


@pytest.fixture(scope="module")
def arms():
    rng = np.random.default_rng(11)
    return arm(3_000, rng), arm(2_000, rng, lift=0.1)


def effect_of(metric, arms, **options):
    control, variant = (moments(one) for one in arms)
    return fixed_effect(metric, control, variant, variant_name="bold", **options)


@every_metric
def test_every_metric_is_what_the_comparison_unit_by_unit_gives(metric, arms):
    uses_before = bool(metric.before)
    found, told = effect_of(metric, arms), by_hand(metric, *arms, uses_before=uses_before)
    half = told.half(FIXED_LEVEL)
    exact = {"rel": 1e-9, "abs": 1e-15}
    assert (found.metric, found.variant, found.level) == (metric.name, "bold", 0.04)
    assert (found.n_control, found.n_variant) == (3_000, 2_000)
    assert found.control_value == pytest.approx(told.control, **exact)
    assert found.variant_value == pytest.approx(told.variant, **exact)
    assert found.difference == pytest.approx(told.difference, **exact)
    assert found.variance == pytest.approx(told.variance, **exact)
    assert found.low == pytest.approx(told.difference - half, **exact)
    assert found.high == pytest.approx(told.difference + half, **exact)
    assert found.lift == pytest.approx(told.variant / told.control - 1, **exact)
    assert found.lift_low == pytest.approx(told.lift_end(FIXED_LEVEL, -1), **exact)
    assert found.lift_high == pytest.approx(told.lift_end(FIXED_LEVEL, 1), **exact)
    assert found.p_value == pytest.approx(told.p_value, **exact)
    assert found.rho == (pytest.approx(told.rho, **exact) if uses_before else None)


@pytest.mark.parametrize("level", [0.01, 0.04, 0.2])
def test_a_mean_is_what_statsmodels_says(arms, level):
    found = effect_of(replace(METRICS["revenue"], before=""), arms, level=level)
    values = [column(one, "revenue_capped") for one in arms]
    theirs = CompareMeans(DescrStatsW(values[1]), DescrStatsW(values[0]))
    low, high = theirs.zconfint_diff(alpha=level, usevar="unequal")
    _, p_value = theirs.ztest_ind(usevar="unequal")
    assert (found.low, found.high) == pytest.approx((low, high), rel=1e-9)
    assert found.p_value == pytest.approx(p_value, rel=1e-9)


def test_a_whole_experiment_of_tea_tasting_says_the_same(arms):
    import polars as pl
    import tea_tasting as tt

    frames = [pl.DataFrame(one, schema=list(UNIT_COLUMNS)) for one in arms]
    table = pl.concat([one.with_columns(variant=pl.lit(n)) for n, one in enumerate(frames)])
    options = {"confidence_level": 0.96, "use_t": False, "equal_var": False}
    before = ("clicks_before", "exposures_before")
    theirs = tt.Experiment(
        ctr=tt.RatioOfMeans("clicks", "exposures", *before, **options),
        revenue=tt.Mean("revenue_capped", "revenue_before", **options),
    ).analyze(table)
    for name in ("ctr", "revenue"):
        found, one = effect_of(METRICS[name], arms), theirs[name]
        ours = (found.control_value, found.difference, found.low, found.high, found.p_value)
        assert ours == pytest.approx(
            (
                one.control,
                one.effect_size,
                one.effect_size_ci_lower,
                one.effect_size_ci_upper,
                one.pvalue,
            ),
            rel=1e-9,
        )
        lift = (found.lift, found.lift_low, found.lift_high)
        assert lift == pytest.approx(
            (one.rel_effect_size, one.rel_effect_size_ci_lower, one.rel_effect_size_ci_upper),
            rel=1e-9,
        )


def test_shards_of_customers_give_the_effect_of_all(arms):
    parts = [merged(moments(some) for some in np.array_split(one, 100)) for one in arms]
    found = fixed_effect(METRICS["ctr"], *parts, variant_name="bold")
    whole = effect_of(METRICS["ctr"], arms)
    assert found.variance == pytest.approx(whole.variance, rel=1e-9)
    assert found.p_value == pytest.approx(whole.p_value, rel=1e-9)


def test_what_was_before_makes_it_sharper_by_rho_squared(arms):
    adjusted = effect_of(METRICS["ctr"], arms)
    plain = effect_of(replace(METRICS["ctr"], before="", before_per=""), arms)
    assert plain.rho is None
    assert adjusted.variance / plain.variance == pytest.approx(1 - adjusted.rho**2, rel=0.02)
    assert adjusted.rho > 0.2


@pytest.mark.parametrize("constant", [0.0, 3.0])
def test_a_past_that_is_the_same_for_all_is_not_used(arms, constant):
    same = [one.copy() for one in arms]
    for one in same:
        one[:, UNIT_COLUMNS.index("revenue_before")] = constant
        one[:, UNIT_COLUMNS.index("clicks_before")] = constant
        one[:, UNIT_COLUMNS.index("exposures_before")] = constant
    for name in ("ctr", "revenue"):
        metric = METRICS[name]
        without = replace(metric, before="", before_per="")
        assert effect_of(metric, same) == effect_of(without, same)


def test_a_past_that_foretells_all_is_not_used(arms):
    told = [one.copy() for one in arms]
    for one in told:
        one[:, UNIT_COLUMNS.index("converted_before")] = column(one, "converted")
    found = effect_of(METRICS["conversion"], told)
    assert found.rho is None
    assert found.variance > 0


def test_nothing_is_said_where_nothing_varies_and_arms_differ():
    rows = [np.zeros((5, len(UNIT_COLUMNS))) for _ in "ab"]
    rows[1][:, UNIT_COLUMNS.index("converted")] = 1
    found = effect_of(METRICS["conversion"], rows)
    assert (found.difference, found.variance, found.p_value) == (1.0, 0.0, 1.0)
    assert (found.low, found.high, found.lift) == (-math.inf, math.inf, None)


def test_two_arms_that_are_nothing_but_alike_do_not_differ():
    rows = [np.zeros((9, len(UNIT_COLUMNS))) for _ in "ab"]
    for one in rows:
        one[:, UNIT_COLUMNS.index("answers")] = np.arange(1, 10)
        one[:, UNIT_COLUMNS.index("took_ms")] = 3 * np.arange(1, 10)
    for name, value in (("fallback", 0.0), ("latency", 3.0)):
        found = effect_of(METRICS[name], rows)
        assert (found.control_value, found.difference, found.low, found.high) == (value, 0, 0, 0)
        assert found.p_value == 1


def test_an_arm_of_nobody_and_a_ratio_over_nothing_are_not_numbers(arms):
    nobody = Moments.none(UNIT_COLUMNS)
    found = fixed_effect(METRICS["conversion"], nobody, moments(arms[1]), variant_name="bold")
    assert math.isnan(found.control_value)
    assert (found.n_control, found.high, found.lift) == (0, math.inf, None)
    rows = np.zeros((9, len(UNIT_COLUMNS)))
    found = fixed_effect(METRICS["aov"], moments(rows), moments(arms[1]), variant_name="bold")
    assert math.isnan(found.difference)
    assert found.low == -math.inf


def test_a_variant_that_sells_nothing_has_a_lift_of_minus_one_by_the_difference():
    control = arm(500, np.random.default_rng(3))
    nothing = control.copy()
    nothing[:, UNIT_COLUMNS.index("converted")] = 0
    found = effect_of(replace(METRICS["conversion"], before=""), (control, nothing))
    assert found.lift == -1
    assert found.lift_low == pytest.approx(found.low / found.control_value)
    back = effect_of(replace(METRICS["conversion"], before=""), (nothing, control))
    assert (back.lift, back.lift_low, back.lift_high) == (None, None, None)
    assert back.difference == -found.difference


FEW = st.lists(st.tuples(*[st.integers(0, 3)] * 4), min_size=0, max_size=8)


@settings(max_examples=60, deadline=None)
@given(FEW, FEW, st.sampled_from(["ctr", "conversion", "aov"]))
def test_the_fewest_customers_of_any_kind_give_an_effect(control, variant, name):
    columns = METRICS["ctr"].columns
    metric = replace(METRICS["ctr"], name=name)
    if name != "ctr":
        metric = replace(metric, per="" if name == "conversion" else "exposures", before_per="")
    arms = [
        Moments.of(columns, np.array(one, np.float64).reshape(-1, 4)) for one in (control, variant)
    ]
    found = fixed_effect(metric, *arms, variant_name="bold")
    swapped = fixed_effect(metric, *reversed(arms), variant_name="bold")
    assert 0 <= found.p_value <= 1
    assert found.low <= found.high
    assert found.variance >= 0
    if not math.isnan(found.difference):
        assert found.low <= found.difference <= found.high
        assert swapped.difference == pytest.approx(-found.difference, rel=1e-9, abs=1e-9)


def test_without_tea_tasting_the_extra_is_named(arms, monkeypatch):
    monkeypatch.setitem(sys.modules, "tea_tasting.aggr", None)
    with pytest.raises(MissingExtraError, match=r"penchant\[experiments\]"):
        effect_of(METRICS["ctr"], arms)
    monkeypatch.undo()
    monkeypatch.setitem(sys.modules, "tea_tasting.metrics", None)
    with pytest.raises(MissingExtraError, match=r"penchant\[experiments\]"):
        effect_of(METRICS["ctr"], arms)


@pytest.mark.proof
@pytest.mark.parametrize("name", ["ctr", "conversion", "revenue"])
def test_of_arms_that_are_alike_as_many_differ_as_the_level_says(name):
    """Adjusted by what was before, too; exact binomial bounds."""
    n, rng = 1_500, np.random.default_rng(17)
    effects = (effect_of(METRICS[name], (arm(2_000, rng), arm(2_000, rng))) for _ in range(n))
    alarms = sum(one.low > 0 or one.high < 0 for one in effects)
    assert binomtest(alarms, n, FIXED_LEVEL).pvalue > 0.001
