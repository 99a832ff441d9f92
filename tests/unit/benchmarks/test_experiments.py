"""Experiments on simulated customers who return: the rates of every rule, and the product."""

import numpy as np
import polars as pl
import pytest
from scipy.stats import binomtest

from benchmarks.experiments.aa import first_alarm, rates, split_rates
from benchmarks.experiments.reread import Reading, daily_stop, early_stop, stop_if_it_stays
from benchmarks.experiments.results import keep, share
from benchmarks.experiments.returning import Crowd, simulate
from benchmarks.experiments.rules import call, looks_of, runs
from penchant.experiments.analysis.decision import decide
from penchant.experiments.statistics.always_valid import always_valid_effect, planned_variance
from penchant.experiments.statistics.fixed import fixed_effect
from penchant.experiments.statistics.metrics import Metric
from penchant.experiments.statistics.moments import Moments
from penchant.experiments.statistics.verdict import BETTER, WORSE

SMALL = Crowd(customers=900, days=10, visits=3.0)
CTR = Metric("ctr", "clicks", "clicks per exposure", per="exposures")
COLUMNS = ("exposures", "clicks")


def moments_at(days, arm, day):
    sums = np.array([days.exposures[arm, day], days.clicks[arm, day]])
    corner = days.products[arm, day]
    products = np.array(
        [[days.exposures_squared[arm, day], corner], [corner, days.clicks_squared[arm, day]]]
    )
    return Moments.from_sums(COLUMNS, int(days.counts[arm, day]), sums, products)


def decided(days):
    """Give whether a run is called, and on which day early, by the path a shop takes."""
    last = days.counts.shape[1]
    for day in range(last):
        arms = [moments_at(days, arm, day) for arm in (0, 1)]
        fixed = fixed_effect(CTR, *arms, variant_name="bold")
        planned = planned_variance(fixed, fraction=(day + 1) / last)
        verdict = decide(
            "bold",
            always_valid_effect(fixed, planned_variance=planned),
            fixed,
            [],
            converters=tuple(int(one) for one in days.clickers[:, day]),
            better=1,
            planned_end_reached=day == last - 1,
        )
        if verdict.outcome in {BETTER, WORSE}:
            return True, day + 1 if verdict.early else None
    return False, None


def test_the_fast_way_calls_what_the_product_calls():
    found = []
    for seed, lift in enumerate([0.0, 0.3, 0.6] * 8):
        days = simulate(SMALL, lift, np.random.default_rng(seed))
        called = call(looks_of(days))
        found.append((called.combined, called.day is not None))
        assert (called.combined, called.day) == decided(days)
    assert set(found) == {(False, False), (True, False), (True, True)}


def test_the_variance_is_that_of_the_product():
    days = simulate(SMALL, 0.1, np.random.default_rng(3))
    looks = looks_of(days)
    for day in range(SMALL.days):
        arms = [moments_at(days, arm, day) for arm in (0, 1)]
        told = fixed_effect(CTR, *arms, variant_name="bold")
        assert looks.difference[day] == pytest.approx(told.difference, rel=1e-9, abs=1e-12)
        assert looks.variance[day] == pytest.approx(told.variance, rel=1e-9)
        assert looks.lift[day] == pytest.approx(told.lift, rel=1e-9, abs=1e-12)


def test_customers_return_and_days_only_add():
    days = simulate(Crowd(), 0.0, np.random.default_rng(1))
    for one in (days.counts, days.clickers, days.exposures, days.clicks, days.products):
        assert (np.diff(one, axis=1) >= 0).all()
    visits = days.exposures[:, -1] / 8 / days.counts[:, -1]
    assert (visits > 3).all()
    assert days.clicks[:, -1] / days.exposures[:, -1] == pytest.approx(0.04, rel=0.1)


def test_false_alarms_of_a_hundred_runs_are_not_more_than_chance_allows():
    """Exact binomial bounds, missed by chance once in 100,000 times."""
    found = rates(list(runs(100, 0.0, seed=5)), 0.0)
    alarms = round(100 * found["combined"]["value"])
    assert binomtest(alarms, 100, 0.05, alternative="greater").pvalue > 1e-5
    assert round(100 * found["stopped_early"]["value"]) <= 6
    naive = round(100 * found["daily"]["value"])
    assert binomtest(naive, 100, 0.05, alternative="greater").pvalue < 0.05


def test_a_lift_of_twenty_percent_is_found_early():
    found = rates(list(runs(40, 0.2, seed=6)), 0.2)
    assert found["combined"]["value"] == 1
    assert found["stopped_early"]["value"] > 0.8
    assert found["median_lift_at_stop"] > 0.2


