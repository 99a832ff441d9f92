"""Serving: rung by rung down the ladder, never a product twice, and always k where k may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from penchant.candidates.assortment import Assortment
from penchant.candidates.facet import Facet
from penchant.candidates.newest import NewestSource, newest_order
from penchant.candidates.visual import visual_source
from penchant.ranking.blend import Blend
from penchant.ranking.rules import Eligibility, Rule
from penchant.settings import RecommendSettings, SurfaceSettings
from penchant.surfaces.plan import Plan, Rung
from penchant.surfaces.serve import Manner, Showing, serve
from tests.stock import DAY, circle, linked_of, rows, stock_of

N = 12
PLAIN = SurfaceSettings(diversity=0.0, explore=0.0)


def rung(step: str, scores: Mapping[int, float], *, weight: float = 1.0, n: int = N) -> Rung:
    """A rung whose one source gives each product its score."""
    linked = np.zeros(n)
    linked[list(scores)] = np.square(list(scores.values()))
    return Rung(step, (linked_of("collaborative", linked),), Blend({"collaborative": weight}))


def newest(n: int = N) -> Rung:
    created = np.arange(n, dtype=np.int64) * DAY
    return Rung("newest", (NewestSource(created, newest_order(created)),), Blend({"newest": 1.0}))


def served(
    plan: Plan, stock: Assortment, *, k: int, removed: tuple[int, ...] = (), seed: int = 0,
    surface: SurfaceSettings = PLAIN, one_per_group: bool = True, **more: Any,
) -> Showing:  # fmt: skip
    mask = np.zeros(len(stock), bool)
    mask[list(removed)] = True
    manner = Manner(
        k=k,
        recommend=RecommendSettings(one_per_group=one_per_group, candidates=10),
        surface=surface,
        styles=(),
        pinned=rows(),
        boosts=None,
        rng=np.random.default_rng(seed),
    )
    eligibility = Eligibility.under((Rule("gone", mask),), n_products=len(stock))
    return serve(plan, stock, eligibility, replace(manner, **more))


def steps_of(showing: Showing) -> list[tuple[str, int]]:
    return list(zip(showing.steps, showing.picks.rows.tolist(), strict=True))


@pytest.fixture
def stock() -> Assortment:
    return stock_of(circle(*range(0, 10 * N, 10)))


def test_rungs_fill_in_turn_and_no_product_comes_twice(stock: Assortment) -> None:
    plan = Plan((rung("a", {1: 3, 2: 5}), rung("b", {2: 9, 3: 1}), newest()))
    found = served(plan, stock, k=6)
    assert steps_of(found) == [
        *[("a", 2), ("a", 1), ("b", 3)],
        *[("newest", 11), ("newest", 10), ("newest", 9)],
    ]
    assert found.step == "a"
    assert found.lifted_by[:3] == ("collaborative",) * 3
    assert [stage.step for stage in found.stages] == ["a", "b", "newest"]


def test_a_rung_that_gives_nothing_or_weighs_nothing_is_passed_over(stock: Assortment) -> None:
    plan = Plan((rung("empty", {}), rung("weightless", {1: 1}, weight=0.0), newest()))
    assert plan.best.step == "empty"
    found = served(plan, stock, k=2)
    assert steps_of(found) == [("newest", 11), ("newest", 10)]
    assert found.step == "newest"


def test_a_rung_gives_only_what_it_may_and_only_what_is_near_enough(stock: Assortment) -> None:
    within = np.zeros(N, bool)
    within[[0, 1, 8]] = True
    taste = visual_source(stock.index, stock.index.vectors[0])
    near = Rung("near", (taste,), Blend({"visual": 1.0}), lambda: within, min_similarity=0.9)
    found = served(Plan((near, newest())), stock, k=3)
    assert steps_of(found) == [("near", 0), ("near", 1), ("newest", 11)]


def test_the_limit_is_that_of_the_first_source_though_it_weighs_nothing(stock: Assortment) -> None:
    """A shop may rank by other sources alone; their scores are no cosines."""
    taste = visual_source(stock.index, stock.index.vectors[0])
    linked = linked_of("collaborative", np.full(N, 0.01))
    mixed = Rung("near", (taste, linked), Blend({"collaborative": 1.0}), min_similarity=0.9)
    found = served(Plan((mixed, newest())), stock, k=4)
    assert [step for step, _ in steps_of(found)] == ["near"] * 3 + ["newest"]


def test_what_may_not_be_shown_is_not_and_the_mask_stays_as_it_was(stock: Assortment) -> None:
    found = served(Plan((newest(),)), stock, k=N, removed=(11, 0))
    assert found.picks.rows.tolist() == list(range(10, 0, -1))
    assert found.eligibility.eligible.sum() == N - 2


def test_pinned_products_come_first_in_their_order_and_once(stock: Assortment) -> None:
    plan = Plan((rung("a", {1: 3, 4: 5}), newest()))
    found = served(plan, stock, k=4, removed=(7,), pinned=rows(4, 7, 0))
    assert steps_of(found) == [("pinned", 4), ("pinned", 0), ("a", 1), ("newest", 11)]
    assert found.step == "a"
    assert found.lifted_by[:2] == ("pinned", "pinned")
    assert found.picks.scores[:2].tolist() == [0, 0]
    assert found.propensities.tolist() == [1] * 4


def test_an_answer_of_pinned_products_alone_stands_on_them(stock: Assortment) -> None:
    found = served(Plan((newest(),)), stock, k=2, pinned=rows(3, 4, 5))
    assert (found.picks.rows.tolist(), found.step) == ([3, 4], "pinned")
    nothing = served(Plan((newest(),)), stock, k=2, removed=tuple(range(N)), pinned=rows(3))
    assert (len(nothing.picks), nothing.step) == (0, "empty")


def test_one_product_of_a_group_is_shown_whichever_rung_finds_it() -> None:
    groups = np.array([0, 0, 1, 1, 1, 2, 3, 3, 4, 5, 6, 6], np.int32)
    stock = stock_of(circle(*range(N)), group_row=groups)
    plan = Plan((rung("a", {0: 5, 1: 6, 3: 2}), newest()))
    found = served(plan, stock, k=N, pinned=rows(7, 6))
    assert steps_of(found)[:4] == [("pinned", 7), ("a", 1), ("a", 3), ("newest", 11)]
    assert sorted(groups[found.picks.rows].tolist()) == [0, 1, 2, 3, 4, 5, 6]
    both = served(plan, stock, k=N, one_per_group=False)
    assert sorted(both.picks.rows.tolist()) == list(range(N))


def test_variants_of_one_design_keep_no_other_from_being_proposed() -> None:
    """Ten colors of each of six designs: what a source proposes first are all of one design."""
    groups = np.repeat(np.arange(6, dtype=np.int32), 10)
    stock = stock_of(circle(*range(60)), group_row=groups)
    best_first = rung("a", {row: 60 - row for row in range(60)}, n=60)
    found = served(Plan((best_first, newest(60))), stock, k=4)
    assert steps_of(found) == [("a", 0), ("a", 10), ("a", 20), ("a", 30)]
    all_of_them = served(Plan((best_first, newest(60))), stock, k=7)
    assert steps_of(all_of_them) == [("a", row) for row in range(0, 60, 10)]
    plain = served(Plan((best_first, newest(60))), stock, k=4, one_per_group=False)
    assert steps_of(plain) == [("a", 0), ("a", 1), ("a", 2), ("a", 3)]


@pytest.mark.parametrize("seed", range(40))
def test_there_are_always_k_products_if_k_may_be_shown(seed: int) -> None:
    """Random groups, rungs, pins, turns and exploring; counted by hand."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(1, 60))
    groups = rng.integers(0, max(1, n // int(rng.integers(1, 6))), n).astype(np.int32)
    stock = stock_of(circle(*rng.integers(0, 360, n)), group_row=groups)
    removed = np.flatnonzero(rng.random(n) < rng.random() * 0.5)
    eligible = np.setdiff1d(np.arange(n), removed)
    some = rng.choice(n, n // 2, replace=False)
    plan = Plan(
        (rung("a", {int(row): float(rng.random()) for row in some}, n=n), newest(n)),
        turns=Facet.of(rng.choice(["x", "y", ""], n).tolist()) if seed % 2 else None,
    )
    one_per_group, k = bool(rng.random() < 0.7), int(rng.integers(1, 15))
    pins = rng.choice(n, min(n, seed % 3), replace=False).astype(np.int32)
    pins = pins[np.unique(groups[pins], return_index=True)[1]]
    found = served(
        plan, stock, k=k, removed=tuple(removed.tolist()), one_per_group=one_per_group, pinned=pins,
        surface=SurfaceSettings(diversity=0.3, explore=0.3), seed=seed,
    )  # fmt: skip
    shown = found.picks.rows.tolist()
    possible = len(set(groups[eligible].tolist())) if one_per_group else len(eligible)
    assert len(shown) == len(set(shown)) == min(k, possible)
    assert set(shown) <= set(eligible.tolist())
    assert len(found.steps) == len(found.lifted_by) == len(found.propensities) == len(shown)
    assert ((found.propensities > 0) & (found.propensities <= 1)).all()


def test_a_large_group_in_front_does_not_shorten_the_answer() -> None:
    """Sources propose ten; the thirty newest products are all of one group."""
    groups = np.concatenate([np.arange(10), np.full(30, 99)]).astype(np.int32)
    stock = stock_of(circle(*range(40)), group_row=groups)
    found = served(Plan((newest(40),)), stock, k=4)
    assert found.picks.rows.tolist() == [39, 9, 8, 7]


def test_a_boost_lifts_a_product_and_is_told_as_what_lifted_it(stock: Assortment) -> None:
    boosts = np.zeros(N)
    boosts[3] = 100.0
    plan = Plan((rung("a", {1: 0.5, 2: 0.2, 3: 0.1}), newest()))
    found = served(plan, stock, k=2, boosts=boosts)
    assert found.picks.rows.tolist() == [3, 1]
    assert found.lifted_by == ("boost", "collaborative")
    assert found.picks.scores[0] == pytest.approx(100 + 0.1 / 0.1)


def test_labels_take_turns_within_a_rung(stock: Assortment) -> None:
    plan = Plan(
        (rung("a", {0: 9, 1: 8, 2: 7, 3: 6, 4: 5}), newest()),
        turns=Facet.of(["x", "x", "y", "x", "z", *["x"] * 7]),
    )
    assert served(plan, stock, k=5).picks.rows.tolist() == [0, 2, 4, 1, 3]


def test_only_the_first_rung_explores_and_only_when_it_has_products_to_spare(
    stock: Assortment,
) -> None:
    """Drawn products come with the chance they had, all others with 1."""
    explore = SurfaceSettings(diversity=0.0, explore=0.3)
    full = Plan((rung("a", {row: float(20 - row) for row in range(10)}), newest()))
    drawn = [served(full, stock, k=3, surface=explore, seed=seed) for seed in range(30)]
    assert {tuple(one.picks.rows[:2].tolist()) for one in drawn} == {(0, 1)}
    assert len({int(one.picks.rows[2]) for one in drawn}) > 1
    assert all(one.propensities[2] < 1 and (one.propensities[:2] == 1).all() for one in drawn)
    short = Plan((rung("a", {0: 3, 1: 2}), newest()))
    kept = [served(short, stock, k=5, surface=explore, seed=seed) for seed in range(5)]
    assert {tuple(one.picks.rows.tolist()) for one in kept} == {(0, 1, 11, 10, 9)}
    assert all((one.propensities == 1).all() for one in kept)


def test_what_gave_a_product_nothing_did_not_lift_it(stock: Assortment) -> None:
    """A product below the mean of everything is still told by what it has."""
    taste = visual_source(stock.index, stock.index.vectors[0])
    linked = linked_of("collaborative", np.zeros(N))
    mixed = Rung("a", (linked, taste), Blend({"collaborative": 1.0, "visual": 1.0}))
    found = served(Plan((mixed, newest())), stock, k=N)
    assert set(found.lifted_by) == {"visual"}
