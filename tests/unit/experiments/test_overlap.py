"""The gate: a value where the log can tell it, and words where it cannot."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from penchant.experiments.off_policy.estimators import doubly_robust, gain, ips, snips
from penchant.experiments.off_policy.logged_slots import LoggedSlots
from penchant.experiments.off_policy.overlap import Gate, overlap_of, value_policy, value_slots
from tests.unit.experiments.logged_world import SLOTS, World


def good_log(seed: int = 1, customers: int = 1_000) -> LoggedSlots:
    rng = np.random.default_rng(seed)
    return World.of(rng).log(rng, customers=customers)


def test_what_the_weights_leave_is_counted() -> None:
    who, slot = np.array([1, 1, 2, 3]), np.ones(4, int)
    reward = np.array([1.0, 1.0, 0.0, 0.0])
    log = LoggedSlots(who, slot, reward, np.full(4, 0.5), np.array([1.0, 0.5, 0.5, 0.0]))
    found = overlap_of(log)  # weights 2, 1, 1, 0
    assert (found.slots, found.customers) == (4, 3)
    assert found.effective == pytest.approx(16 / 6)
    assert found.rewarded == pytest.approx(9 / 5)
    assert (found.max_weight, found.max_share, found.mean_weight) == (2.0, 0.75, 1.0)
    assert found.support == 1.0
    assert overlap_of(log, clip=1.0).effective == pytest.approx(3)
    assert overlap_of(log.take(np.zeros(4, bool))).slots == 0


def test_a_good_log_gives_all_estimates() -> None:
    log = good_log()
    found = value_policy(log)
    assert found.refusals == ()
    assert dict(found.estimates) == {"ips": ips(log), "snips": snips(log)}
    assert found.gain == gain(log)
    none = np.zeros(len(log))
    modelled = replace(log, predicted=none, predicted_target=none)
    assert value_policy(modelled).estimates["dr"] == doubly_robust(modelled)


def test_a_policy_that_shows_what_the_log_could_not_is_refused() -> None:
    log = good_log()
    unseen = replace(log, support=np.full(len(log), 0.8), target=0.8 * log.target)
    found = value_policy(unseen)
    assert (dict(found.estimates), found.gain) == ({}, None)
    (why,) = found.refusals
    assert "20% of what this policy would show" in why
    assert value_policy(unseen, gate=Gate(min_support=0.7)).refusals == ()


def test_slots_that_never_explore_tell_of_a_policy_that_shows_the_same_alone() -> None:
    rng = np.random.default_rng(2)
    n = 4_000
    sure = LoggedSlots(
        np.arange(n), np.ones(n, int), (rng.random(n) < 0.2).astype(float), np.ones(n),
        (rng.random(n) < 0.4).astype(float),
    )  # fmt: skip
    refused = value_policy(sure)
    assert any("could not have shown" in one for one in refused.refusals)
    same = value_policy(replace(sure, target=np.ones(n)))
    assert same.refusals == ()
    assert same.estimates["snips"].value == same.logged.value


def test_a_log_that_is_small_or_of_no_rewards_is_refused() -> None:
    small = value_policy(good_log(customers=20))
    assert any("at least 500 are needed" in one for one in small.refusals)
    log = good_log()
    rare = replace(log, reward=(np.arange(len(log)) < 5).astype(float))
    (why,) = value_policy(rare).refusals
    assert "Something came of slots that count like" in why


def test_a_value_that_hangs_on_one_customer_is_refused() -> None:
    log = good_log(customers=2_000)
    who = np.where(log.customer < 300, 0, log.customer)
    (why,) = value_policy(replace(log, customer=who)).refusals
    assert why.startswith("One customer has 14.6% of all weight")


def test_wrong_propensities_are_noticed_by_the_mean_of_the_weights() -> None:
    log = good_log()
    wrong = replace(log, propensity=np.maximum(0.7 * log.propensity, 1e-6))
    assert any("probabilities are wrong" in one for one in value_policy(wrong).refusals)
    known = replace(log, support=np.ones(len(log)))
    assert value_policy(known).refusals == ()
    assert any(
        "are wrong" in one for one in value_policy(replace(known, target=log.target / 2)).refusals
    )


def test_each_slot_is_judged_by_itself() -> None:
    log = good_log()
    last = log.slot == SLOTS
    log = replace(log, target=np.where(last, 0, log.target), support=np.where(last, 0.0, 1.0))
    found = value_slots(log)
    assert list(found) == [1, 2, 3]
    assert [bool(one.refusals) for one in found.values()] == [False, False, True]
    assert found[2].estimates["ips"] == ips(log.of_slot(2))


@pytest.mark.proof
def test_what_passes_the_gate_is_held_by_its_interval_and_without_it_is_not() -> None:
    """Of policies near and far, pools small and large, logs short and long, and rare clicks."""
    rng = np.random.default_rng(3)
    loose = Gate(min_effective=0, min_rewarded=0, max_share=1, min_support=0, doubt=np.inf)
    strict, hung = [], []
    for _ in range(600):
        for log, truth in _logs(rng, times=20):
            found = value_policy(log, gate=loose).estimates["snips"]
            held, lap = found.low <= truth <= found.high, overlap_of(log)
            strict += [held] if not Gate().refusals(lap) else []
            hung += [held] if lap.max_share > 0.01 else []
    assert len(strict) > 2_000
    assert np.mean(strict) > 0.925
    assert np.mean(hung) < 0.8


def _logs(rng: np.random.Generator, *, times: int) -> list[tuple[LoggedSlots, float]]:
    """Log one shop again and again, and tell what the other policy is worth."""
    m, n = int(rng.choice([5, 34, 100])), int(rng.choice([2_000, 5_000, 10_000]))
    score = rng.standard_normal(m)
    liked = score + rng.standard_normal(m)
    rate = np.minimum(rng.choice([0.002, 0.004, 0.01]) * np.exp(0.6 * liked), 0.5)
    even = rng.random() < 0.3
    served = np.full(m, 1 / m) if even else 0.85 * _softmax(score) + 0.15 / m
    target = _softmax(liked) if rng.random() < 0.7 else (liked == liked.max()).astype(float)
    found = []
    for _ in range(times):
        shown = rng.choice(m, n, p=served)
        reward = (rng.random(n) < rate[shown]).astype(float)
        log = LoggedSlots(np.arange(n), np.ones(n, int), reward, served[shown], target[shown])
        if target[shown].any():
            found.append((log, float(target @ rate)))
    return found


def _softmax(scores: np.ndarray) -> np.ndarray:
    return np.exp(scores) / np.exp(scores).sum()
