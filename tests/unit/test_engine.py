"""The engine's own choices: limits, steps, moments, settings; answers live in the journey."""

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penchant
from penchant.errors import InputError, NotFoundError


@pytest.fixture(scope="module")
def shop(built_shop: Path) -> penchant.Shop:
    return penchant.open(built_shop)


def with_rules(shop: penchant.Shop, **rules: Any) -> penchant.Shop:
    """The same build with other rules of what may be shown."""
    settings = {name: dict(part) for name, part in shop.manifest.settings.items()}
    settings["recommend"].update(rules)
    return penchant.Shop(dataclasses.replace(shop.manifest, settings=settings), shop.build)


def test_k_is_that_of_the_settings_unless_asked(shop: penchant.Shop) -> None:
    assert len(shop.recommend("WARM").slots) == 10
    assert len(with_rules(shop, k=3).recommend("WARM").slots) == 3
    assert len(with_rules(shop, k=3).recommend("WARM", k=4).slots) == 4


@pytest.mark.parametrize("k", [0, -1, 1001])
def test_k_out_of_range_is_refused(shop: penchant.Shop, k: int) -> None:
    for ask in (shop.recommend, shop.neighbors):
        with pytest.raises(InputError, match=f"k is {k}, must be between 1 and 1000"):
            ask("WARM", k=k)
    with pytest.raises(InputError, match=f"k is {k}"):
        shop.similar("P00", k=k)


def test_k_is_checked_for_customers_without_a_profile_too(shop: penchant.Shop) -> None:
    with pytest.raises(InputError, match="k is 0"):
        shop.neighbors("COLD", k=0)


def test_a_text_is_no_list_of_products_and_a_request_id_is_a_text(shop: penchant.Shop) -> None:
    with pytest.raises(InputError, match=r'products is "P01", must be a list such as \["P01"\]'):
        shop.recommend("WARM", surface="cart", products="P01")
    with pytest.raises(InputError, match=r'customers is "WARM", must be a list'):
        shop.campaign(customers="WARM")
    with pytest.raises(InputError, match="request_id is 5, must be a text"):
        shop.recommend("WARM", request_id=5)  # type: ignore[arg-type]
    with pytest.raises(InputError, match='surface is "None", must be one of'):
        shop.recommend("WARM", surface=None)  # type: ignore[arg-type]


def test_rules_may_be_switched_off(shop: penchant.Shop) -> None:
    free = with_rules(shop, in_stock_only=False, hide_owned=False)
    shown = free.recommend("WARM", k=24).product_ids
    assert {"P00", "P05"} <= set(shown)
    assert "P01" not in shown  # hidden is hidden, whatever the rules


def test_a_similarity_too_low_is_filled_from_what_is_popular(shop: penchant.Shop) -> None:
    strict = with_rules(shop, min_similarity=0.999)
    slate = strict.recommend("WARM", k=8)
    assert slate.step == "category"  # what is liked in the categories the customer looked at
    assert len(slate.slots) == 8
    assert all(slot.source != "visual" for slot in slate.slots)


def test_no_eligible_product_is_an_empty_slate(shop: penchant.Shop) -> None:
    nothing = penchant.Shop(shop.manifest, shop.build)
    empty = dataclasses.replace(shop.assortment, in_stock=np.zeros(24, bool))
    nothing.__dict__["assortment"] = empty
    slate = nothing.recommend("WARM")
    assert (slate.step, slate.slots) == ("empty", ())


def test_a_surface_that_is_not_there(shop: penchant.Shop) -> None:
    with pytest.raises(
        InputError,
        match='surface is "sidebar", must be one of: product_page, homepage, new_arrivals',
    ):
        shop.recommend("WARM", surface="sidebar")


def test_request_ids_are_given_back_or_made(shop: penchant.Shop) -> None:
    assert shop.recommend("WARM", request_id="r1").request_id == "r1"
    made = {shop.similar("P00").request_id for _ in range(3)}
    assert len(made) == 3


def test_a_moment_means_the_same_with_and_without_a_zone(shop: penchant.Shop) -> None:
    east = timezone(timedelta(hours=5))
    moments = (
        datetime(2026, 6, 26, 12),  # noqa: DTZ001  # a naive moment is taken as UTC
        datetime(2026, 6, 26, 12, tzinfo=UTC),
        datetime(2026, 6, 26, 17, tzinfo=east),
    )
    cards = {shop.profile("WARM", as_of=one) for one in moments}
    assert len(cards) == 1
    assert cards.pop().as_of == "2026-06-26T12:00:00Z"


def test_ids_that_are_not_there_are_refused_with_an_example(shop: penchant.Shop) -> None:
    with pytest.raises(NotFoundError, match=r'No product "9"\. Ids of this shop look like "P00"'):
        shop.similar("9")
    with pytest.raises(NotFoundError, match=r'No customer "warm"'):
        shop.profile("warm")


def test_a_product_that_is_unknown_costs_no_cart_its_answer(shop: penchant.Shop) -> None:
    cart = {"surface": "cart", "k": 3, "request_id": "r"}
    known = shop.recommend(None, products=["P03"], **cart)
    assert shop.recommend(None, products=["9", "P03"], **cart).product_ids == known.product_ids
    with pytest.raises(NotFoundError, match='No product "9"'):
        shop.recommend(None, products=["9", "8"], **cart)
    with pytest.raises(InputError, match="about one product, got 2"):
        shop.recommend(None, surface="product_page", products=["9", "P03"])


