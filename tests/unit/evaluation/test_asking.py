"""Asking: everybody chooses from the same products; chance, a perfect and a reversed ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.errors import InputError
from penchant.evaluation import mean_interval, per_customer
from penchant.evaluation.asking import SERVED, Asked, ask, best_of
from penchant.evaluation.evaluate import Evaluation, evaluate
from penchant.evaluation.rankers import KNN, LOOKS, RANDOM, Ranker
from penchant.surfaces.request import Request

K = 10


def test_no_ranking_shows_what_is_owned_or_anything_twice(evaluation: Evaluation) -> None:
    asked = evaluation.asked
    for place, name in enumerate(asked.customer_ids):
        owned = set(asked.shop.customer(name).owned_rows.tolist())
        for slates in asked.shown.values():
            shown = slates[place][slates[place] >= 0].tolist()
            assert len(set(shown)) == len(shown) == K
            assert not owned & set(shown)


def test_the_shops_own_list_is_its_homepage_without_exploring(evaluation: Evaluation) -> None:
    asked = evaluation.asked
    for place in (0, 5, 11):
        slate = asked.shop.recommend(asked.customer_ids[place], k=K, request_id="any")
        rows = [asked.shop.build.product_ids.row(one) for one in slate.product_ids]
        assert asked.shown[SERVED][place].tolist() == rows


def know_it_all(asked: Asked, sign: float) -> Ranker:
    """A ranking that knows what was bought, and puts it first or last."""
    wanted = {
        name: asked.truth.part(slice(place, place + 1)).product_row
        for place, name in enumerate(asked.customer_ids)
    }
    order = iter(wanted.values())

    def score(requests: Sequence[Request]) -> np.ndarray:
        scores = np.zeros((len(requests), len(asked.shop.build.products)), np.float32)
        for line in scores:
            line[next(order)] = sign
        return scores

    return Ranker("knows", score)


def test_a_perfect_ranking_finds_all_and_a_reversed_one_nothing(evaluation: Evaluation) -> None:
    asked, settings = evaluation.asked, evaluation.inputs.settings.evaluation
    for sign, level in ((1.0, 1.0), (-1.0, 0.0)):
        again = ask(asked.shop, evaluation.cut.taken, [know_it_all(asked, sign)], settings)
        found = per_customer(again.shown["knows"], again.truth, k=K)
        assert found.ndcg.mean() == pytest.approx(level)
        assert found.recall.mean() == pytest.approx(level)


def test_equal_scores_are_worth_what_chance_is(evaluation: Evaluation) -> None:
    asked = evaluation.asked
    chance = mean_interval(per_customer(asked.shown[RANDOM], asked.truth, k=K).recall)
    level = K / len(asked.shop.build.products)
    assert chance.low - 0.02 < level < chance.high + 0.02
    assert len(np.unique(asked.shown[RANDOM])) > 0.9 * len(asked.shop.build.products)


def test_tastes_that_were_planted_are_found_better_than_by_chance(evaluation: Evaluation) -> None:
    asked = evaluation.asked
    chance = per_customer(asked.shown[RANDOM], asked.truth, k=K).recall
    for name in (SERVED, LOOKS, KNN):
        gain = per_customer(asked.shown[name], asked.truth, k=K).recall - chance
        assert mean_interval(gain).low > 0, name


def test_no_more_customers_are_asked_than_said_and_the_seed_chooses(evaluation: Evaluation) -> None:
    shop, taken = evaluation.asked.shop, evaluation.cut.taken
    some = replace(evaluation.inputs.settings.evaluation, customers=8)
    first, again = (ask(shop, taken, (), some).customer_ids for _ in range(2))
    other = ask(shop, taken, (), replace(some, seed=1)).customer_ids
    assert first == again
    assert first != other
    assert 0 < len(first) <= 8


def test_what_was_owned_is_not_asked_for_again(evaluation: Evaluation) -> None:
    """A customer who buys an owned product once more, and nothing else, is not asked."""
    shop = evaluation.asked.shop
    name = evaluation.asked.customer_ids[0]
    owned = shop.customer(name).owned_rows
    twice = pl.DataFrame({c.CUSTOMER_ID: [name], c.PRODUCT_ID: [shop.build.product_ids[owned[0]]]})
    settings = evaluation.inputs.settings.evaluation
    with pytest.raises(InputError, match="hide more days"):
        ask(shop, twice, (), settings)
    both = pl.concat([twice, evaluation.cut.taken]).unique().sort(c.CUSTOMER_ID, c.PRODUCT_ID)
    asked = ask(shop, both, (), settings)
    assert asked.not_again == evaluation.asked.not_again + 1
    assert asked.customer_ids == evaluation.asked.customer_ids


def test_best_of_agrees_with_sorting_by_score_then_by_the_customers_own_order() -> None:
    rng = np.random.default_rng(1)
    scores = rng.integers(0, 3, (20, 30)).astype(np.float32)
    allowed = rng.random((20, 30)) < 0.3
    orders = np.stack([rng.permutation(30) for _ in range(20)])
    found = best_of(scores, allowed, orders, 12)
    for place in range(20):
        place_of = {int(row): turn for turn, row in enumerate(orders[place])}
        rows = [row for row in range(30) if allowed[place, row]]
        best = sorted(rows, key=lambda row: (-scores[place, row], place_of[row]))[:12]
        assert found[place].tolist() == best + [-1] * (12 - len(best))


def test_the_same_inputs_give_the_same_evaluation(evaluation: Evaluation) -> None:
    told: list[str] = []
    counted: list[tuple[int, int]] = []
    again = evaluate(
        evaluation.inputs,
        on_step=told.append,
        on_progress=lambda n, all_: counted.append((n, all_)),
    )
    assert again.trial.table.equals(evaluation.trial.table)
    assert len(told) == 2
    assert counted[-1][0] == counted[-1][1]
