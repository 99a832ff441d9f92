import itertools

import numpy as np
import pytest

from penchant.maths.rows import unit_rows
from penchant.space.baskets import Baskets
from penchant.space.closed_form_map import SHRINKAGE, closed_form_map
from penchant.space.softmax_map import (
    INVERSE_TEMPERATURE,
    Schedule,
    _gradient,
    _hide_one,
    learn_softmax_map,
)
from penchant.space.start_map import start_map


def baskets_of(lists):
    lengths = [len(one) for one in lists]
    return Baskets(
        np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64),
        np.array([row for one in lists for row in sorted(one)], np.int32),
    )


class Planted:
    """Products with a quiet taste and a loud look that has nothing to do with it.

    The first half of the products is sold in baskets of one taste each, the second half is new.
    """

    def __init__(self, seed, *, n=360, n_tastes=12, dim=24):
        rng = np.random.default_rng(seed)
        self.taste = rng.integers(0, n_tastes, n)
        quiet = rng.standard_normal((n_tastes, dim // 2))[self.taste]
        loud = 2.5 * rng.standard_normal((n, dim // 2))
        mixed = np.concatenate([quiet + 0.3 * rng.standard_normal(quiet.shape), loud], axis=1)
        turn, _ = np.linalg.qr(rng.standard_normal((dim, dim)))
        self.z = unit_rows(mixed @ turn)
        self.sold, self.new = np.arange(n // 2), np.arange(n // 2, n)
        by_taste = [self.sold[self.taste[: n // 2] == t] for t in range(n_tastes)]
        usable = [one for one in by_taste if len(one) >= 3]
        self.baskets = baskets_of(
            [rng.choice(usable[i % len(usable)], 3, replace=False).tolist() for i in range(600)]
        )

    def recall(self, projection):
        """Share of new products of a basket's taste among its five nearest new products."""
        y = self.z if projection is None else unit_rows(self.z @ projection)
        hits = []
        for basket in list(self.baskets)[:200]:
            scores = y[self.new] @ y[basket].sum(axis=0)
            nearest = self.new[np.argsort(-scores)[:5]]
            hits.append((self.taste[nearest] == self.taste[basket[0]]).mean())
        return float(np.mean(hits))


@pytest.mark.parametrize("seed", [0, 1])
def test_both_maps_find_hidden_products_better_than_no_map(seed):
    planted = Planted(seed)
    before = planted.recall(None)
    closed = closed_form_map(planted.z, planted.baskets, dim=24)
    softmax = learn_softmax_map(
        planted.z, planted.baskets, np.random.default_rng(seed), dim=24,
        schedule=Schedule(epochs=60, batch=128),
    )  # fmt: skip
    assert planted.recall(closed) > before + 0.12  # shrunk on purpose, so that it never hurts
    assert planted.recall(softmax) > before + 0.3


def naive_loss(weights, rest, hidden, target):
    """Cross-entropy in float64, pair by pair."""

    def unit(vector):
        return vector / np.linalg.norm(vector)

    losses = []
    for row in range(len(rest)):
        query = unit(rest[row] @ weights)
        logits = [
            INVERSE_TEMPERATURE * query @ unit(hidden[column] @ weights)
            for column in range(len(rest))
            if column == row or target[column] != target[row]
        ]
        own = INVERSE_TEMPERATURE * query @ unit(hidden[row] @ weights)
        losses.append(np.log(np.exp(logits).sum()) - own)
    return np.mean(losses)


def test_the_gradient_agrees_with_finite_differences():
    rng = np.random.default_rng(0)
    weights = rng.standard_normal((7, 4))
    target = np.array([0, 1, 2, 1, 3], np.int32)
    hidden = unit_rows(rng.standard_normal((4, 7)))[target]
    rest = unit_rows(rng.standard_normal((5, 7)))
    slopes, step = np.zeros_like(weights), 1e-6
    for place in np.ndindex(weights.shape):
        nudge = np.zeros_like(weights)
        nudge[place] = step
        up, down = (naive_loss(weights + s * nudge, rest, hidden, target) for s in (1, -1))
        slopes[place] = (up - down) / (2 * step)
    found = _gradient(weights.astype(np.float32), rest, hidden, target)
    np.testing.assert_allclose(found, slopes, rtol=2e-4, atol=2e-6)


def test_products_that_are_not_placed_have_no_gradient():
    zeros = np.zeros((3, 5), np.float32)
    found = _gradient(np.eye(5, 2, dtype=np.float32), zeros, zeros, np.arange(3, dtype=np.int32))
    assert found.tolist() == np.zeros((5, 2)).tolist()


def test_hiding_takes_one_product_out_and_sums_the_rest():
    z = unit_rows(np.random.default_rng(0).standard_normal((9, 4)))
    lists = [[0, 1], [2, 3, 4, 5], [6, 7, 8], [1, 8]]
    chosen = np.array([3, 1, 1, 0])
    seen = set()
    for seed in range(40):
        own = np.arange(9)
        rest, hidden = _hide_one(baskets_of(lists), chosen, own, np.random.default_rng(seed))
        for row, number in enumerate(chosen):
            assert hidden[row] in lists[number]
            left = [product for product in lists[number] if product != hidden[row]]
            np.testing.assert_allclose((rest @ z)[row], z[left].sum(0), atol=1e-6)
        seen |= {(row, int(product)) for row, product in enumerate(hidden)}
    assert len(seen) == 2 + 4 + 4 + 2  # every product of every basket is hidden some time


def test_variants_of_a_design_are_hidden_together():
    rest, hidden = _hide_one(
        baskets_of([[0, 1, 4]]), np.zeros(20, np.int64), np.array([7, 7, 2, 3, 5]),
        np.random.default_rng(0),
    )  # fmt: skip
    for left, product in zip(rest.toarray().tolist(), hidden.tolist(), strict=True):
        assert left == ([1, 1, 0, 0, 0] if product == 4 else [0, 0, 0, 0, 1])


def test_the_loss_falls_while_the_map_is_trained():
    planted = Planted(3)
    rest, hidden = _hide_one(
        planted.baskets, np.arange(100), np.arange(len(planted.z)), np.random.default_rng(9)
    )
    rest = unit_rows(rest @ planted.z)
    start = start_map(planted.z, 12)
    trained = learn_softmax_map(
        planted.z, planted.baskets, np.random.default_rng(0), dim=12,
        schedule=Schedule(epochs=20, batch=128),
    )  # fmt: skip
    losses = [naive_loss(w, rest, planted.z[hidden], hidden) for w in (start, trained)]
    assert losses[1] < losses[0] - 0.1


def test_the_same_generator_state_gives_the_same_bytes_and_another_does_not():
    planted = Planted(0)
    plan = Schedule(epochs=2, batch=64)
    maps = [
        learn_softmax_map(
            planted.z, planted.baskets, np.random.default_rng(s), dim=8, schedule=plan
        )
        for s in (4, 4, 5)
    ]
    assert maps[0].tobytes() == maps[1].tobytes()
    assert maps[0].tobytes() != maps[2].tobytes()


def test_the_start_is_the_strongest_axes_of_the_channels():
    z = unit_rows(np.random.default_rng(0).standard_normal((50, 6)) * [9, 5, 1, 1, 1, 0.1])
    start = start_map(z, 2)
    np.testing.assert_allclose(start.T @ start, np.eye(2), atol=1e-6)
    _, _, axes = np.linalg.svd(z.astype(np.float64), full_matrices=False)
    np.testing.assert_allclose(np.abs(axes[:2] @ start), np.eye(2), atol=1e-5)
    assert start_map(z, 100).shape == (6, 6)


@pytest.mark.parametrize(
    ("n", "epochs", "batch"),
    [
        (2, 25, 2),
        (3, 25, 2),
        (400, 25, 200),
        (1999, 25, 256),
        (2000, 20, 250),
        (8192, 20, 1024),
        (20_480, 8, 1024),
        (90_000, 8, 1024),
    ],
)
def test_few_baskets_are_gone_through_more_often_in_smaller_batches(n, epochs, batch):
    assert Schedule.by_baskets(n) == Schedule(epochs, batch)


def test_more_baskets_never_mean_much_less_training():
    plans = [(n, Schedule.by_baskets(n)) for n in range(1200, 60_000, 37)]
    steps = [plan.epochs * (n // plan.batch) for n, plan in plans]
    assert min(steps) >= 100
    assert min(after / before for before, after in itertools.pairwise(steps)) > 0.8


def test_two_baskets_are_enough_to_train_on():
    z = unit_rows(np.random.default_rng(0).standard_normal((5, 4)))
    found = learn_softmax_map(z, baskets_of([[0, 1], [2, 3]]), np.random.default_rng(0), dim=3)
    assert found.shape == (4, 3)
    assert np.isfinite(found).all()


def test_the_closed_form_follows_its_formula():
    planted = Planted(1)
    start = start_map(planted.z, 7).astype(np.float64)
    rows = [planted.z[basket] @ start for basket in planted.baskets]
    centred = np.concatenate([one - one.mean(axis=0) for one in rows])
    within = centred.T @ centred / len(centred)
    a = within / (np.trace(within) / len(within)) + SHRINKAGE * np.eye(len(within))
    values, vectors = np.linalg.eigh(a)
    expected = start @ (vectors / np.sqrt(values) @ vectors.T)
    found = closed_form_map(planted.z, planted.baskets, dim=7)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_direction_in_which_baskets_differ_is_shrunk_and_only_that():
    rng = np.random.default_rng(0)
    taste = np.repeat(np.eye(4)[:, :3] * 2 - 1, 100, axis=0)
    noise = rng.choice([-1.5, 1.5], 400)
    z = unit_rows(np.column_stack([taste, noise]))
    baskets = baskets_of(
        [(100 * (i % 4) + rng.choice(100, 4, replace=False)).tolist() for i in range(300)]
    )
    found = closed_form_map(z, baskets, dim=4)
    # all within-basket variance, four times the mean variance, lies in the last direction
    expected = 1 / np.sqrt(np.array([0, 0, 0, 4]) + SHRINKAGE)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), expected, rtol=1e-4)


def test_more_shrinkage_leaves_directions_more_as_they_are():
    planted = Planted(2)
    ratios = []
    for shrinkage in (0.01, 0.3, 100.0):
        values = np.linalg.svd(
            closed_form_map(planted.z, planted.baskets, dim=24, shrinkage=shrinkage),
            compute_uv=False,
        )
        ratios.append(values[0] / values[-1])
    assert ratios[0] > ratios[1] > ratios[2]
    assert ratios[2] < 1.05


def test_the_closed_form_is_the_same_in_portions(monkeypatch):
    planted = Planted(0)
    whole = closed_form_map(planted.z, planted.baskets, dim=5)
    monkeypatch.setattr("penchant.space.closed_form_map.STEP", 7)
    parts = closed_form_map(planted.z, planted.baskets, dim=5)
    np.testing.assert_allclose(parts, whole, atol=1e-4)


def test_baskets_of_equal_products_leave_the_space_as_it_is():
    z = unit_rows(np.random.default_rng(0).standard_normal((6, 3)))
    z[1] = z[0]
    found = closed_form_map(z, baskets_of([[0, 1]]), dim=3)
    y = unit_rows(z @ found)
    np.testing.assert_allclose(y @ y.T, z @ z.T, atol=1e-5)