def test_explaining_needs_a_profile_and_a_vector(shop: penchant.Shop) -> None:
    for customer in ("OUT", "QUIET"):
        with pytest.raises(InputError, match=f'Customer "{customer}" has no profile'):
            shop.explain(customer, "P00")
    with pytest.raises(InputError, match="has no style vector"):
        shop.explain("WARM", "P23")


def test_an_owned_product_may_be_explained(shop: penchant.Shop) -> None:
    """Its similarity is the cosine of the profile with the product's own vector."""
    customer = shop.customer("WARM")
    assert customer.profile is not None
    row = shop.build.product_ids.row("P00")
    cosine = float(customer.profile.vector.astype(np.float64) @ shop.build.styles[row])
    assert shop.explain("WARM", "P00").similarity == pytest.approx(cosine, abs=1e-6)


def test_the_batch_profile_is_the_profile_of_the_request(shop: penchant.Shop) -> None:
    for row, name in enumerate(shop.build.customer_ids):
        profile = shop.customer(name).profile
        if profile is None:
            assert np.isnan(shop.build.consistency[row])
            assert not shop.build.profiles[row].any()
        else:
            assert profile.vector == pytest.approx(shop.build.profiles[row], abs=1e-6)
            assert profile.consistency == pytest.approx(shop.build.consistency[row], abs=1e-6)


def test_an_answer_changes_nothing(shop: penchant.Shop, built_shop: Path) -> None:
    """Asked again, in other orders and from several threads, each answer stays the same."""
    names = list(shop.build.customer_ids) * 3
    fresh = penchant.open(built_shop)
    alone = [fresh.recommend(name, k=9, request_id="r") for name in names]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda name: shop.recommend(name, k=9, request_id="r"), names))
    assert together == alone


def test_who_owns_and_who_hid_what(shop: penchant.Shop) -> None:
    ids = shop.build.product_ids
    owned = {
        name: [ids[row] for row in shop.customer(name).owned_rows.tolist()]
        for name in ("WARM", "BACK", "GIVER")
    }
    assert owned == {"WARM": ["P00"], "BACK": ["P08"], "GIVER": ["P10", "P13"]}
    assert [ids[row] for row in shop.customer("OUT").hidden_rows.tolist()] == ["P01"]
    assert len(shop.customer("nobody").history) == 0


def test_a_profile_card_is_newest_first_with_weights_by_age(shop: penchant.Shop) -> None:
    card = shop.profile("NEAR")
    assert [one.product_id for one in card.interactions] == ["P09", "P06", "P03"]
    now = shop.as_of
    for touch in card.interactions:
        age = (now - datetime.fromisoformat(touch.timestamp)).total_seconds() / 86_400
        base = {"purchase": 10.0, "view": 1.0}[touch.interaction_type]
        assert touch.weight == pytest.approx(base * 0.5 ** (age / 30), rel=1e-6)
    assert card.mass == pytest.approx(sum(one.weight for one in card.interactions))
    assert card.to_dict()["interactions"][0]["product_id"] == "P09"


def test_a_request_does_not_look_at_other_customers(shop: penchant.Shop) -> None:
    """Its cost does not grow with their number: arrays of all customers are not even there."""
    alone = dataclasses.replace(shop.build, profiles=None, consistency=None)
    blind = penchant.Shop(shop.manifest, alone)
    for customer in ("WARM", "COLD", "nobody"):
        answer = blind.recommend(customer, k=9, request_id="r")
        assert answer == shop.recommend(customer, k=9, request_id="r")
    assert blind.explain("WARM", "P09") == shop.explain("WARM", "P09")


def test_a_few_products_touched_make_a_session_and_a_refusal_makes_nothing_personal(
    shop: penchant.Shop,
) -> None:
    """COLD looked at P09, a ring: rings come first, though it takes three for a profile."""
    session = shop.recommend("COLD", k=3)
    assert session.step == "session"
    assert shop.explain("COLD", "P09").similarity == pytest.approx(1.0)
    assert {int(one[1:]) % 3 for one in session.product_ids[:2]} == {0}
    refused = shop.recommend("OUT", k=8, request_id="r")
    assert refused.step in {"popular", "newest"}
    assert all(slot.similarity is None for slot in refused.slots)
    assert not {"P00", "P01"} & set(refused.product_ids)  # owned and hidden all the same


def test_what_the_shop_lists_pins_and_prices_holds_through_the_engine(shop: penchant.Shop) -> None:
    listed = with_rules(shop, deny=["P03"], pinned=["P04", "P00"], price_band=1.0)
    slate = listed.recommend("WARM", k=24)
    assert slate.product_ids[0] == "P04"  # P00 is owned
    assert slate.slots[0].source == "pinned"
    prices = [10 + int(one[1:]) for one in slate.product_ids if one != "P23"]  # which has none
    assert all(10 <= price <= 16 for price in prices)  # WARM liked P00, P03 and P06
    assert listed.why_not("WARM", "P03").rules == ("denied",)
    assert "price" in listed.why_not("WARM", "P21").rules
