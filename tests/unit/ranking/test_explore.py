"""Exploration: what is drawn, where, and that the chances told are the chances there were."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare

from penchant.errors import InputError
from penchant.ranking.explore import FLOOR, explore
from penchant.ranking.ranking import Ranking

N_DRAWS = 100_000
seeds = st.integers(0, 2**32)
shares = st.floats(0, 1)


def ranked(scores):
    """Products 0, 1, 2, ... with these scores."""
    scores = np.asarray(scores, float)
    return Ranking(np.arange(len(scores), dtype=np.int32), scores[:, None], ("visual",))


def some_ranking(rng, n):
    scores = np.round(rng.standard_normal(n), rng.integers(1, 4))
    rows = rng.permutation(n).astype(np.int32)
    return Ranking(rows, np.stack([scores, rng.random(n)], axis=1), ("visual", "new")).sorted()


class Said:
    """A generator that draws what it is told."""

    def __init__(self, *draws):
        self.draws = list(draws)

    def random(self):
        return self.draws.pop(0)


def wanted_slots(k, share):
    """The 1-based slots that explore, in words: so many, evenly, the last one among them."""
    n = max(int(np.floor(k * share + 0.5)), 1 if share > 0 and k >= 3 else 0)
    n = max(min(n, k - 1), 0)
    return [int(np.ceil(turn * k / n)) for turn in range(1, n + 1)]


def slow_strata(picked, pool, k, share, size, temperature=1.0):
    """Of each exploring slot: the products that may be drawn and their chances."""
    slots = wanted_slots(k, share)
    order = [*picked.rows, *(row for row in pool.rows if row not in picked.rows)]
    scores = dict(zip(pool.rows, pool.scores, strict=True))
    products = [order[slot - 1] for slot in slots] + order[k : k + size]
    spread = np.std([scores[row] for row in products])
    strata = {}
    for turn, slot in enumerate(slots):
        rows = products[turn :: len(slots)]
        soft = np.exp([scores[row] / (spread * temperature) for row in rows])
        chances = (1 - FLOOR) * soft / soft.sum() + FLOOR / len(rows)
        strata[slot] = dict(zip(rows, chances, strict=True))
    return strata


@given(seeds, st.integers(0, 12), shares, st.integers(0, 30), st.integers(0, 40))
@settings(max_examples=150, deadline=None)
def test_a_slate_has_k_different_products_of_which_some_slots_explore(seed, k, share, size, n):
    rng = np.random.default_rng(seed)
    pool = some_ranking(rng, n)
    picked = pool.take(np.sort(rng.permutation(n)[:k]))
    shown = explore(picked, pool, k, share=share, rng=rng, size=size)
    rows = shown.ranking.rows.tolist()
    assert len(rows) == min(k, n) == len(set(rows)) == len(shown.propensities)
    n_exploring = min(len(wanted_slots(k, share)), size, max(n - k, 0))
    assert shown.explored.sum() == n_exploring
    assert not shown.explored[:1].any()
    assert (shown.propensities[~shown.explored] == 1).all()
    assert (shown.ranking.rows[~shown.explored] == picked.rows[~shown.explored]).all()
    assert ((shown.propensities > 0) & (shown.propensities <= 1)).all()
    before = dict(zip(pool.rows.tolist(), pool.parts.tolist(), strict=True))
    assert [before[row] for row in rows] == shown.ranking.parts.tolist()


@given(seeds, st.integers(3, 12), shares.filter(bool), st.floats(0.2, 5))
@settings(max_examples=60, deadline=None)
def test_every_propensity_is_that_of_the_slow_twin(seed, k, share, temperature):
    rng = np.random.default_rng(seed)
    pool = some_ranking(rng, 60)
    picked = pool.take(np.sort(rng.permutation(k + 5)[:k]))
    strata = slow_strata(picked, pool, k, share, 40, temperature)
    shown = explore(picked, pool, k, share=share, rng=rng, size=40, temperature=temperature)
    assert (np.flatnonzero(shown.explored) + 1).tolist() == list(strata)
    for slot, chances in strata.items():
        assert sum(chances.values()) == pytest.approx(1)
        chance = chances[shown.ranking.rows[slot - 1]]
        assert shown.propensities[slot - 1] == pytest.approx(chance, rel=1e-6)


def test_products_are_shown_as_often_as_their_propensities_say_in_one_slot():
    pool = ranked(np.linspace(2, 0, 20))
    rng = np.random.default_rng(1)
    counts, chances = np.zeros(20), np.zeros(20)
    for _ in range(N_DRAWS):
        shown = explore(pool.take(slice(5)), pool, 5, share=0.2, rng=rng, size=10)
        drawn = shown.ranking.rows[4]
        counts[drawn] += 1
        chances[drawn] = shown.propensities[4]
    assert np.flatnonzero(counts).tolist() == list(range(4, 15))
    assert chances.sum() == pytest.approx(1)
    assert chisquare(counts[4:15], N_DRAWS * chances[4:15]).pvalue > 0.01


def test_two_slots_draw_independently_each_by_its_propensities():
    pool = ranked(np.linspace(2, 0, 12))
    rng = np.random.default_rng(2)
    counts, chances = np.zeros((12, 12)), np.zeros((12, 12))
    for _ in range(N_DRAWS // 2):
        shown = explore(pool.take(slice(6)), pool, 6, share=0.3, rng=rng, size=6)
        pair = tuple(shown.ranking.rows[[2, 5]])
        counts[pair] += 1
        chances[pair] = shown.propensities[2] * shown.propensities[5]
    pairs = list(product((2, 6, 8, 10), (5, 7, 9, 11)))
    assert sorted(zip(*np.nonzero(counts), strict=True)) == pairs
    assert chances.sum() == pytest.approx(1)
    where = tuple(np.array(pairs).T)
    assert chisquare(counts[where], N_DRAWS // 2 * chances[where]).pvalue > 0.01


def test_the_same_seed_gives_the_same_slate():
    pool = ranked(np.linspace(1, 0, 80))

    def rows(seed):
        rng = np.random.default_rng(seed)
        return explore(pool, pool, 10, share=0.2, rng=rng).ranking.rows.tolist()

    assert rows(7) == rows(7)
    assert len({tuple(rows(seed)) for seed in range(20)}) > 10


def test_the_draw_goes_along_the_ranking_and_asks_for_one_number_per_slot():
    pool = ranked([5, 4, 3, 2, 1, 0])
    for draw, drawn in ((0.0, 2), (1 - 2**-53, 5)):
        said = Said(draw, 0.5)
        shown = explore(pool.take(slice(3)), pool, 3, share=0.2, rng=said)
        assert (shown.ranking.rows[2], said.draws) == (drawn, [0.5])


def test_even_scores_are_drawn_evenly_and_a_high_temperature_evens_them_out():
    rng = np.random.default_rng(0)
    even = ranked(np.full(9, 0.1) + 1e-12 * np.arange(9))
    assert explore(even, even, 5, share=0.2, rng=rng).propensities[-1] == pytest.approx(1 / 5)
    steep = ranked(np.linspace(1, 0, 9))
    hot = explore(steep, steep, 5, share=0.2, rng=rng, temperature=1e9)
    assert hot.propensities[-1] == pytest.approx(1 / 5)
    cold = explore(steep, steep, 5, share=0.2, rng=Said(0.0), temperature=1e-9)
    assert cold.propensities[-1] == pytest.approx(1 - FLOOR + FLOOR / 5)


def test_the_pool_fills_up_what_was_not_picked():
    pool = ranked(np.linspace(1, 0, 8))
    picked = pool.take(np.array([3]))
    shown = explore(picked, pool, 4, share=0, rng=Said())
    assert shown.ranking.rows.tolist() == [3, 0, 1, 2]
    shown = explore(picked, pool.take(slice(4)), 9, share=0.5, rng=Said())
    assert (shown.ranking.rows.tolist(), shown.explored.any()) == ([3, 0, 1, 2], False)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"k": -1}, "k is -1"), ({"share": 1.5}, "share is 1.5"), ({"size": -2}, "size is -2"),
     ({"temperature": 0.0}, "temperature is 0"), ({"share": float("nan")}, "share is nan")],
)  # fmt: skip
def test_numbers_out_of_range_are_refused(wrong, message):
    pool = ranked([1.0, 0.5])
    given_numbers = {"k": 2, "share": 0.1} | wrong
    with pytest.raises(InputError, match=message):
        explore(pool, pool, rng=Said(), **given_numbers)


def test_a_slate_picked_from_another_ranking_is_refused():
    other = Ranking(np.zeros(1, np.int32), np.zeros((1, 1)), ("popular",))
    with pytest.raises(InputError, match="picked has the sources"):
        explore(other, ranked([1.0]), 1, share=0, rng=Said())


@given(seeds, st.integers(3, 12), shares.filter(bool))
@settings(max_examples=60, deadline=None)
def test_the_strata_are_those_of_the_slow_twin_whatever_is_drawn(seed, k, share):
    rng = np.random.default_rng(seed)
    pool = some_ranking(rng, 60)
    picked = pool.take(np.sort(rng.permutation(k + 5)[:k]))
    wanted = slow_strata(picked, pool, k, share, 40)
    for _ in range(2):
        shown = explore(picked, pool, k, share=share, rng=rng, size=40)
        assert [one.place + 1 for one in shown.strata] == list(wanted)
        for one in shown.strata:
            told = dict(zip(one.rows.tolist(), one.chances.tolist(), strict=True))
            assert told == pytest.approx(wanted[one.place + 1], rel=1e-6)
            drawn = shown.ranking.rows[one.place]
            assert one.chance_of(drawn) == shown.propensities[one.place]
            assert one.chance_of(-1) == 0


def test_nothing_that_does_not_explore_has_strata():
    pool = ranked([3.0, 2.0, 1.0])
    assert explore(pool, pool, 3, share=0, rng=Said()).strata == ()
