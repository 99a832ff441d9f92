"""Diversity and calibration, against the plain definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.maths.rows import unit_rows
from penchant.ranking.diversify import deal_slots, diversify
from penchant.ranking.ranking import Ranking
from penchant.taste.styles import Style

N_PRODUCTS, DIM = 90, 4
seeds = st.integers(0, 2**32)
shares_of_styles = st.lists(st.integers(1, 30), min_size=2, max_size=5)


class Shop:
    """A random ranking of some products; some look the same, some have no style vector."""

    def __init__(self, seed):
        self.rng = rng = np.random.default_rng(seed)
        looks = unit_rows(rng.standard_normal((N_PRODUCTS // 2, DIM)))
        looks[:3] = 0
        self.vectors = looks[rng.integers(0, len(looks), N_PRODUCTS)]
        rows = rng.permutation(N_PRODUCTS)[: rng.integers(0, N_PRODUCTS + 1)].astype(np.int32)
        parts = np.round(rng.random((len(rows), 2)), rng.integers(1, 4))
        self.ranking = Ranking(rows, parts, ("visual", "popular")).sorted()

    def styles(self, counts):
        """Styles whose shares are as the counts, each with a direction of its own."""
        vectors = unit_rows(self.rng.standard_normal((len(counts), DIM)))
        return [
            style(vector, count / sum(counts))
            for vector, count in zip(vectors, counts, strict=True)
        ]

    def nearest(self, rows, styles):
        likeness = self.vectors[rows] @ np.stack([one.vector for one in styles]).T
        return np.argmax(likeness, axis=1)


def style(vector, share):
    none = np.zeros(0, np.int64)
    return Style(np.asarray(vector, np.float32), share, none, none.astype(np.int32), np.eye(0))


def slow_mmr(ranking, vectors, k, d):
    """MMR as it is written down: compare every product left with every product picked."""
    left = list(range(min(len(ranking), max(5 * k, 50))))
    scores = ranking.scores[left] if left else np.zeros(0)
    looks = vectors[ranking.rows].astype(float)
    picked: list[int] = []
    while left and len(picked) < k:
        gains = []
        for place in left:
            score = scores[place] - scores.min()
            score /= (scores.max() - scores.min()) or 1
            nearest = max((sum(looks[place] * looks[other]) for other in picked), default=0)
            gains.append((1 - d) * score - d * nearest)
        best = left[next(i for i, gain in enumerate(gains) if gain >= max(gains) - 1e-9)]
        picked.append(best)
        left.remove(best)
    return [int(ranking.rows[place]) for place in picked]


def slow_deal(shares, available, k):
    """D'Hondt in one look: the k highest of all quotients share / 1, share / 2, ..."""
    quotients = [
        (-round(share / turn, 9), number, turn)
        for number, (share, most) in enumerate(zip(shares, available, strict=True))
        for turn in range(1, most + 1)
    ]
    return [number for _, number, _ in sorted(quotients)[:k]]


@given(seeds, st.integers(0, 15), st.floats(0.01, 1))
@settings(max_examples=60, deadline=None)
def test_what_is_picked_is_what_mmr_says(seed, k, diversity):
    shop = Shop(seed)
    found = diversify(shop.ranking, shop.vectors, k, diversity=diversity)
    assert found.rows.tolist() == slow_mmr(shop.ranking, shop.vectors, k, diversity)


@given(seeds, st.integers(0, 100), st.floats(0, 1), st.lists(st.integers(1, 30), max_size=4))
@settings(max_examples=60, deadline=None)
def test_k_products_of_the_ranking_come_once_each_with_their_parts(seed, k, diversity, counts):
    shop = Shop(seed)
    styles = shop.styles(counts) if counts else ()
    found = diversify(shop.ranking, shop.vectors, k, diversity=diversity, styles=styles)
    assert len(found) == min(k, len(shop.ranking)) == len(set(found.rows.tolist()))
    before = dict(zip(shop.ranking.rows.tolist(), shop.ranking.parts.tolist(), strict=True))
    assert [before[row] for row in found.rows.tolist()] == found.parts.tolist()


@given(seeds, st.integers(0, 100))
@settings(max_examples=30, deadline=None)
def test_without_diversity_the_order_stays_even_when_it_is_not_that_of_the_scores(seed, k):
    shop = Shop(seed)
    mixed = shop.ranking.take(shop.rng.permutation(len(shop.ranking)))
    found = diversify(mixed, shop.vectors, k, diversity=0)
    assert found.rows.tolist() == mixed.rows[:k].tolist()


