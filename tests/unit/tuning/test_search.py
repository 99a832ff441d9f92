"""The search and its halves: fair, stable, corrected for how much was tried."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.engine import Shop
from penchant.evaluation.intervals import MeanInterval, mean_interval
from penchant.settings.showing import DEFAULT_WEIGHTS, HOMEPAGE
from penchant.tuning.ablation import ablate
from penchant.tuning.knobs import Knob, Value, find_knobs, with_values
from penchant.tuning.search import Attempt, best_attempts, choose_changes, try_all
from penchant.tuning.validation import (
    Measured,
    Validation,
    build_under,
    find_validation,
    in_first_half,
    measure,
    open_under,
)


@pytest.fixture(scope="module")
def validation(drifting: BuildInputs) -> Validation:
    return find_validation(drifting)


@pytest.fixture(scope="module")
def shop(validation: Validation) -> Shop:
    return build_under(validation, validation.settings)


def silent(_: str) -> None:
    """Nobody waits."""


def attempt(name: str, present: Value, value: Value, gain: float, chance: float = 0.0) -> Attempt:
    interval = MeanInterval(gain, gain - 0.01, gain + 0.01, 100)
    return Attempt(Knob(name, present, (value,)), value, interval, chance)


def test_the_halves_share_no_customer_and_miss_none(validation: Validation) -> None:
    first, second = (set(one[c.CUSTOMER_ID]) for one in (validation.choosing, validation.proving))
    assert not first & second
    assert first | second == set(validation.cut.taken[c.CUSTOMER_ID])
    assert {name for name in first | second if in_first_half(name, 0)} == first


def test_about_half_of_all_customers_are_in_each_half_and_another_seed_parts_them_anew() -> None:
    names = [f"C{number}" for number in range(2000)]
    first = np.array([in_first_half(name, 0) for name in names])
    other = np.array([in_first_half(name, 1) for name in names])
    assert abs(first.mean() - 0.5) < 0.04
    assert abs((first == other).mean() - 0.5) < 0.04


def test_the_same_build_under_another_half_life_shows_what_a_new_build_would(
    validation: Validation, shop: Shop
) -> None:
    changes = {"taste.half_life_days": 15.0}
    settings, taken = validation.settings, validation.choosing
    quick = measure(open_under(validation, shop, changes), taken, settings.evaluation)
    slow = build_under(validation, with_values(settings, changes))
    assert slow.build is not shop.build
    assert quick.ndcg.tolist() == measure(slow, taken, settings.evaluation).ndcg.tolist()


def test_gains_are_paired_by_customer() -> None:
    one = Measured(("a", "b", "c"), np.array([0.5, 1.0, 0.25]))
    other = Measured(("c", "d", "a"), np.array([0.25, 1.0, 0.0]))
    assert one.gain_over(other).tolist() == [0.5, 0.0]


def test_a_chance_counts_all_that_was_tried(validation: Validation, shop: Shop) -> None:
    knobs = [Knob("taste.half_life_days", 240.0, (7.0, 120.0))]
    alone = try_all(validation, shop, [replace(knobs[0], values=(7.0,))], tell=silent)
    both = try_all(validation, shop, knobs, tell=silent)
    assert both[0].gain == alone[0].gain
    assert both[0].chance == pytest.approx(2 * alone[0].chance)


def test_a_value_is_clear_when_it_is_better_and_that_is_no_accident() -> None:
    assert attempt("taste.half_life_days", 30.0, 60.0, 0.02, 0.049).is_clear
    assert not attempt("taste.half_life_days", 30.0, 60.0, 0.02, 0.05).is_clear
    assert not attempt("taste.half_life_days", 30.0, 60.0, -0.02, 0.0).is_clear


def test_of_each_knob_the_value_that_gains_most_counts() -> None:
    tried = [
        attempt("taste.half_life_days", 30.0, 7.0, 0.01),
        attempt("taste.half_life_days", 30.0, 60.0, 0.03),
        attempt("taste.weights.view", 1.0, 0.0, -0.01),
    ]
    assert best_attempts(tried) == (tried[1], tried[2])


def test_a_change_that_adds_nothing_to_a_better_one_is_left(
    validation: Validation, shop: Shop
) -> None:
    tried = [
        attempt("taste.weights.view", 1.0, 1.0, 0.05),
        attempt("taste.half_life_days", 240.0, 7.0, 0.1),
    ]
    changes = choose_changes(validation, shop, tried, tell=silent)
    assert changes == {"taste.half_life_days": 7.0}
    assert choose_changes(validation, shop, tried[:1], tell=silent) == {"taste.weights.view": 1.0}
    assert choose_changes(validation, shop, [], tell=silent) == {}


def test_only_what_could_tell_is_tried(shop: Shop) -> None:
    knobs = {one.name: one for one in find_knobs(shop)}
    assert knobs["taste.half_life_days"].values == (7.0, 15.0, 30.0, 60.0, 120.0)
    assert knobs["taste.weights.view"].values == (0.0, 0.3, 3.0)  # 1.0 is what it has
    assert knobs["blend.fit"].values == (True,)
    assert "item-knn" not in knobs["blend.collaborative"].values  # in use
    assert "space.channel_weights.attributes" not in knobs  # the shop has none
    assert "blend.pairings" not in knobs  # no map
    quick = find_knobs(shop, taste_only=True)
    assert [one.name.split(".")[0] for one in quick] == ["taste"] * len(quick)


def test_a_rare_action_and_a_lone_channel_are_not_tried(
    validation: Validation, drifting: BuildInputs
) -> None:
    rare = drifting.interactions.filter(drifting.interactions[c.INTERACTION_TYPE] != c.VIEW)
    settings = replace(drifting.settings, space=replace(drifting.settings.space, kind="photo-only"))
    lone = find_validation(replace(drifting, interactions=rare, settings=settings))
    names = [one.name for one in find_knobs(build_under(lone, settings))]
    assert "taste.weights.view" not in names
    assert not [name for name in names if name.startswith("space.channel_weights")]
    assert "space.whiten_power" in names


def test_the_ablation_is_what_shops_without_each_part_lose(
    validation: Validation, shop: Shop
) -> None:
    settings, taken = validation.settings, validation.proving
    whole = measure(shop, taken, settings.evaluation)
    parts = ablate(validation, shop, whole, settings, tell=silent)
    sources = [one.name for one in parts if one.kind == "source"]
    channels = [one.name for one in parts if one.kind == "channel"]
    assert sources == list(DEFAULT_WEIGHTS[HOMEPAGE])
    assert channels == ["photo", "text", "price"]
    by_hand = replace(settings, blend=replace(settings.blend, leave_out=("visual",)))
    rest = measure(build_under(validation, by_hand), taken, settings.evaluation)
    assert parts[0].lost == mean_interval(whole.ndcg - rest.ndcg)


def test_a_source_whose_weight_was_set_by_hand_is_left_out_too(
    validation: Validation, shop: Shop
) -> None:
    weights = {"visual": 1.0, "popular": 0.5}
    settings = replace(
        validation.settings, homepage=replace(validation.settings.homepage, weights=weights)
    )
    settings = replace(settings, space=replace(settings.space, kind="photo-only"))
    own = build_under(validation, settings)
    whole = measure(own, validation.proving, settings.evaluation)
    parts = ablate(validation, own, whole, settings, tell=silent)
    assert [(one.kind, one.name) for one in parts] == [("source", "visual"), ("source", "popular")]
    assert any(one.lost.value != 0 for one in parts)
