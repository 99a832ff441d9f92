"""Made-up customers look from the top down, click what they like, and buy less than they click."""

import numpy as np
import pytest

from penchant.sample.clicks import FURTHER, Temper, draw_visits, look_at

TEMPER = Temper()


def looks(likings, n=20_000):
    rng = np.random.default_rng(1)
    return [look_at(rng, np.array(likings), TEMPER) for _ in range(n)]


def test_slot_after_slot_is_seen_by_fewer():
    seen = np.array([one.seen for one in looks([0.0] * 10)])
    for slot in (1, 2, 5, 10):
        assert np.mean(seen >= slot) == pytest.approx(FURTHER ** (slot - 1), abs=0.012)


def test_what_is_liked_is_clicked_as_often_as_said():
    clicks = np.array([one.clicked for one in looks([1.0, 0.0])])
    assert clicks[:, 0].mean() == pytest.approx(TEMPER.curious + TEMPER.drawn, abs=0.008)
    assert clicks[:, 1].mean() == pytest.approx(TEMPER.curious * FURTHER, abs=0.003)


def test_only_what_was_clicked_is_bought_and_only_what_is_liked():
    for one in looks([1.0, 0.0], 5_000):
        assert not (one.bought & ~one.clicked).any()
        assert not one.bought[1]


def test_an_empty_slate_is_looked_at_in_vain():
    one = look_at(np.random.default_rng(0), np.array([]), TEMPER)
    assert (one.seen, one.clicked.tolist()) == (0, [])


def test_visits_come_by_day_as_often_as_wanted_and_some_customers_return():
    visits = draw_visits(np.random.default_rng(0), n_customers=3_000, days=28, per_customer=4.0)
    assert (np.diff(visits[:, 0]) >= 0).all()
    assert len(visits) / 3_000 == pytest.approx(4.0, rel=0.08)
    counts = np.bincount(visits[:, 1], minlength=3_000)
    assert (counts >= 3).mean() > 0.3
    assert (counts == 0).mean() > 0.05
