"""What must hold for every slate, on many: few here, very many in the proof and the benchmark."""

from __future__ import annotations

import pytest

from benchmarks.quality.slates import (
    Planted,
    count_draws,
    count_slates,
    may_be_shown,
    plant,
    style_shares,
)
from penchant.sample.generator import GeneratorSettings

SMALL = GeneratorSettings(
    n_products=80, n_customers=40, n_interactions=1200, n_styles=5, dim=24, multi_style_share=0.5
)


@pytest.fixture(scope="module")
def small() -> Planted:
    return plant(1, SMALL)


def test_no_slate_of_some_hundreds_shows_what_is_owned_or_is_short(small: Planted) -> None:
    found = count_slates([small], 400)
    assert (found.slates, found.owned, found.twice, found.short) == (400, 0, 0, 0)
    assert may_be_shown(small.shop, small.truth.customer_ids[0], "homepage") > 20


@pytest.mark.parametrize("surface", ["homepage", "cart"])
def test_products_are_shown_about_as_often_as_their_propensities_say(
    small: Planted, surface: str
) -> None:
    found = count_draws(small.shop, 400, surface)
    assert found.products > 1
    assert found.pvalue > 0.001
    assert found.uneven < 0.1


@pytest.mark.proof
def test_no_slate_of_twenty_thousand_shows_what_is_owned_or_is_short() -> None:
    found = count_slates([plant(seed) for seed in (0, 1)], 20_000)
    assert (found.slates, found.owned, found.twice, found.short) == (20_000, 0, 0, 0)


@pytest.mark.proof
def test_products_are_shown_as_often_as_their_propensities_say() -> None:
    found = count_draws(plant(0).shop, 20_000)
    assert found.pvalue > 0.01
    assert found.uneven < 0.015


@pytest.mark.proof
def test_a_smaller_style_is_shown_no_less_for_being_calibrated() -> None:
    """Its share of the slots is near its share of the taste."""
    shares = dict(style_shares([plant(seed) for seed in range(4)]))
    own = shares["smaller style: share of the taste"]
    shown = shares["smaller style: share of slots, calibrated"]
    assert shown.low < own.high
    assert shown.high > own.low
    assert shares["smaller style: calibrated - by score alone"].high > 0
