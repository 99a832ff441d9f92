"""What is told to an open shop counts in its next answer; of who refused, nothing does."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penchant
from penchant.errors import InputError, NotFoundError, StoreError
from penchant.joined_tables import take_in_live
from penchant.settings import Settings
from penchant.settings.serving import PrivacySettings
from penchant.settings.showing import SURFACES
from penchant.shop_directory import ShopDirectory
from tests.live import NOW, NOW_US, Broken, event, opened


@pytest.fixture
def shop(own_shop: Path) -> Iterator[penchant.Shop]:
    """The small shop with a database."""
    with opened(own_shop) as found:
        yield found


def taste(shop: penchant.Shop, who: str, **events: str) -> None:
    """Let somebody do things with products, all at one moment."""
    done = [event(i, who, what, how) for i, (what, how) in enumerate(events.items())]
    assert not shop.record(done, now=NOW).rejected


def test_a_shop_that_never_had_a_database_opens_without_one(own_shop: Path) -> None:
    shop = penchant.open(own_shop)
    assert shop.store is None
    assert not (own_shop / "penchant.db").exists()
    with pytest.raises(InputError, match="has no database"):
        shop.record([])


def test_a_shop_opens_the_database_it_has(own_shop: Path) -> None:
    with opened(own_shop) as first:
        taste(first, "NEW", P01="view", P04="view", P07="purchase")
    again = penchant.open(own_shop)
    assert again.recommend("NEW").step == "profile"
    again.needed_store().close()


def test_a_stranger_becomes_a_session_and_then_a_profile(shop: penchant.Shop) -> None:
    assert shop.recommend("NEW").step == "popular"
    with pytest.raises(NotFoundError, match='No customer "NEW"'):
        shop.profile("NEW")
    taste(shop, "NEW", P01="view")
    assert shop.recommend("NEW").step == "session"
    assert shop.profile("NEW").status == "cold"
    taste(shop, "NEW", P01="view", P04="view", P07="view")
    slate = shop.recommend("NEW")
    assert (slate.step, slate.customer_id, slate.degraded) == ("profile", "NEW", False)
    assert slate.request_id
    assert shop.explain("NEW", "P10").shares
    assert shop.neighbors("NEW").neighbors[0].customer_id == "FAR"


def test_what_was_bought_or_hidden_a_moment_ago_is_not_shown(shop: penchant.Shop) -> None:
    first, second = shop.recommend("WARM", k=2).product_ids
    shop.record([event(1, "WARM", first, "buy"), event(2, "WARM", second, "hide")], now=NOW)
    shown = shop.recommend("WARM", k=24).product_ids
    assert first not in shown
    assert second not in shown
    shop.record([event(3, "WARM", first, "return")], now=NOW + timedelta(minutes=1))
    assert first in shop.recommend("WARM", k=24).product_ids


def test_the_cart_is_what_is_in_it_now(shop: penchant.Shop) -> None:
    taste(shop, "NEAR", P05="add_to_cart")
    assert shop.recommend("NEAR", surface="cart").step == "cart"


def test_a_gift_tells_nothing_of_taste(shop: penchant.Shop) -> None:
    before = shop.customer("WARM", as_of=NOW)
    shop.record([event(1, "WARM", "P01", "purchase", is_gift=True)], now=NOW)
    after = shop.customer("WARM", as_of=NOW)
    assert before.profile is not None
    assert after.profile is not None
    np.testing.assert_array_equal(after.profile.vector, before.profile.vector)
    assert [one.reason for one in after.verdicts] == ["gift_order"]


def test_live_events_may_be_marked_by_hand(shop: penchant.Shop) -> None:
    taste(shop, "NEW", P01="view", P04="view", P07="view", P10="view")
    (touch,) = [one for one in shop.profile("NEW").interactions if one.product_id == "P01"]
    shop.mark("NEW", touch.event_id, "gift")
    marked = {one.product_id: one.verdict for one in shop.profile("NEW").interactions}
    assert marked == {"P01": "marked", "P04": "", "P07": "", "P10": ""}
    shop.unmark("NEW", touch.event_id)
    assert shop.profile("NEW").interactions[-1].verdict == ""
    with pytest.raises(NotFoundError, match="No event"):
        shop.mark("NEW", "beef", "gift")


def test_a_visitor_who_logs_in_is_the_customer(shop: penchant.Shop) -> None:
    taste(shop, "v1", P01="view", P04="view")
    assert shop.recommend("v1").step == "session"
    assert shop.merge("v1", "WARM", at=NOW) == 2
    assert shop.customer("v1").customer_id == "WARM"
    assert shop.recommend("v1").product_ids == shop.recommend("WARM").product_ids
    assert shop.recommend("v1").customer_id == "v1"
    assert len(shop.profile("WARM").interactions) == 6


def test_a_customer_of_the_tables_is_no_visitor(shop: penchant.Shop) -> None:
    for customer in ("WARM", "OUT"):
        with pytest.raises(InputError, match="two customers"):
            shop.merge(customer, "NEAR", at=NOW)


def test_a_visitor_a_build_took_in_may_still_log_in(desk: Any, own_shop: Path) -> None:
    with opened(own_shop) as first:
        taste(first, "v1", P01="view", P04="purchase")
    with ShopDirectory.open(own_shop).writing() as held:
        take_in_live(held)
    desk.rebuild(own_shop)
    with opened(own_shop) as shop:
        assert shop.build.customer_ids.find("v1") is not None
        assert shop.merge("v1", "WARM", at=NOW) == 2


def test_a_visitor_who_is_one_that_refused_in_the_tables_brings_no_view(
    shop: penchant.Shop,
) -> None:
    taste(shop, "v1", P01="view", P04="purchase")
    assert shop.merge("v1", "OUT", at=NOW) == 1
    assert [one.product_id for one in shop.person("OUT").events] == ["P04"]


def test_a_refusal_holds_at_once_and_can_be_taken_back(shop: penchant.Shop) -> None:
    known = shop.recommend("WARM", request_id="r")
    said = shop.set_consent("WARM", personalization=False, at=NOW)
    assert (said.personalization, said.marketing, said.at_us) == (False, None, NOW_US)
    for surface in SURFACES:
        about = ["P03"] if surface == "product_page" else None
        slate = shop.recommend("WARM", surface=surface, products=about, request_id="r")
        assert slate.request_id is None
        assert slate.step in {"popular", "category", "newest", "product"}
        assert "P00" not in slate.product_ids, "owned"
        assert "P01" not in slate.product_ids, "hidden"
    card = shop.profile("WARM")
    assert (card.status, card.mass, card.styles) == ("opted_out", 0.0, ())
    with pytest.raises(InputError, match="has no profile"):
        shop.explain("WARM", "P18")
    assert shop.neighbors("WARM").neighbors == ()
    assert "WARM" not in {one.customer_id for one in shop.neighbors("NEAR").neighbors}
    shop.set_consent("WARM", personalization=True, at=NOW)
    assert shop.recommend("WARM", request_id="r") == known


def test_of_who_refused_only_what_they_own_or_hid_is_kept(shop: penchant.Shop) -> None:
    shop.set_consent("NEW", personalization=False)
    done = [("P01", "view"), ("P04", "purchase"), ("P07", "hide"), ("P10", "add_to_cart")]
    rows = [event(i, "NEW", what, how) for i, (what, how) in enumerate(done)]
    told = shop.record([*rows, event(9, "WARM", "P09", "view")], now=NOW).to_dict()
    assert (told["accepted"], told["duplicates"], told["rejected"]) == (3, 0, [])
    assert [(one["place"], one["event_id"], one["code"]) for one in told["ignored"]] == [
        (0, "e0", "opted_out"),
        (3, "e3", "opted_out"),
    ]
    assert shop.recommend("NEW", k=24).step == "popular"
    assert not {"P04", "P07"} & set(shop.recommend("NEW", k=24).product_ids)
    assert shop.record(rows, now=NOW).to_dict()["duplicates"] == 2


def test_a_yes_outdoes_the_no_of_older_tables_only(own_shop: Path) -> None:
    with opened(own_shop) as shop:
        assert shop.consent_of("OUT").personalization is False
        assert shop.recommend("OUT").request_id is None
        made_us = shop.terms.tables_us
        older = NOW - timedelta(microseconds=NOW_US - made_us)
        shop.set_consent("OUT", personalization=True, at=older)
        assert shop.consent_of("OUT").personalization is False
        later = older + timedelta(microseconds=1)
        assert shop.set_consent("OUT", personalization=True, at=later).personalization is True
        assert shop.recommend("OUT").step == "profile"
        assert shop.profile("OUT").status == "profile"
    manifest = next((own_shop / "builds").glob("*/manifest.json"))
    os.utime(manifest, ns=((made_us + 1_000_000) * 1000,) * 2)
    with opened(own_shop) as again:
        assert again.recommend("OUT").request_id is None


def test_without_profiling_everyone_sees_what_does_not_depend_on_them(own_shop: Path) -> None:
    settings = Settings(privacy=PrivacySettings(profiling=False))
    with opened(own_shop, settings=settings) as shop:
        assert shop.profile("WARM").status == "opted_out"
        for who in ("WARM", "NEAR", "COLD", "stranger", None):
            slate = shop.recommend(who, k=24, request_id="r")
            assert (slate.step, slate.request_id) == ("popular", None)
        assert "P00" not in shop.recommend("WARM", k=24).product_ids
        assert shop.record([event(1, "WARM", "P09", "view")], now=NOW).ignored


def test_profiling_can_be_switched_off_in_the_settings_file(own_shop: Path) -> None:
    file = own_shop / "penchant.toml"
    file.write_text(file.read_text().replace("# profiling = true", "profiling = false"))
    assert penchant.open(own_shop).recommend("WARM").step == "popular"


def test_what_was_before_an_erasure_is_not_known_any_more(shop: penchant.Shop) -> None:
    taste(shop, "WARM", P09="view")
    store = shop.needed_store()
    store.erasures.erase("WARM", at_us=NOW_US + 1)
    assert shop.recommend("WARM").step == "popular"
    assert "P00" in shop.recommend("WARM", k=24).product_ids, "nobody knows who owns it"
    with pytest.raises(NotFoundError, match=r'^No customer "WARM"\.$'):
        shop.profile("WARM")
    assert "WARM" not in {one.customer_id for one in shop.neighbors("NEAR").neighbors}
    later = NOW + timedelta(hours=1)
    again = [event(i, "WARM", f"P{i:02d}", "view") for i in (1, 4, 7)]
    shop.record(again, now=later)
    card = shop.profile("WARM")
    assert [one.product_id for one in card.interactions] == ["P07", "P04", "P01"]
    assert card.status == "profile"


def test_a_database_that_does_not_answer_spoils_no_slate(own_shop: Path) -> None:
    shop = penchant.open(own_shop, store=Broken())  # type: ignore[arg-type]
    nobody = penchant.open(own_shop).recommend(None, request_id="r")
    for surface in SURFACES:
        about = ["P03"] if surface == "product_page" else None
        slate = shop.recommend("WARM", surface=surface, products=about)
        assert (slate.degraded, slate.request_id) == (True, None)
        assert slate.customer_id == "WARM"
        assert slate.slots
    assert [one.product_id for one in shop.recommend("WARM").slots]
    assert "P00" in shop.recommend("WARM", k=24).product_ids, "consent could not be asked for"
    assert shop.recommend(None, request_id="r") == nobody
    for ask in (shop.profile, shop.neighbors, shop.customer):
        with pytest.raises(StoreError):
            ask("WARM")
    with pytest.raises(StoreError):
        shop.explain("WARM", "P18")
    with pytest.raises(StoreError):
        shop.mark("WARM", "e", "gift")


def test_ids_no_database_keeps_are_nobodys(shop: penchant.Shop) -> None:
    for name in ("a\x00b", "\ud800", "x" * 10_000):
        assert shop.recommend(name).step == "popular"
        with pytest.raises(NotFoundError):
            shop.profile(name)
    with pytest.raises(InputError, match="must be a text"):
        shop.set_consent("")
    with pytest.raises(InputError, match="NUL"):
        shop.set_consent("a\x00b", personalization=True)


def test_what_is_thought_is_kept_until_something_else_happens(
    shop: penchant.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    taste(shop, "WARM", P09="view")
    asked = []
    judge = type(shop.people._judge)
    once = judge.judge_one

    def counted(self: object, *args: object, **options: object) -> object:
        asked.append(args)
        return once(self, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(judge, "judge_one", counted)
    first = shop.profile("WARM", as_of=NOW)
    assert shop.profile("WARM", as_of=NOW) == first
    shop.recommend("WARM", as_of=NOW + timedelta(days=3))
    assert len(asked) == 1
    shop.record([event(7, "WARM", "P12", "view")], now=NOW)
    assert shop.profile("WARM", as_of=NOW) != first
    assert len(asked) == 2
    shop.people.forget()
    shop.profile("WARM", as_of=NOW)
    assert len(asked) == 3


def test_other_rules_for_taste_hold_for_live_events_too(shop: penchant.Shop) -> None:
    rules = dataclasses.replace(shop.settings.taste, min_interactions=1)
    shop.people.settings = dataclasses.replace(shop.settings, taste=rules)
    taste(shop, "NEW", P01="view")
    assert shop.recommend("NEW").step == "profile"


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("[taste]\nhalf_live_days = 3", "profile"),
        ("[taste]\nhalf_live_days = 3\n[privacy]\nprofiling = false", "popular"),
        ("[privacy]\nprofiling = maybe", "popular"),
        ("[privacy]\nprofilling = true", "popular"),
        ("[taste\n", "popular"),
        ("taste = 3", "profile"),
    ],
)
def test_of_wrong_settings_those_of_privacy_are_heeded_or_nobody_is_known(
    own_shop: Path, text: str, step: str
) -> None:
    (own_shop / "penchant.toml").write_text(text)
    assert penchant.open(own_shop).recommend("WARM").step == step
