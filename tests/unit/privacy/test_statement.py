"""The statement says what is done: whatever a setting changes for customers changes its text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from penchant.privacy.statement import Statement, shop_statement, statement_of
from penchant.ranking.blend import default_blend
from penchant.settings import Settings
from penchant.settings.showing import SURFACES
from penchant.settings_file import settings_from_dict
from penchant.shop_directory import ShopDirectory

USUAL = {one: default_blend(one).weights for one in SURFACES}


def told(
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    weights: Mapping[str, Mapping[str, float]] = USUAL,
    origin: str = "fitted",
) -> Statement:
    """The statement of a shop with some settings changed."""
    settings = settings_from_dict(changes or {}) if changes else Settings()
    origins = dict.fromkeys(weights, origin)
    return statement_of(settings, weights, origins=origins, shop="Dots & Rings", build_id="b")


def section(statement: Statement, title: str) -> str:
    found = next(one for one in statement.sections if one.title == title)
    return "\n".join((*found.sentences, *found.points))


def test_it_tells_what_counts_at_each_place_the_weightiest_first() -> None:
    places = section(told(), "What counts at which place")
    assert (
        "**The homepage**: how well its look matches your taste* (40%), what customers who liked "
        "the products you liked bought as well* (35%), how popular it is (15%) and what you looked "
        "at lately and did not buy* (10%)."
    ) in places
    assert (
        "**Beside a product**: how alike it looks to the product on the page (60%), what customers "
        "who liked the product on the page bought as well (20%), how well its look matches your "
        "taste* (15%) and how popular it is (5%)."
    ) in places
    assert places.count("**") == 2 * len(SURFACES)
    assert "What is marked with * counts only with your consent." in places


def test_weights_of_the_build_are_what_is_told() -> None:
    weights = {"cart": {"pairings": 3.0, "popular": 1.0, "visual": 0.0}}
    statement = told(weights=weights)
    assert statement.weights == {"cart": {"pairings": 0.75, "popular": 0.25}}
    assert (
        "**Beside the cart**: what has been learned to go with what is in the cart (75%) and how "
        "popular it is (25%)."
    ) in statement.to_text()


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        ("fitted", "at all places were measured: they are those that best foretell"),
        ("set", "at all places were chosen by the shop"),
        ("default", "at all places are the usual ones"),
    ],
)
def test_it_tells_why_they_weigh_so(origin: str, words: str) -> None:
    assert words in told(origin=origin).to_text()


CHANGES: list[tuple[str, str, object, str]] = [
    ("privacy", "profiling", False, "makes no profile of anybody"),
    ("privacy", "event_days", 12.0, "What you do in the shop: 12 days"),
    ("privacy", "slate_days", 13.0, "Which products we chose for you: 13 days"),
    ("privacy", "exposure_days", 14.0, "Which of them were on your screen: 14 days"),
    ("store", "history", 77, "only the newest 77 things done"),
    ("taste", "weights", {"view": 4.0}, "looking at a product counts 8"),
    ("taste", "weights", {"hide": 0.0}, "~Hiding a product counts 10"),
    ("taste", "half_life_days", 9.0, "9 days ago counts half"),
    ("taste", "half_life_by_action", {"purchase": 90.0}, "today, a purchase: 90 days"),
    ("taste", "half_life_by_category", {"rings": 60.0}, "today, products of rings: 60 days"),
    ("taste", "min_interactions", 5, "before you liked 5 different products"),
    ("trust", "gift_orders", False, "~bought as a gift tells nothing"),
    ("trust", "bulk", False, "~done on one day count as so many"),
    ("trust", "purchases_a_day", 4, "More than 4 purchases"),
    ("trust", "others_a_day", 50, "or 50 other things"),
    ("trust", "outliers", False, "~A single product unlike all else"),
    ("trust", "outlier_trust", 0.35, "all else you like counts 35%"),
    ("styles", "max_styles", 2, "up to 2 styles"),
    ("space", "kind", "photo-only", "is read from its photo alone"),
    ("space", "kind", "channels", "~which products customers want together"),
    ("space", "channel_weights", {"price": 0.0}, "~its price"),
    ("recommend", "in_stock_only", False, "~can be bought now"),
    ("recommend", "hide_owned", False, "~bought and kept is not shown"),
    ("recommend", "hide_owned_variants", False, "~nor another color of it"),
    ("recommend", "one_per_group", False, "~in several colors, one is shown"),
    ("recommend", "min_similarity", 0.25, "below a likeness of 0.25"),
    ("recommend", "price_band", 3.0, "more than 3 times cheaper or dearer"),
    ("recommend", "deny", ["a", "b"], "Never shown: 2 products"),
    ("recommend", "allow", ["a"], "Only 1 product that the shop chose"),
    ("recommend", "pinned", ["a", "b", "c"], "puts 3 products of its choice first"),
    ("recommend", "boost_collections", {"Aurora": 0.5}, 'collection "Aurora" higher (+0.5)'),
    ("recommend", "boost_collections", {"Aurora": -0.5}, 'collection "Aurora" lower (-0.5)'),
    ("recommend", "segment_columns", [], "~customers of the same"),
    ("recommend", "trending_days", 21.0, "in the last 21 days"),
    ("recommend", "new_days", 45.0, "called new for 45 days"),
    ("homepage", "diversity", 0.3, "preferred a little (30%)"),
    ("homepage", "explore", 0.25, "About 25% of the slots"),
    ("cart", "guards", ["category"], "for another category than"),
    ("homepage", "policy", "popularity", "**The homepage**: what all customers together like most"),
    ("cart", "policy", "random", "**Beside the cart**: products drawn by lot"),
    ("new_arrivals", "policy", "nothing", "**New arrivals**: nothing is chosen"),
    ("cart", "policy", "random", "Where shares are named, every product gets a score"),
]  # fmt: skip


@pytest.mark.parametrize(("where", "what", "value", "words"), CHANGES)
def test_whoever_changes_a_setting_changes_the_text(
    where: str, what: str, value: object, words: str
) -> None:
    before, after = told().to_text(), told({where: {what: value}}).to_text()
    assert before != after
    goes = words.startswith("~")
    assert (words.lstrip("~") in before, words.lstrip("~") in after) == (goes, not goes)


def test_without_profiles_nothing_personal_is_told_to_count() -> None:
    text = told({"privacy": {"profiling": False}}).to_text()
    for words in ("your taste", "*", "With your consent", "segment", "Refuse personalisation"):
        assert words not in text.replace("**", "")
    assert "makes no profiles, whether you consent or not" in text
    assert "we only count, for all of them together" in text


def test_it_tells_who_sees_what_without_consent_and_how_to_be_asked_and_forgotten() -> None:
    without = section(told(), "Without your consent")
    assert "you see what is popular, of all time and in the last 14 days, and then what" in without
    assert "What you bought and what you hid is remembered" in without
    rights = section(told(), "What you can do")
    wanted = ("Refuse personalisation", "Hide a product", "Ask why a product is shown")
    for words in (*wanted, "Refuse e-mails", "Ask for all we keep of you", "Ask to be forgotten"):
        assert words in rights


def test_it_is_plain_text_without_words_of_the_trade() -> None:
    for changes in (None, {"privacy": {"profiling": False}}):
        text = told(changes).to_text().lower()
        for word in (
            "embedding",
            "vector",
            "cosine",
            "blend",
            "source",
            "surface",
            "_",
            "algorithm",
        ):
            assert word not in text, word


def test_json_holds_the_same_and_the_text() -> None:
    statement = told()
    values = statement.to_dict()
    assert values["text"] == statement.to_text()
    assert values["weights"]["new_arrivals"] == {"visual": 1.0}
    assert next(one["title"] for one in values["sections"]) == "In short"


def test_the_command_tells_of_the_build_that_serves(desk: Any, own_shop: Path) -> None:
    shown = desk.run("statement", own_shop, "--json").json
    assert shown["build_id"] == (own_shop / "CURRENT").read_text().strip()
    text = desk.run("statement", own_shop).out
    assert text == shown["text"]
    assert text.startswith("# How shop chooses the products it shows\n\n## In short\n")
    settings = own_shop / "penchant.toml"
    settings.write_text(settings.read_text().replace("[privacy]", "[privacy]\nslate_days = 5"))
    assert "we chose for you: 5 days" in desk.run("statement", own_shop).out


def test_fitted_and_set_weights_are_told_apart(own_shop: Path) -> None:
    import json

    shop = ShopDirectory.open(own_shop)
    path = shop.pointed_build() / "demand" / "blends.json"
    blends = {"homepage": {"weights": {"popular": 1.0, "visual": 3.0}, "scale": {}}}
    path.write_text(json.dumps({"blends": blends, "about": {}}))
    statement = shop_statement(shop)
    assert statement.weights["homepage"] == {"visual": 0.75, "popular": 0.25}
    places = section(statement, "What counts at which place")
    assert 'The shares under "The homepage" were measured' in places
    assert 'under "Beside a product", "New arrivals", "Beside the cart" and "After a' in places


def test_a_shop_without_a_build_tells_its_settings(desk: Any, tmp_path: Path) -> None:
    desk.run("init", tmp_path / "new")
    shown = desk.run("statement", tmp_path / "new", "--json").json
    assert shown["build_id"] == ""
    assert shown["weights"]["new_arrivals"] == {"visual": 1.0}
