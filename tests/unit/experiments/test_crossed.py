"""Visitors who log in: leaving out those who saw two variants is fair while shares are equal."""

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
    """An A/A: who logs in buys far more, whatever was shown; crossed visitors are left out.

    Returns:
        (z of the control's part of those kept, z of the difference in what they buy, crossed).
    """
    rng = np.random.default_rng(seed)
    one = experiment(name, control_share)
    logs_in = rng.random(VISITORS) < LOGS_IN
    bought = rng.poisson(np.where(logs_in, 3.0, 0.5))
    first = [assign(one, f"visitor-{seed}-{i}", shop=SHOP).variant for i in range(VISITORS)]
    later = [assign(one, f"C{seed}-{i}", shop=SHOP).variant for i in range(VISITORS)]
    crossed = logs_in & np.array([a != b for a, b in zip(first, later, strict=True)])
    control = np.array(first) == "control"
    kept, share = ~crossed, one.shares()["control"]
    n = int(kept.sum())
    ratio_z = (int((control & kept).sum()) - n * share) / math.sqrt(n * share * (1 - share))
    a, b = bought[control & kept], bought[~control & kept]
    spread = math.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
    return ratio_z, (b.mean() - a.mean()) / spread, int(crossed.sum())


def runs(n, control_share=1.0):
    return np.array([one_run("aa", seed, control_share) for seed in range(n)])


def check_fair(told):
    """Under no bias each z is a standard normal draw: their mean and spread are known."""
    n = len(told)
    for z in told[:, :2].T:
        assert abs(z.mean()) < 3.3 / math.sqrt(n)
        assert abs((z**2).mean() - 1) < 3.3 * math.sqrt(2 / n)
    # every other one of those who log in, as two fair coins differ
    assert told[:, 2].mean() == pytest.approx(VISITORS * LOGS_IN / 2, rel=0.02)


def test_with_equal_shares_neither_the_ratio_nor_the_effect_is_biased():
    check_fair(runs(60))


@pytest.mark.proof
def test_with_equal_shares_nothing_is_biased_in_a_thousand_runs():
    told = runs(1000)
    check_fair(told)
    false_alarms = (np.abs(told[:, :2]) > 1.96).mean(axis=0)
    assert false_alarms == pytest.approx([0.05, 0.05], abs=3.3 * math.sqrt(0.05 * 0.95 / 1000))


def test_with_unequal_shares_both_are_and_the_ratio_tells():
    """Of those who log in 8 in 10 of the large variant stay, and 2 in 10 of the small one."""
    told = runs(8, control_share=4.0)
    assert told[:, 0].mean() > 3  # too many of the control: the ratio check blocks the verdict
    assert told[:, 1].mean() < -3  # and those who buy are missing in the other
