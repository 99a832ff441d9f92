"""What must hold for any shop's slates: order, copies, scale and refusers change nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks.quality.generated_shop import open_inputs, read_inputs
from penchant import columns as c
from penchant.builds.inputs import settings_that_count
from penchant.engine import Shop
from penchant.in_memory import reopen
from penchant.sample.generator import GeneratedShop, GeneratorSettings, generate_shop
from penchant.settings import Settings, SpaceSettings, TasteSettings
from penchant.settings.showing import PRODUCT_PAGE, SURFACES
from penchant.taste.profile import build_profile
from penchant.taste.weights import Weigher

END = datetime(2026, 6, 30, tzinfo=UTC)
SMALL = GeneratorSettings(
    n_products=60, n_customers=45, n_interactions=500, n_styles=4, dim=16, end=END
)
QUICK = Settings(space=SpaceSettings(kind="channels"))
WHO = ("C100000", "C100003", "C100011", "REFUSED", "STRANGER", None)
each_seed = pytest.mark.parametrize("seed", range(3))
Tables = dict[str, pl.DataFrame]


def generated(seed: int) -> tuple[Tables, np.ndarray]:
    """A shop with two segments and one customer who refused, but looked at much."""
    made: GeneratedShop = generate_shop(np.random.default_rng(seed), settings=SMALL)
    gender = ["female", "male"] * (len(made.customer_ids) // 2) + ["female"]
    people = pl.DataFrame({c.CUSTOMER_ID: made.customer_ids, c.GENDER: gender})
    people = people.with_columns(pl.lit("yes").alias(c.PERSONALIZATION_CONSENT))
    events = made.interactions.select(c.CUSTOMER_ID, c.PRODUCT_ID, c.INTERACTION_TYPE, c.TIMESTAMP)
    tables = {c.PRODUCTS: made.products, c.CUSTOMERS: people, c.INTERACTIONS: events}
    return with_refuser(tables, "female", made.product_ids[:6]), made.embeddings


def with_refuser(tables: Tables, gender: str, seen: tuple[str, ...]) -> Tables:
    """Add a customer who refused; or say other things of the one who is there."""
    one = pl.DataFrame([["REFUSED"], [gender], ["no"]], tables[c.CUSTOMERS].schema)
    views = pl.DataFrame(
        {
            c.CUSTOMER_ID: ["REFUSED"] * len(seen),
            c.PRODUCT_ID: seen,
            c.INTERACTION_TYPE: ["view"] * len(seen),
            c.TIMESTAMP: [datetime(2026, 6, 25, tzinfo=UTC)] * len(seen),
        },
        tables[c.INTERACTIONS].schema,
    )
    others = pl.col(c.CUSTOMER_ID) != "REFUSED"
    return tables | {
        c.CUSTOMERS: pl.concat([tables[c.CUSTOMERS].filter(others), one]),
        c.INTERACTIONS: pl.concat([tables[c.INTERACTIONS].filter(others), views]),
    }


def opened(tables: Tables, vectors: np.ndarray, settings: Settings = QUICK) -> Shop:
    return open_inputs(read_inputs(tables, vectors, END, settings))


def answers(shop: Shop, k: int = 6) -> list[dict[str, Any]]:
    """What everybody sees everywhere, without the name of the build."""
    page = [shop.build.product_ids[1]]
    slates = [
        shop.recommend(
            who, surface=surface, k=k, request_id="r",
            products=page if surface == PRODUCT_PAGE else None,
        )
        for who in WHO
        for surface in SURFACES
    ]  # fmt: skip
    return [replace(one, build_id="").to_dict() for one in slates]


@each_seed
def test_the_order_of_rows_changes_nothing(seed: int) -> None:
    tables, vectors = generated(seed)
    shuffled = {
        name: table.sample(fraction=1.0, shuffle=True, seed=seed + 1)
        for name, table in tables.items()
    }
    learned = Settings()
    plain, other = opened(tables, vectors, learned), opened(shuffled, vectors, learned)
    assert plain.build.styles.tobytes() == other.build.styles.tobytes()
    assert answers(plain) == answers(other)


@each_seed
def test_copies_of_interactions_change_nothing(seed: int) -> None:
    tables, vectors = generated(seed)
    events = tables[c.INTERACTIONS]
    copies = pl.concat([events, events.sample(fraction=0.4, seed=seed)])
    assert answers(opened(tables | {c.INTERACTIONS: copies}, vectors)) == answers(
        opened(tables, vectors)
    )


@each_seed
@pytest.mark.parametrize("factor", [0.25, 64.0])
def test_only_the_ratio_of_action_weights_matters(seed: int, factor: float) -> None:
    tables, vectors = generated(seed)
    scaled = {name: factor * weight for name, weight in TasteSettings().weights.items()}
    plain = opened(tables, vectors)
    other = opened(tables, vectors, replace(QUICK, taste=TasteSettings(weights=scaled)))
    for one, same in zip(answers(plain), answers(other), strict=True):
        assert [x["product_id"] for x in one["slots"]] == [x["product_id"] for x in same["slots"]]
        for slot, twin in zip(one["slots"], same["slots"], strict=True):
            assert slot["score"] == pytest.approx(twin["score"], abs=1e-5)
            assert slot["propensity"] == pytest.approx(twin["propensity"], rel=1e-4)


@each_seed
def test_without_one_interaction_a_taste_is_less_by_exactly_its_share(seed: int) -> None:
    """Of the sum before it is scaled to length one, for every product."""
    shop = opened(*generated(seed))
    styles = shop.build.styles
    weigher = Weigher.from_settings(shop.settings.taste, shop.assortment.index.present)
    moment = int(shop.as_of.timestamp() * 1e6)
    profiles = [shop.customer(f"C1000{number:02d}").profile for number in range(12)]
    assert any(profiles)
    for profile in filter(None, profiles):
        whole = profile.length * (styles.astype(np.float64) @ profile.vector)
        for number in range(len(profile.events)):
            rest = profile.events.take(np.arange(len(profile.events)) != number)
            left = build_profile(rest, styles, weigher, as_of_us=moment, min_interactions=1)
            sums = 0.0 if left is None else left.length * (styles.astype(float) @ left.vector)
            share = profile.weights[number] * (
                styles.astype(float) @ styles[profile.events.product_row[number]].astype(float)
            )
            assert whole - sums == pytest.approx(share, abs=2e-5 * profile.mass)


@each_seed
def test_a_slate_is_as_long_as_asked_while_there_are_products(seed: int) -> None:
    shop = opened(*generated(seed))
    for who in WHO:
        lengths = [len(shop.recommend(who, k=k).slots) for k in range(1, 61)]
        assert lengths == [min(k, lengths[-1]) for k in range(1, 61)]


@each_seed
def test_what_a_refuser_looked_at_and_who_they_are_changes_nothing_for_anyone(seed: int) -> None:
    """Not their own slates, nor those of others, nor the space."""
    tables, vectors = generated(seed)
    ids = tables[c.PRODUCTS][c.PRODUCT_ID].to_list()
    plain = opened(tables, vectors)
    for gender, seen in (("male", ids[20:40]), ("female", ids[50:58]), ("male", [])):
        other = opened(with_refuser(tables, gender, tuple(seen)), vectors)
        assert answers(other) == answers(plain)
        assert other.build.styles.tobytes() == plain.build.styles.tobytes()
    assert plain.build.demand.popularity.segments == ("female", "male")


@each_seed
def test_a_segment_changes_what_strangers_of_it_see_only_with_consent(seed: int) -> None:
    """The same new customer, of either gender: another segment unless they refused."""
    tables, vectors = generated(seed)
    found = {}
    for gender in ("female", "male"):
        for consent in ("yes", "no"):
            one = pl.DataFrame([["NEW"], [gender], [consent]], tables[c.CUSTOMERS].schema)
            people = pl.concat([tables[c.CUSTOMERS], one])
            slate = opened(tables | {c.CUSTOMERS: people}, vectors).recommend("NEW", request_id="r")
            found[gender, consent] = (slate.step, slate.product_ids)
    assert found["female", "no"] == found["male", "no"]
    assert found["female", "no"][0] != "segment"
    assert found["female", "yes"][0] == "segment"
    assert found["female", "yes"] != found["male", "yes"]


def test_a_shop_opened_with_its_own_settings_is_the_same_shop() -> None:
    shop = opened(*generated(0))
    assert settings_that_count(shop.settings) == shop.manifest.settings
    assert answers(reopen(shop, shop.settings)) == answers(shop)
