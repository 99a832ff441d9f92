"""Weights: fitted on what is hidden, without what is left out, or not at all and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from benchmarks.quality.generated_shop import inputs_of, open_inputs
from penchant.engine import Shop
from penchant.sample.generator import GeneratedShop, GeneratorSettings, generate_shop
from penchant.settings import BlendSettings, Settings, SpaceSettings

END = datetime(2026, 6, 30, tzinfo=UTC)
MANY = GeneratorSettings(
    n_products=150, n_customers=500, n_interactions=9000, n_styles=4, dim=16, end=END
)


@pytest.fixture(scope="module")
def made() -> GeneratedShop:
    return generate_shop(np.random.default_rng(3), settings=MANY)


def shop_with(made: GeneratedShop, **blend: Any) -> Shop:
    settings = Settings(space=SpaceSettings(kind="channels"), blend=BlendSettings(**blend))
    return open_inputs(inputs_of(made, END, settings))


def test_a_shop_with_purchases_weighs_its_own_sources(made: GeneratedShop) -> None:
    shop = shop_with(made)
    blend = shop.recommender.blend_of("homepage")
    assert blend == shop.build.demand.blends["homepage"]
    assert set(blend.weights) == {"visual", "collaborative", "popular", "recent"}
    assert all(one >= 0 for one in blend.weights.values())
    assert "Fitted on" in str(shop.build.demand.about["homepage"]["reason"])


def test_what_is_left_out_weighs_nothing_and_the_others_are_weighed_anew(
    made: GeneratedShop,
) -> None:
    whole, part = shop_with(made), shop_with(made, leave_out=("popular", "recent"))
    for surface in ("homepage", "product_page", "cart"):
        assert not {"popular", "recent"} & set(part.recommender.blend_of(surface).weights)
    homepage = part.recommender.blend_of("homepage").weights
    assert set(homepage) == {"visual", "collaborative"}
    assert homepage["visual"] != whole.recommender.blend_of("homepage").weights["visual"]


def test_without_a_fit_the_defaults_hold_and_say_why(made: GeneratedShop) -> None:
    assert shop_with(made, fit=False).build.demand.about == {"reason": "Switched off."}
    few = replace(inputs_of(made, END), settings=Settings(space=SpaceSettings(kind="channels")))
    few = replace(few, interactions=few.interactions.head(60))
    about = open_inputs(few).build.demand.about
    assert "purchases could be hidden" in str(about["reason"])
