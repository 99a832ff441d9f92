"""Visitors who log in and get another variant: counting them for the first is fair."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from penchant.experiments.assignment import assign
from penchant.experiments.experiment import Experiment, Variant
from penchant.settings import ExperimentSettings

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
SHOP = ExperimentSettings()
LOGS_IN = 0.4
VISITORS = 1500


def experiment(name, control_share=1.0):
    variants = (Variant("control", control_share), Variant("same"))
    return Experiment(name, ("homepage",), variants, BEGIN, BEGIN + timedelta(weeks=4))


def one_run(name, seed, control_share=1.0):
    """An A/A: who logs in buys far more, whatever was shown; all count for the first variant.

    Returns:
        (z of the control's part, z of the difference in what they buy, crossed).
    """
    rng = np.random.default_rng(seed)
    one = experiment(name, control_share)
    logs_in = rng.random(VISITORS) < LOGS_IN
    bought = rng.poisson(np.where(logs_in, 3.0, 0.5))
    first, later = _dealt(one, f"visitor-{seed}"), _dealt(one, f"C{seed}")
    crossed = logs_in & (first != later)
    control, share = first == "control", one.shares()["control"]
    ratio_z = (control.sum() - VISITORS * share) / math.sqrt(VISITORS * share * (1 - share))
    return float(ratio_z), _z_between(bought[control], bought[~control]), int(crossed.sum())


def _dealt(one, prefix):
    ids = [f"{prefix}-{i}" for i in range(VISITORS)]
    return np.array([assign(one, unit_id, shop=SHOP).variant for unit_id in ids])


def _z_between(a, b):
    spread = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return (b.mean() - a.mean()) / spread


def runs(n, control_share=1.0):
    return np.array([one_run("aa", seed, control_share) for seed in range(n)])


def check_fair(told, crosses):
    """Under no bias each z is a standard normal draw: their mean and spread are known."""
    n = len(told)
    for z in told[:, :2].T:
        assert abs(z.mean()) < 3.3 / math.sqrt(n)
        assert abs((z**2).mean() - 1) < 3.3 * math.sqrt(2 / n)
    assert told[:, 2].mean() == pytest.approx(VISITORS * LOGS_IN * crosses, rel=0.03)


@pytest.mark.parametrize(("control_share", "crosses"), [(1.0, 0.5), (4.0, 0.32)])
def test_neither_the_ratio_nor_the_effect_is_biased(control_share, crosses):
    check_fair(runs(60, control_share), crosses)


@pytest.mark.proof
@pytest.mark.parametrize(("control_share", "crosses"), [(1.0, 0.5), (4.0, 0.32)])
def test_nothing_is_biased_in_a_thousand_runs(control_share, crosses):
    told = runs(1000, control_share)
    check_fair(told, crosses)
    false_alarms = (np.abs(told[:, :2]) > 1.96).mean(axis=0)
    assert false_alarms == pytest.approx([0.05, 0.05], abs=3.3 * math.sqrt(0.05 * 0.95 / 1000))


def test_leaving_those_who_crossed_out_would_take_the_eager_ones_from_the_smaller_variant():
    one = experiment("aa", 4.0)
    rng = np.random.default_rng(1)
    logs_in = rng.random(VISITORS) < LOGS_IN
    bought = rng.poisson(np.where(logs_in, 3.0, 0.5))
    first, later = _dealt(one, "visitor"), _dealt(one, "C")
    kept = ~(logs_in & (first != later))
    assert _z_between(bought[kept & (first == "control")], bought[kept & (first == "same")]) < -3