@given(seeds, st.integers(0, 40), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_one_style_is_none(seed, k, diversity):
    shop = Shop(seed)
    plain = diversify(shop.ranking, shop.vectors, k, diversity=diversity)
    one = diversify(shop.ranking, shop.vectors, k, diversity=diversity, styles=shop.styles([1]))
    assert one.rows.tolist() == plain.rows.tolist()


@given(shares_of_styles, st.lists(st.integers(0, 20), min_size=5, max_size=5), st.integers(0, 60))
@settings(max_examples=200, deadline=None)
def test_slots_are_dealt_as_the_table_of_quotients_says(counts, available, k):
    shares = [count / sum(counts) for count in counts]
    available = available[: len(counts)]
    assert deal_slots(shares, available, k) == slow_deal(shares, available, k)


@given(seeds, shares_of_styles, st.integers(0, 40), st.floats(0, 1))
@settings(max_examples=100, deadline=None)
def test_every_style_keeps_its_share_in_the_slate_and_in_each_beginning(seed, counts, k, diversity):
    shop = Shop(seed)
    styles = shop.styles(counts)
    found = diversify(shop.ranking, shop.vectors, k, diversity=diversity, styles=styles)
    shown, ranked = (shop.nearest(one.rows, styles) for one in (found, shop.ranking))
    for number, count in enumerate(counts):
        there = int((ranked == number).sum())
        for slots in range(len(found) + 1):
            due = count * slots // sum(counts)
            assert (shown[:slots] == number).sum() >= min(due, there)


@given(seeds, shares_of_styles, st.integers(0, 40))
@settings(max_examples=40, deadline=None)
def test_without_diversity_each_style_keeps_its_order(seed, counts, k):
    shop = Shop(seed)
    styles = shop.styles(counts)
    found = diversify(shop.ranking, shop.vectors, k, diversity=0, styles=styles)
    shown, ranked = (shop.nearest(one.rows, styles) for one in (found, shop.ranking))
    for number in range(len(styles)):
        mine = found.rows[shown == number].tolist()
        assert mine == shop.ranking.rows[ranked == number][: len(mine)].tolist()


@given(seeds, shares_of_styles, st.integers(1, 4), st.sampled_from([0.0, 0.1, 0.7]))
@settings(max_examples=25, deadline=None)
def test_nothing_but_the_best_of_each_style_matters(seed, counts, k, diversity):
    """However far down they stand: 50 of each style, where the whole ranking is looked through."""
    rng, n = np.random.default_rng(seed), 2000
    vectors = unit_rows(rng.standard_normal((n, DIM)))
    rows = rng.permutation(n).astype(np.int32)
    ranking = Ranking(rows, np.sort(rng.random((n, 1)), axis=0)[::-1], ("visual",))
    styles = Shop(seed).styles(counts)
    nearest = np.argmax(vectors[rows] @ np.stack([one.vector for one in styles]).T, axis=1)
    best = [np.flatnonzero(nearest == number)[:50] for number in range(len(styles))]
    asked = {"diversity": diversity, "styles": styles}
    whole = diversify(ranking, vectors, k, **asked)
    few = diversify(ranking.take(np.sort(np.concatenate(best))), vectors, k, **asked)
    assert whole.rows.tolist() == few.rows.tolist()


def test_a_small_style_far_down_the_ranking_is_found():
    n = 1000
    vectors = np.tile(np.array([1, 0], np.float32), (n, 1))
    vectors[-4:] = [0, 1]
    parts = np.linspace(1, 0, n)[:, None]
    ranking = Ranking(np.arange(n, dtype=np.int32), parts, ("visual",))
    styles = [style([1, 0], 0.7), style([0, 1], 0.3)]
    found = diversify(ranking, vectors, 10, diversity=0, styles=styles)
    assert found.rows.tolist() == [0, 1, 996, 2, 3, 997, 4, 5, 6, 998]
    found = diversify(ranking, vectors, 20, diversity=0, styles=styles)
    assert (found.rows >= 996).sum() == 4


def test_more_diversity_shows_products_that_look_less_alike():
    rng = np.random.default_rng(3)
    vectors = unit_rows(rng.standard_normal((50, 8)))
    likeness = vectors @ vectors[0]
    order = np.argsort(-likeness).astype(np.int32)
    ranking = Ranking(order, likeness[order][:, None].astype(float), ("visual",))

    def alike(diversity):
        looks = vectors[diversify(ranking, vectors, 10, diversity=diversity).rows]
        return float((looks @ looks.T).mean())

    steps = [alike(diversity) for diversity in (0, 0.3, 0.6, 1)]
    assert steps == sorted(steps, reverse=True)
    assert steps[0] > steps[-1] + 0.1


def test_a_product_like_the_first_waits_and_one_without_a_vector_resembles_nothing():
    vectors = np.array([[1, 0], [1, 0], [0.6, 0.8], [0, 0]], np.float32)
    parts = np.array([[1.0], [0.9], [0.8], [0.0]])
    ranking = Ranking(np.arange(4, dtype=np.int32), parts, ("visual",))
    assert diversify(ranking, vectors, 4, diversity=0.5).rows.tolist() == [0, 2, 3, 1]


def test_numbers_out_of_range_are_refused():
    ranking = Ranking(np.zeros(1, np.int32), np.ones((1, 1)), ("visual",))
    vectors = np.ones((1, 1), np.float32)
    with pytest.raises(InputError, match="k is -1, must be >= 0"):
        diversify(ranking, vectors, -1, diversity=0.2)
    for wrong in (-0.1, 1.1, float("nan")):
        with pytest.raises(InputError, match=r"must be from 0 \(by score alone\) to 1"):
            diversify(ranking, vectors, 1, diversity=wrong)
    with pytest.raises(InputError, match=r"share of a style is -0\.5"):
        diversify(ranking, vectors, 1, diversity=0, styles=[style([1], 1.5), style([1], -0.5)])
