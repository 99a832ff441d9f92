"""Arms: one build under several settings, or another build, made once and shared."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.builds import BuildInputs
from penchant.engine import Shop
from penchant.errors import NotFoundError
from penchant.experiments.arms import Arm, Arms, builds_of, told, unit_of
from penchant.experiments.assignment import Assignment, design_of
from penchant.experiments.experiment import Experiment, Variant
from penchant.experiments.policy_names import policies_of
from penchant.in_memory import shop_of
from penchant.question import Looked
from penchant.sample.generator import GeneratorSettings, generate_shop
from penchant.settings import Settings, SpaceSettings
from penchant.settings.showing import SURFACES
from penchant.store.database.values import Consent, Person, ServedAssignment
from penchant.surfaces import InExperiment
from penchant.tables import read_table

END = datetime(2026, 6, 30, tzinfo=UTC)
SIZES = GeneratorSettings(n_products=60, n_customers=20, n_interactions=300, dim=8, end=END)


def a_shop(n_products: int, build_id: str) -> Shop:
    made = generate_shop(np.random.default_rng(4), settings=SIZES)
    frames = {
        c.PRODUCTS: made.products[:n_products],
        c.CUSTOMERS: pl.DataFrame({c.CUSTOMER_ID: ["OUT"], c.PERSONALIZATION_CONSENT: ["false"]}),
        c.INTERACTIONS: made.interactions.drop("interaction_id"),
    }
    tables = {name: read_table(name, one, as_of=END).frame for name, one in frames.items()}
    shop = shop_of(
        BuildInputs(
            tables[c.PRODUCTS],
            tables[c.CUSTOMERS],
            tables[c.INTERACTIONS].with_columns(trust=pl.lit(1.0)),
            made.embeddings[:n_products],
            "encoder",
            Settings(space=SpaceSettings(kind="photo-only")),
            END,
            {},
        )
    )
    shop.manifest = replace(shop.manifest, build_id=build_id)
    return shop


@pytest.fixture(scope="module")
def shop() -> Shop:
    return a_shop(60, "base")


@pytest.fixture(scope="module")
def older() -> Shop:
    return a_shop(50, "older")


def compared(*variants: Variant, name: str = "e", **more: Any) -> Experiment:
    times = END, END + timedelta(days=30)
    return Experiment(name, ("homepage",), (Variant("a"), *variants), *times, **more)


LOTS = Variant("lots", settings={"homepage": {"policy": "random"}})
QUICK = Variant("quick", settings={"taste": {"half_life_days": 3.0}})
OLD = Variant("old", build_id="older")


def arm_of(arms: Arms, *pairs: tuple[str, str]) -> Arm:
    return arms.arm([Assignment(*one) for one in pairs])


def test_what_changes_nothing_is_the_shop_itself_and_an_arm_is_made_once(shop: Shop) -> None:
    arms = Arms(shop, [compared(LOTS), compared(QUICK, name="f", layer="two")])
    assert arm_of(arms).shop is arm_of(arms, ("e", "a"), ("f", "a")).shop is shop
    lots = arm_of(arms, ("e", "lots"))
    assert arm_of(arms, ("e", "lots"), ("f", "a")) is lots
    assert lots.shop.settings.homepage.policy == "random"
    assert shop.settings.homepage.policy == "recipe"
    both = arm_of(arms, ("e", "lots"), ("f", "quick"))
    assert (both.shop.settings.homepage, both.shop.settings.taste.half_life_days) == (
        lots.shop.settings.homepage,
        3.0,
    )


def test_arms_share_what_does_not_depend_on_their_settings(shop: Shop) -> None:
    arms = Arms(shop, [compared(LOTS, QUICK)])
    lots, quick = (arm_of(arms, ("e", one)).shop for one in ("lots", "quick"))
    assert lots.assortment is quick.assortment is shop.assortment
    assert lots.build is quick.build is shop.build
    assert lots.people is shop.people is not quick.people


def test_an_arm_answers_as_a_shop_of_its_own_settings_would(shop: Shop) -> None:
    arm = arm_of(Arms(shop, [compared(QUICK)]), ("e", "quick"))
    apart = Shop(arm.shop.manifest, shop.build)
    for name in (None, *[shop.build.customer_ids[row] for row in range(20)]):
        wished = {"k": 5, "request_id": "r"}
        assert arm.shop.recommend(name, **wished) == apart.recommend(name, **wished)


def test_policies_differ_by_all_that_decides_and_by_nothing_else(shop: Shop, older: Shop) -> None:
    same = Variant("same", settings={"homepage": {"policy": "recipe"}})
    arms = Arms(shop, [compared(LOTS, QUICK, OLD, same)], builds={"older": older})
    base, lots, quick, old, alike = (
        arm_of(arms, ("e", one)).policies for one in ("a", "lots", "quick", "old", "same")
    )
    assert base == alike == policies_of(shop)
    assert [one for one in SURFACES if base[one] != lots[one]] == ["homepage"]
    for other in (quick, old):
        assert all(base[one] != other[one] for one in SURFACES)


def test_another_build_answers_and_what_it_does_not_know_the_base_does(
    shop: Shop, older: Shop
) -> None:
    arms = Arms(shop, [compared(OLD)], builds={"older": older})
    arm, new = arm_of(arms, ("e", "old")), shop.build.product_ids[59]
    assert arms.ask(arm, lambda one: one.recommend(None)).build_id == "older"
    assert arms.ask(arm, lambda one: one.similar(new)).build_id == "base"
    with pytest.raises(NotFoundError):
        arms.ask(arm, lambda one: one.similar("no such product"))
    with pytest.raises(NotFoundError):
        arm_of(Arms(shop, [compared(OLD)]), ("e", "old"))
    assert builds_of([compared(OLD), compared(LOTS), compared(OLD)]) == ("older",)


def test_who_is_nobody_known_or_refused_gets_nothing(shop: Shop) -> None:
    arms = Arms(shop, [compared(LOTS)])
    no, yes = (Consent("C", word, None, 9 * 10**15) for word in (False, True))

    def given(name: str | None, looked: Looked) -> int:
        return len(arms.given(name, looked, surface="homepage", at=END))

    assert [given(None, Looked()), given("C", Looked(degraded=True))] == [0, 0]
    assert [given("OUT", Looked()), given("C", Looked(Person("C", consent=no)))] == [0, 0]
    assert [given("C", Looked()), given("C", Looked(Person("C", consent=yes)))] == [1, 1]
    assert given("OUT", Looked(Person("OUT", consent=replace(yes, customer_id="OUT")))) == 1
    assert arms.given("C", Looked(), surface="cart", at=END) == ()
    assert arms.given("C", Looked(), surface="homepage", at=END - timedelta(1)) == ()


def test_a_merged_visitor_is_the_customer(shop: Shop) -> None:
    arms, person = Arms(shop, [compared(LOTS)]), Person("C7")
    as_visitor = arms.given("v", Looked(person), surface="homepage", at=END)
    assert as_visitor == arms.given("C7", Looked(), surface="homepage", at=END)
    assert (unit_of("v", person), unit_of("v", None)) == ("C7", "v")


def test_rows_and_what_is_told_say_the_same(shop: Shop) -> None:
    experiment = compared(LOTS)
    given = (Assignment("e", "lots", counted=False),)
    assert Arms(shop, [experiment]).rows(given, "C", 5) == (
        ServedAssignment("e", "C", "lots", design_of(experiment), False, 5),
    )
    assert told(given) == (InExperiment("e", "lots"),)


def test_over_another_state_of_the_build_all_arms_are_there_at_once(
    shop: Shop, older: Shop
) -> None:
    arms = Arms(shop, [compared(LOTS, OLD)], builds={"older": older})
    arm_of(arms, ("e", "lots"))
    moved = arms.over(shop, lambda one: one)
    assert moved._arms.keys() == arms._arms.keys() == {(), (("e", "lots"),)}
    assert moved.builds == arms.builds
