"""Asking: everybody chooses from the same products; chance, a perfect and a reversed ranking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.errors import InputError
from penchant.evaluation import mean_interval, per_customer
from penchant.evaluation.asking import SERVED, Asked, ask, best_of
from penchant.evaluation.evaluate import Evaluation, evaluate
from penchant.evaluation.rankers import KNN, LOOKS, RANDOM, Ranker, baselines
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
        # of two colors of one design that were bought, one is shown
        assert found.ndcg.mean() == pytest.approx(level, abs=0.02)
        assert found.recall.mean() == pytest.approx(level, abs=0.02)


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


def test_of_a_design_in_several_colors_the_best_one_counts() -> None:
    scores = np.array([[3.0, 2.0, 1.0, 0.0]], np.float32)
    groups = np.array([0, 0, 1, 2], np.int32)
    found = best_of(scores, np.ones((1, 4), bool), np.array([[3, 1, 0, 2]]), 3, groups)
    assert found.tolist() == [[0, 2, 3]]


def test_rankings_that_know_nothing_of_a_customer_show_what_is_popular(
    evaluation: Evaluation,
) -> None:
    shop = evaluation.asked.shop
    popular = shop.build.demand.popularity.overall.astype(np.float32)
    stranger = shop.visits.request("NEVER SEEN", surface="homepage", as_of_us=shop.moment(None))
    for ranker in baselines(shop, evaluation.cut.known.embeddings):
        if ranker.name in (KNN, "plain weighted mean", "like the last product"):
            assert np.array_equal(ranker.score([stranger])[0], popular), ranker.name


def test_a_shop_without_categories_is_evaluated(known_and_hidden: BuildInputs) -> None:
    bare = known_and_hidden.products.with_columns(pl.lit(None, pl.String).alias(c.CATEGORY))
    some = replace(known_and_hidden.settings.evaluation, customers=20)
    settings = replace(known_and_hidden.settings, evaluation=some)
    found = evaluate(replace(known_and_hidden, products=bare, settings=settings))
    assert "popularity in category" in found.asked.shown


def test_what_happened_after_as_of_is_not_looked_at(known_and_hidden: BuildInputs) -> None:
    early = datetime(2026, 4, 1, tzinfo=UTC)
    some = replace(known_and_hidden.settings.evaluation, customers=20)
    settings = replace(known_and_hidden.settings, evaluation=some)
    found = evaluate(replace(known_and_hidden, as_of=early, settings=settings))
    assert found.cut.until <= early
    east = timezone(timedelta(hours=2))
    again = evaluate(
        replace(known_and_hidden, as_of=early, settings=settings),
        at=found.cut.at.astimezone(east),
    )
    assert again.cut.at == found.cut.at
