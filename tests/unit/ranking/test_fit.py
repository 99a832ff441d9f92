"""The fitted blend: what it finds, what it leaves, and when it keeps the defaults."""

import numpy as np
import pytest

from penchant.ranking.blend import Blend
from penchant.ranking.fit import fit_blend
from penchant.ranking.hidden import HiddenPurchases

DEFAULTS = Blend({"useful": 0.5, "noise": 0.3, "absent": 0.2}, {"absent": 3.0})


class Shop:
    """Customers who choose by one score; another score is noise."""

    def __init__(self, n=600, n_products=60, weight=1.5):
        rng = np.random.default_rng(0)
        self.useful = rng.normal(size=(n, n_products)).astype(np.float32)
        self.noise = (5.0 * rng.normal(size=(n, n_products))).astype(np.float32)
        self.useful[:, 0] = self.noise[:, 0] = 100.0  # owned by all, never to be proposed
        odds = weight * self.useful + rng.gumbel(size=self.useful.shape)
        odds[:, 0] = -np.inf
        customers = np.arange(n, dtype=np.int32)
        self.hidden = HiddenPurchases(
            customers, odds.argmax(axis=1).astype(np.int32), np.ones(n, bool), np.arange(n + 1),
            np.zeros(n, np.int32), n_products,
        )  # fmt: skip

    def fit(self, **options):
        scorers = {"useful": lambda rows: self.useful[rows], "noise": lambda rows: self.noise[rows]}
        return fit_blend(scorers, self.hidden, defaults=DEFAULTS, **options)


def test_the_weight_by_which_customers_chose_is_found():
    """Weight over scale is the planted one; noise weighs next to nothing."""
    blend = Shop().fit(per_source=60).blend
    assert blend.weights["useful"] / blend.scale["useful"] == pytest.approx(1.5, abs=0.15)
    assert blend.weights["noise"] < 0.15
    assert blend.scale["noise"] == pytest.approx(5.0, rel=0.05)


def test_a_source_that_was_not_fitted_keeps_its_default_share():
    """A fifth of all weights before, a fifth after; its scale stays."""
    blend = Shop().fit().blend
    assert blend.weights["absent"] / sum(blend.weights.values()) == pytest.approx(0.2)
    assert blend.scale["absent"] == 3.0


def test_only_purchases_that_some_source_proposes_count():
    """With small pools fewer are found, and the count says so."""
    about = Shop().fit(per_source=3).about
    assert about["hidden"] == 600
    assert 50 <= about["found"] < 500
    assert about["reason"] == f"Fitted on {about['found']} hidden purchases."


def test_many_products_at_a_time_or_few_give_the_same_fit(monkeypatch):
    """Portions change nothing."""
    whole = Shop(n=150).fit().blend
    monkeypatch.setattr("penchant.ranking.fit.CELLS", 200)
    assert Shop(n=150).fit().blend.weights == whole.weights


def test_too_few_hidden_purchases_leave_the_defaults():
    """And the sentence says how many there were and are needed."""
    fitted = Shop(n=20).fit(min_found=50)
    assert fitted.blend is DEFAULTS
    assert fitted.about["reason"] == (
        "Defaults: 20 hidden purchases were found again, a fit needs 50."
    )