@pytest.mark.parametrize(("name", "low", "high"), [("50 to 50", 0, 0.02), ("49 to 51", 0.8, 1)])
def test_shares_that_hold_raise_few_alarms_and_others_are_found(name, low, high):
    found = split_rates(name, 400, seed=2)
    assert low <= found["alarms"]["value"] <= high
    assert found["chi_square_daily"]["value"] > 0.04


def test_the_first_alarm_is_told_by_its_day():
    assert first_alarm([(500, 500), (500, 1000), (9, 999)], (0.5, 0.5)) == 2
    assert first_alarm([(500, 500)], (0.5, 0.5)) is None


@pytest.mark.proof
def test_over_thousands_of_runs_the_rates_are_those_that_are_promised():
    alarms = rates(list(runs(4_000, 0.0, seed=101)), 0.0)
    assert alarms["combined"]["value"] <= 0.05
    assert alarms["stopped_early"]["high"] < 0.01
    assert alarms["always_valid"]["high"] < 0.05
    assert alarms["daily"]["low"] > 0.15
    assert alarms["over_exposures"]["low"] > 0.1
    ten = rates(list(runs(1_000, 0.1, seed=102)), 0.1)
    assert ten["combined"]["high"] > 0.80 > ten["combined"]["low"] - 0.03
    assert ten["combined"]["value"] > ten["always_valid"]["value"] + 0.15
    twenty = rates(list(runs(1_000, 0.2, seed=103)), 0.2)
    assert twenty["combined"]["value"] > 0.99
    assert twenty["stopped_early"]["value"] > 0.95


@pytest.mark.proof
def test_over_thousands_of_splits_alarms_are_true():
    for name in ("50 to 50", "90 to 10"):
        assert split_rates(name, 4_000, seed=104)["alarms"]["high"] < 0.01
    found = split_rates("49 to 51", 5_000, seed=105)
    assert found["alarms"]["high"] > 0.9  # nine of ten
    assert 10 <= found["median_day"] <= 18


def reading(z):
    n = len(z)
    return Reading(np.array(z, float), np.ones(n), np.arange(1, n + 1) / n)


def test_a_published_test_is_stopped_and_its_end_compared():
    up = early_stop(reading([0, 9, 9, 9]))
    assert (up.share, up.sign, up.last) == (0.5, 1, 1)
    back = early_stop(reading([0, 9, 0, -9]))
    assert (back.share, back.sign, back.last, back.at_last) == (0.5, 1, -1, -1)
    assert stop_if_it_stays(reading([0, 9, 0, -9])).share is None
    assert stop_if_it_stays(reading([0, 9, -9, -9])).share is None
    assert stop_if_it_stays(reading([0, 9, 9, 9])).share == 0.75
    assert daily_stop(reading([0, 2, 0, 0])).share == 0.5
    assert early_stop(reading([0, 2, 0, 0])).share is None


def test_a_published_set_is_read_series_by_series():
    from benchmarks.experiments.reread import reread, shares_of

    looks = [(day, metric) for metric in (1, 2) for day in (1.0, 2.0, 3.0)]
    frame = pl.DataFrame(
        {
            "experiment_id": ["a"] * 6,
            "variant_id": [1] * 6,
            "metric_id": [metric for _, metric in looks],
            "time_since_start": [day for day, _ in looks],
            "count_c": [4_000.0 * day for day, _ in looks],
            "count_t": [4_000.0 * day for day, _ in looks],
            "mean_c": [0.1] * 6,
            "mean_t": [0.1, 0.2, 0.2, 0.1, 0.1, 0.1],
            "variance_c": [0.09] * 6,
            "variance_t": [0.09] * 5 + [None],
        }
    )
    rows = {(one["metric"], one["rule"]): one for one in reread(frame)}
    assert rows[1, "ours"]["stopped"] == rows[1, "ours"]["confirmed"] == 1
    assert rows[1, "ours"]["median_share_of_units"] == 0.667
    assert rows[1, "ours, twice"]["stopped"] == 0
    assert rows[2, "daily z"]["stopped"] == rows[2, "daily z"]["called_at_end"] == 0
    assert shares_of(frame) == {"tests": 1, "variants": 1, "not_alike": 0}


def test_a_share_has_its_exact_interval_and_a_section_leaves_the_others(tmp_path):
    told = share([True] * 3 + [False] * 97)
    exact = binomtest(3, 100).proportion_ci()
    assert (told["low"], told["high"]) == pytest.approx((exact.low, exact.high), abs=1e-4)
    assert share([False] * 9)["low"] == 0
    assert share([True] * 9)["high"] == 1
    file = tmp_path / "found.json"
    keep(file, "aa", "a machine", {"x": 1})
    keep(file, "reread", "a machine", {"y": 2})
    keep(file, "aa", "another", {"x": 3})
    text = file.read_text()
    assert text.index('"aa"') < text.index('"reread"')
    assert '"another"' in text
    assert '"x": 1' not in text
