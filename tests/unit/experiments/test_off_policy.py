"""Three estimators against a shop of which the truth is known, and against slow twins."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.evaluation.intervals import mean_interval
from penchant.experiments.off_policy.estimators import doubly_robust, gain, ips, logged_mean, snips
from penchant.experiments.off_policy.logged_slots import LoggedSlots
from tests.unit.experiments.logged_world import SLOTS, World

seeds = st.integers(0, 2**32)


def some_log(seed: int, *, predictions: bool = False) -> LoggedSlots:
    """Rows without any meaning, of few customers."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 60))
    log = LoggedSlots(
        rng.integers(0, max(n // 3, 2), n),
        rng.integers(1, 4, n),
        rng.normal(size=n),
        rng.uniform(0.05, 1, n),
        rng.uniform(0, 1, n),
    )
    if not predictions:
        return log
    return replace(log, predicted=rng.normal(size=n), predicted_target=rng.normal(size=n))


def slow_ratio(log: LoggedSlots, above: list[float], below: list[float]) -> tuple[float, float]:
    """A ratio of sums and its standard error, customer by customer."""
    value = sum(above) / sum(below)
    customers = sorted(set(log.customer.tolist()))
    squares = 0.0
    for who in customers:
        rest = [
            a - value * b
            for name, a, b in zip(log.customer.tolist(), above, below, strict=True)
            if name == who
        ]
        squares += sum(rest) ** 2
    n = len(customers)
    return value, (n / (n - 1) * squares) ** 0.5 / sum(below) if n > 1 else np.inf


@given(seeds, st.floats(0.5, 30))
def test_each_estimator_is_its_slow_twin(seed: int, clip: float) -> None:
    log = some_log(seed, predictions=True)
    weights = [min(t / p, clip) for t, p in zip(log.target, log.propensity, strict=True)]
    ones = [1.0] * len(log)
    paid = [w * r for w, r in zip(weights, log.reward, strict=True)]
    right = [
        q + w * (r - s)
        for q, w, r, s in zip(log.predicted_target, weights, log.reward, log.predicted, strict=True)
    ]
    for found, above, below in (
        (logged_mean(log), list(log.reward), ones),
        (ips(log, clip=clip), paid, ones),
        (snips(log, clip=clip), paid, weights),
        (doubly_robust(log, clip=clip), right, ones),
    ):
        value, error = slow_ratio(log, above, below)
        assert found.value == pytest.approx(value)
        assert found.high - found.value == pytest.approx(1.959964 * error)
        assert found.n == len(set(log.customer.tolist()))


@given(seeds)
def test_the_policy_that_served_is_worth_what_it_got(seed: int) -> None:
    log = some_log(seed)
    same = replace(log, target=log.propensity)
    for found in (ips(same), snips(same)):
        assert found.value == pytest.approx(logged_mean(log).value)
        assert found.low == pytest.approx(logged_mean(log).low)
    assert gain(same).value == pytest.approx(0, abs=1e-12)
    if len(set(log.customer.tolist())) > 1:
        assert gain(same).high == pytest.approx(0, abs=1e-9)


@given(seeds, st.floats(-5, 5))
def test_what_all_slots_get_more_snips_gives_more_and_no_wider(seed: int, more: float) -> None:
    log = some_log(seed)
    before, after = snips(log), snips(replace(log, reward=log.reward + more))
    assert after.value - before.value == pytest.approx(more, abs=1e-9)
    assert after.high - after.value == pytest.approx(before.high - before.value, abs=1e-9)


def test_ips_does_not_bear_such_a_shift() -> None:
    log = some_log(1)
    shifted = ips(replace(log, reward=log.reward + 1)).value - ips(log).value
    assert shifted == pytest.approx(log.weights().mean())
    assert abs(shifted - 1) > 0.01


@given(seeds)
def test_a_model_that_knows_all_leaves_nothing_to_the_weights(seed: int) -> None:
    log = some_log(seed)
    value = 0.3
    knowing = replace(log, predicted=log.reward, predicted_target=np.full(len(log), value))
    found = doubly_robust(knowing)
    assert found.value == pytest.approx(value)
    if found.n > 1:
        assert found.high - found.low == pytest.approx(0, abs=1e-9)


@given(seeds)
def test_a_model_that_knows_nothing_leaves_all_to_the_weights(seed: int) -> None:
    log = some_log(seed)
    none = np.zeros(len(log))
    silent = replace(log, predicted=none, predicted_target=none)
    assert doubly_robust(silent).value == pytest.approx(ips(log).value)
    assert doubly_robust(silent).low == pytest.approx(ips(log).low)


@given(seeds)
def test_the_order_of_rows_and_the_numbers_of_customers_mean_nothing(seed: int) -> None:
    log = some_log(seed)
    order = np.random.default_rng(seed).permutation(len(log))
    other = replace(log.take(order), customer=1000 - 7 * log.customer[order])
    for estimate in (ips, snips, gain):
        assert estimate(other).value == pytest.approx(estimate(log).value)
        assert estimate(other).high == pytest.approx(estimate(log).high)


def test_of_customers_who_saw_one_slot_each_it_is_the_interval_of_a_mean() -> None:
    rng = np.random.default_rng(3)
    n = 50
    log = LoggedSlots(
        np.arange(n), np.ones(n, int), rng.random(n), np.full(n, 0.5), rng.uniform(0, 1, n)
    )
    found, wanted = ips(log), mean_interval(log.weights() * log.reward)
    assert (found.value, found.low) == (pytest.approx(wanted.value), pytest.approx(wanted.low))


def test_a_bootstrap_over_customers_scatters_as_wide_as_the_interval() -> None:
    rng = np.random.default_rng(4)
    log = World.of(rng).log(rng, customers=400)
    rows_of = [np.flatnonzero(log.customer == who) for who in range(400)]
    for estimate in (ips, snips, gain):
        again = []
        for _ in range(400):
            drawn = rng.integers(0, 400, 400)
            again.append(estimate(log.take(np.concatenate([rows_of[who] for who in drawn]))).value)
        found = estimate(log)
        assert np.std(again) * 1.959964 == pytest.approx(found.high - found.value, rel=0.15)


def logs(seed: int, times: int, customers: int) -> tuple[World, list[LoggedSlots]]:
    """One shop, logged again and again."""
    rng = np.random.default_rng(seed)
    world = World.of(rng)
    return world, [world.log(rng, customers=customers) for _ in range(times)]


def with_model(world: World, log: LoggedSlots, wrong: float) -> LoggedSlots:
    """A model that is wrong by a factor; products are found back by their propensities."""
    slot = log.slot - 1
    product = np.abs(world.served[slot] - log.propensity[:, None]).argmin(axis=1)
    return replace(
        log,
        predicted=wrong * world.rate[slot, product],
        predicted_target=wrong * (world.target * world.rate).sum(axis=1)[slot],
    )


@pytest.mark.parametrize("wrong", [0.0, 1.0, 3.0])
def test_on_average_ips_and_the_doubly_robust_value_are_the_truth_whatever_the_model(
    wrong: float,
) -> None:
    world, all_logs = logs(5, 200, 150)
    plain = [ips(one).value for one in all_logs]
    modelled = [doubly_robust(with_model(world, one, wrong)).value for one in all_logs]
    for values in (plain, modelled):
        error = np.std(values) / np.sqrt(len(values))
        assert abs(np.mean(values) - world.truth) < 4 * error
    assert abs(np.mean([logged_mean(one).value for one in all_logs]) - world.truth) > 0.01
    if wrong == 1.0:
        assert np.std(modelled) < np.std(plain)


def covered(seed: int, times: int, customers: int) -> dict[str, float]:
    """How often the 95 % interval holds the truth."""
    world, all_logs = logs(seed, times, customers)
    served = float((world.served * world.rate).sum(axis=1).mean())
    hits: dict[str, list[bool]] = {"ips": [], "snips": [], "dr": [], "gain": []}
    for one in all_logs:
        found = {
            "ips": (ips(one), world.truth),
            "snips": (snips(one), world.truth),
            "dr": (doubly_robust(with_model(world, one, 0.5)), world.truth),
            "gain": (gain(one), world.truth - served),
        }
        for name, (interval, truth) in found.items():
            hits[name].append(interval.low <= truth <= interval.high)
    return {name: float(np.mean(each)) for name, each in hits.items()}


def test_the_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    assert min(covered(6, 400, 300).values()) > 0.92


@pytest.mark.proof
def test_the_intervals_hold_the_truth_95_times_in_100() -> None:
    for seed in range(3):
        for name, share in covered(10 + seed, 3_000, 2_000).items():
            assert share == pytest.approx(0.95, abs=0.012), name


def test_intervals_over_rows_would_be_too_narrow_where_customers_come_again() -> None:
    rng = np.random.default_rng(7)
    world = World.of(rng)
    missed = 0
    for _ in range(200):
        log = world.log(rng, customers=60, visits=10)
        by_row = ips(replace(log, customer=np.arange(len(log))))
        assert by_row.high - by_row.low < ips(log).high - ips(log).low
        missed += not by_row.low <= world.truth <= by_row.high
    assert missed > 0.1 * 200


def test_clipping_makes_the_value_lower() -> None:
    rng = np.random.default_rng(8)
    log = World.of(rng).log(rng, customers=200)
    assert log.weights(clip=1.5).max() == 1.5
    assert ips(log, clip=1.5).value < ips(log).value
    assert ips(log, clip=1e9) == ips(log)


def test_of_one_customer_no_interval_is_told_and_of_no_weight_no_value() -> None:
    log = some_log(9)
    one = replace(log, customer=np.zeros(len(log), int))
    assert ips(one).low == -np.inf
    nothing = snips(replace(log, target=np.zeros(len(log))))
    assert np.isnan(nothing.value)
    assert nothing.high == np.inf
    assert np.isnan(gain(replace(log, target=np.zeros(len(log)))).value)


def test_what_is_no_log_is_refused_in_words() -> None:
    log = some_log(10)
    for name, values in (
        ("propensity", np.zeros(len(log))),
        ("propensity", np.full(len(log), 1.1)),
        ("target", np.full(len(log), -0.1)),
        ("reward", np.full(len(log), np.nan)),
        ("support", np.full(len(log), -1.0)),
        ("slot", np.ones(len(log) + 1)),
        ("predicted", np.ones(len(log))),
    ):
        with pytest.raises(InputError, match=name):
            replace(log, **{name: values})
    with pytest.raises(InputError, match="no logged slot"):
        ips(log.take(np.zeros(len(log), bool)))
    with pytest.raises(InputError, match="predictions of a model"):
        doubly_robust(log)


def test_a_slot_is_valued_by_its_own_rows() -> None:
    rng = np.random.default_rng(11)
    log = World.of(rng).log(rng, customers=20)
    parts = [log.of_slot(slot) for slot in range(1, SLOTS + 1)]
    assert sum(map(len, parts)) == len(log)
    assert np.mean([ips(one).value for one in parts]) == pytest.approx(ips(log).value)
