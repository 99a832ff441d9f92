"""Consent: what is said in the open shop and in tables, what holds, and that campaigns obey it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

import penchant
from penchant.builds.manifest import made_at
from penchant.campaign import write_campaign
from penchant.privacy.consent import consent_card
from penchant.privacy.erasing import forget_in_database
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store
from penchant.store.database.values import Consent, Event
from penchant.store.ingest import ingest
from penchant.taste.from_tables import microseconds
from tests.peopled import AT, OTHER, PERSON, SHORT, VISITOR

SOON = datetime.now(UTC) + timedelta(days=1)
"""Later than any build of these tests was made."""


def say(store: Store, who: str, *, at: datetime = SOON, **words: bool) -> None:
    own = {"personalization": None, "marketing": None, **words}
    store.people.set_consent(Consent(who, at_us=microseconds(at), **own))


def mail(shop: ShopDirectory, store: Store, **options: Any) -> pl.DataFrame:
    campaign = penchant.open(shop.path, store=store).campaign(**options)
    write_campaign(campaign, shop.path / "mail.parquet")
    return pl.read_parquet(shop.path / "mail.parquet")


def slots(rows: pl.DataFrame, who: str) -> list[str]:
    return rows.filter(pl.col("customer_id") == who)["product_id"].to_list()


def test_the_command_writes_down_and_shows_what_holds(desk: Any, own_shop: Path) -> None:
    before = desk.run("consent", own_shop, "WARM", "--json").json
    assert not (own_shop / "penchant.db").exists()
    assert before["open_shop"] == {"personalization": None, "marketing": None, "at": ""}
    assert before["tables"]["personalization"] is True
    assert (before["personalization"], before["marketing"]) == (True, True)
    words = ("--personalization", "no", "--marketing", "no")
    after = desk.run("consent", own_shop, "WARM", *words, "--json").json
    assert after["open_shop"]["personalization"] is after["open_shop"]["marketing"] is False
    assert (after["personalization"], after["marketing"]) == (False, False)
    again = desk.run("consent", own_shop, "WARM", "--personalization", "yes", "--json").json
    assert (again["personalization"], again["marketing"]) == (True, False)
    table = desk.run("consent", own_shop, "WARM").out
    assert [line.split()[:3] for line in table.splitlines() if "tables" in line] == [
        ["tables", "yes", "-"]
    ]


def test_a_word_that_is_none_is_refused(desk: Any, own_shop: Path) -> None:
    shown = desk.run("consent", own_shop, "WARM", "--marketing", "perhaps")
    assert (shown.code, "must be yes or no" in shown.err) == (2, True)


def test_a_refusal_holds_in_the_next_answer(desk: Any, own_shop: Path) -> None:
    assert penchant.open(own_shop).recommend("WARM", k=5).step == "profile"
    desk.run("consent", own_shop, "WARM", "--personalization", "no")
    slate = penchant.open(own_shop).recommend("WARM", k=5)
    assert (slate.step, slate.request_id) == ("popular", None)


def test_a_yes_outdoes_the_no_of_older_tables_only(shop: ShopDirectory, store: Store) -> None:
    made = made_at(shop.pointed_build())
    say(store, "OUT", personalization=True, at=made - timedelta(seconds=1))
    assert consent_card(shop, store, "OUT").personalization is False
    say(store, "OUT", personalization=True, at=made + timedelta(seconds=1))
    assert consent_card(shop, store, "OUT").personalization is True


def test_a_visitor_who_was_merged_is_the_customer(shop: ShopDirectory, store: Store) -> None:
    assert consent_card(shop, store, VISITOR).customer_id == PERSON


def test_without_a_build_the_tables_of_now_count(desk: Any, tmp_path: Path) -> None:
    desk.run("init", tmp_path / "new")
    shop = ShopDirectory.open(tmp_path / "new")
    frame = pl.DataFrame(
        {"customer_id": ["A"], "personalization_consent": ["no"], "marketing_consent": ["yes"]}
    )
    ingest(shop, {"customers": frame}, as_of=AT, settings=shop.settings().tables)
    card = consent_card(shop, None, "A")
    assert (card.personalization, card.marketing, card.build_id) == (False, True, "")
    assert consent_card(shop, None, "B").personalization is True


def test_without_profiling_nobody_is_profiled(desk: Any, shop: ShopDirectory, store: Store) -> None:
    settings = shop.settings_file
    settings.write_text(settings.read_text().replace("[privacy]", "[privacy]\nprofiling = false"))
    say(store, "WARM", personalization=True)
    card = consent_card(shop, store, "WARM")
    assert (card.profiling, card.personalization, card.marketing) == (False, False, True)
    assert "makes no profiles" in desk.run("consent", shop.path, "WARM").out
    rows = mail(shop, store)
    assert set(rows["request_id"]) == {None}
    assert not rows["step"].str.contains("profile").any()


def test_who_refuses_mail_in_the_open_shop_gets_none(shop: ShopDirectory, store: Store) -> None:
    before = set(mail(shop, store)["customer_id"])
    assert {"WARM", OTHER} <= before
    say(store, "WARM", marketing=False)
    assert set(mail(shop, store)["customer_id"]) == before - {"WARM"}
    assert "WARM" in set(mail(shop, store, surface="homepage", everyone=True)["customer_id"])
    say(store, "WARM", marketing=True)
    assert set(mail(shop, store)["customer_id"]) == before


def test_who_refuses_profiles_in_the_open_shop_gets_what_everyone_does(
    shop: ShopDirectory, store: Store
) -> None:
    say(store, "WARM", personalization=False)
    mine = mail(shop, store).filter(pl.col("customer_id") == "WARM")
    assert "profile" not in set(mine["step"])
    assert set(mine["request_id"]) == {None}
    assert set(mail(shop, store)["request_id"]) - {None}


@pytest.mark.parametrize("surface", ["homepage", "new_arrivals"])
def test_a_campaign_gives_everyone_what_the_open_shop_gives_them(
    shop: ShopDirectory, store: Store, surface: str
) -> None:
    """Those who did something since the build, too, at the moment of their newest event."""
    us = microseconds(AT)
    store.events.record([Event("n1", "NEAR", "P01", "purchase", us)])
    store.events.record([Event("n2", "COLD", f"P{n:02d}", "view", us + n) for n in range(1)])
    say(store, "FAR", personalization=False)
    rows = mail(shop, store, surface=surface, k=5)
    opened = penchant.open(shop.path, store=store)
    assert {"NEAR", "COLD", "FAR", "WARM", OTHER} <= set(rows["customer_id"])
    for who in set(rows["customer_id"]):
        slate = opened.recommend(who, surface=surface, k=5)
        assert slots(rows, who) == list(slate.product_ids), who


def test_the_erased_and_the_merged_get_nothing_until_they_come_back(
    shop: ShopDirectory, store: Store
) -> None:
    assert VISITOR not in set(mail(shop, store)["customer_id"])
    forget_in_database(store, SHORT, at=AT)
    campaign = penchant.open(shop.path, store=store).campaign()
    summary = write_campaign(campaign, shop.path / "mail.csv")
    assert summary.skipped["erased_or_merged"] == 2
    assert SHORT not in set(mail(shop, store)["customer_id"])
    later = microseconds(AT + timedelta(hours=1))
    store.events.record([Event("back", SHORT, "P01", "view", later)])
    rows = mail(shop, store)
    slate = penchant.open(shop.path, store=store).recommend(SHORT, surface="new_arrivals")
    assert slots(rows, SHORT) == list(slate.product_ids)


def test_who_allowed_nothing_but_mail_after_an_erasure_is_a_customer_again(
    shop: ShopDirectory, store: Store
) -> None:
    forget_in_database(store, SHORT, at=AT)
    say(store, SHORT, marketing=True)
    assert SHORT in set(mail(shop, store)["customer_id"])
