"""Planning: in closed form, as statsmodels and tea-tasting solve it, and as a simulation has it."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm
from statsmodels.stats.power import NormalIndPower

from penchant.errors import InputError
from penchant.experiments.planning.power import detectable_lift, plan, units_per_arm
from penchant.experiments.planning.scatter import MOST_ALIKE, Scatter, scatter_of
from penchant.experiments.statistics.metrics import METRICS
from penchant.experiments.statistics.moments import Moments
from tests.unit.experiments.arms import arm, by_hand, moments

BUYERS = 0.03
CONVERSION_CV = math.sqrt((1 - BUYERS) / BUYERS)
REVENUE_CV = math.sqrt(math.exp(0.8**2) / BUYERS - 1)
CTR = Scatter("ctr", 2.2)
CONVERSION = Scatter("conversion", CONVERSION_CV)
REVENUE = Scatter("revenue", REVENUE_CV, rho=0.3)


@pytest.mark.parametrize("lift", [0.05, 0.10, -0.20])
@pytest.mark.parametrize(("cv", "rho"), [(2.2, 0.0), (CONVERSION_CV, 0.0), (REVENUE_CV, 0.3)])
def test_units_per_arm_are_the_closed_form(cv, rho, lift):
    z = norm.isf(0.05 / 2) + norm.ppf(0.8)
    told = 2 * z**2 * cv**2 * (1 - rho**2) / lift**2
    assert units_per_arm(cv, lift, rho=rho, level=0.05) == pytest.approx(told, rel=1e-9)


@pytest.mark.parametrize("level", [0.04, 0.05])
@pytest.mark.parametrize("power", [0.8, 0.95])
def test_they_are_what_statsmodels_solves(level, power):
    told = NormalIndPower().solve_power(0.1 / 2.2, alpha=level, power=power)
    assert units_per_arm(2.2, 0.1, level=level, power=power) == pytest.approx(told, rel=5e-5)
    back = NormalIndPower().solve_power(nobs1=5_000, alpha=level, power=power)
    lift = detectable_lift(2.2, 5_000, level=level, power=power)
    assert lift / 2.2 == pytest.approx(back, rel=5e-5)


@pytest.mark.parametrize("name", ["ctr", "conversion", "revenue"])
def test_from_the_shops_own_log_they_are_what_tea_tasting_solves(name):
    from tea_tasting.metrics import RatioOfMeans

    metric, rows = METRICS[name], moments(arm(20_000, np.random.default_rng(2)))
    columns = metric.value, metric.per or None, metric.before, metric.before_per or None
    options = {"use_t": False, "alpha": 0.04, "power": 0.8, "ratio": 1}
    theirs = RatioOfMeans(*columns, **options, rel_effect_size=0.1)
    (told,) = theirs.solve_power_from_aggregates(rows.to_aggregates(), "n_obs")
    scatter = scatter_of(metric, rows)
    assert 2 * units_per_arm(scatter.cv, 0.1, rho=scatter.rho) == pytest.approx(
        told.n_obs, abs=1.01
    )


def test_the_scatter_of_a_ratio_is_that_of_units():
    rows = arm(5_000, np.random.default_rng(3))
    told = by_hand(METRICS["ctr"], rows, rows, uses_before=True)
    plain = by_hand(METRICS["ctr"], rows, rows, uses_before=False)
    found = scatter_of(METRICS["ctr"], moments(rows))
    assert found.rho == pytest.approx(told.rho, rel=1e-9)
    cv = math.sqrt(plain.variance / 2 * 5_000) / plain.control
    assert found.cv == pytest.approx(cv, rel=1e-9)


def test_what_never_happens_and_what_is_the_same_before():
    rows = arm(500, np.random.default_rng(4))
    none = moments(rows * 0)
    assert scatter_of(METRICS["ctr"], none) == Scatter("ctr", math.inf)
    assert scatter_of(METRICS["revenue"], none) == Scatter("revenue", math.inf)
    known = Moments.of(METRICS["conversion"].columns, np.repeat(rows[:, 4:5], 2, axis=1))
    assert scatter_of(METRICS["conversion"], known).rho == MOST_ALIKE
    assert scatter_of(METRICS["aov"], moments(rows)).rho == 0
    new = replace(METRICS["ctr"], before="returned", before_per="orders")
    nobody = moments(np.where(np.arange(15) == 6, 0, rows))
    assert scatter_of(new, nobody).rho == 0


def test_the_units_it_asks_for_give_the_power_it_promises():
    rng, lift = np.random.default_rng(5), 0.3
    n, runs = round(units_per_arm(CONVERSION_CV, lift, level=0.05, power=0.8)), 4_000
    control = rng.binomial(n, BUYERS, runs) / n
    variant = rng.binomial(n, BUYERS * (1 + lift), runs) / n
    variance = (control * (1 - control) + variant * (1 - variant)) / n
    found = (np.abs(variant - control) > 1.96 * np.sqrt(variance)).mean()
    assert found == pytest.approx(0.8, abs=0.06)  # the variant scatters a little more, by its lift


def test_twice_the_lift_takes_a_quarter_of_the_units_and_back():
    assert units_per_arm(2.2, 0.2) == pytest.approx(units_per_arm(2.2, 0.1) / 4)
    assert units_per_arm(2.2, -0.1) == units_per_arm(2.2, 0.1)
    needed = units_per_arm(2.2, 0.1, rho=0.5)
    assert needed == pytest.approx(0.75 * units_per_arm(2.2, 0.1))
    assert detectable_lift(2.2, needed, rho=0.5) == pytest.approx(0.1)


def test_revenue_that_does_not_move_in_time_becomes_a_guardrail():
    found = plan([CTR, CONVERSION, REVENUE], [10_000, 17_000, 22_000], lift=0.1)
    assert (found.primary, found.weeks) == ("ctr", 2)
    assert found.advice == (
        "At this traffic revenue and conversion will not move in time: decide on CTR (a lift of "
        "10\u00a0% shows in 2 weeks), keep revenue and conversion as guardrails."
    )
    assert [one.weeks for one in found.metrics] == [2, None, None]
    found = plan([CTR, REVENUE], [10_000, 17_000, 22_000], lift=0.1)
    assert found.advice == (
        "At this traffic revenue will not move in time: decide on CTR (a lift of 10\u00a0% shows "
        "in 2 weeks), keep revenue as guardrail."
    )


def test_what_the_shop_lives_on_decides_where_it_moves_in_time():
    found = plan([CTR, CONVERSION, REVENUE], [70_000, 120_000], lift=0.1)
    assert (found.primary, found.weeks) == ("revenue", 4)
    assert found.advice == "Decide on revenue: a lift of 10\u00a0% shows in 4 weeks."
    assert [one.weeks for one in found.metrics] == [2, 2, 4]


def test_weeks_are_whole_at_least_two_and_count_units_once():
    """After the last known week as many new units come as in that one."""
    units = [20_000, 30_000]
    (ctr,) = plan([CTR], units, lift=0.07).metrics
    needed = units_per_arm(2.2, 0.07)
    arriving = [units[0], units[1], *(30_000 + 10_000 * week for week in range(1, 7))]
    assert ctr.units_per_arm == math.ceil(needed)
    assert ctr.weeks == next(w for w, n in enumerate(arriving, 1) if n / 2 >= needed) == 3
    assert [weeks for weeks, _ in ctr.detectable] == [2, 3, 4, 5, 6, 7, 8]
    for weeks, lift in ctr.detectable:
        assert lift == pytest.approx(detectable_lift(2.2, arriving[weeks - 1] / 2))
    assert plan([CTR], [10**9], lift=0.1).weeks == 2


def test_more_arms_take_longer():
    two, four = (plan([CTR], [6_000], lift=0.1, arms=one) for one in (2, 4))
    assert (two.weeks, four.weeks) == (3, 6)


def test_where_nothing_moves_in_time_the_smallest_that_does_is_told():
    found = plan([CTR, CONVERSION, Scatter("revenue", math.inf)], [500], lift=0.05)
    assert (found.primary, found.weeks) == (None, 8)
    smallest = detectable_lift(2.2, 2_000)
    assert smallest == pytest.approx(0.202, abs=0.001)
    assert found.advice == (
        "At this traffic no metric shows a lift of 5\u00a0% within 8 weeks; the smallest that "
        "does is 20\u00a0%, of CTR. Test a bolder change, or compare rankings by interleaving "
        "first."
    )
    assert found.metrics[2].units_per_arm is None
    assert found.metrics[2].detectable == ()
    nothing = plan([Scatter("revenue", math.inf)], [500], lift=0.05)
    assert "within 8 weeks. Test a bolder change" in nothing.advice


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"lift": 0.0}, "lift is 0"),
        ({"lift": 1e-300}, r"must be 0\.0001 to 100"),
        ({"lift": math.inf}, r"must be 0\.0001 to 100"),
        ({"arms": 1}, "2 to 100 variants"),
        ({"max_weeks": 1}, "max_weeks is 1"),
        ({"power": 1.0}, "power 1"),
        ({"units_by_week": []}, "units_by_week"),
        ({"units_by_week": [0]}, "units_by_week"),
        ({"units_by_week": [9, 8]}, "never falling"),
    ],
)
def test_what_cannot_be_planned_is_named(change, told):
    options = {"units_by_week": [100], "lift": 0.1, **change}
    with pytest.raises(InputError, match=told):
        plan([CTR], **options)


def test_what_cannot_be_computed_is_named():
    with pytest.raises(InputError, match="lift is 0"):
        units_per_arm(2.2, 0.0)
    with pytest.raises(InputError, match="units is 0"):
        detectable_lift(2.2, 0)
    with pytest.raises(InputError, match="rho is 1"):
        units_per_arm(2.2, 0.1, rho=1.0)
