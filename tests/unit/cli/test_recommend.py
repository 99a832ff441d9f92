"""`penchant recommend`, `similar` and `why-not`: every surface, in words and in JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from penchant.cli.recommend import STEPS, _reason
from penchant.settings.showing import SURFACES

ABOUT = {"product_page": ("--product", "P02"), "cart": ("--product", "P02", "--product", "P03")}


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("customer", ["WARM", "COLD", "OUT", "GIVER", "nobody"])
def test_every_surface_answers_everybody_in_words_and_in_json(
    desk: Any, built_shop: Path, surface: str, customer: str
) -> None:
    words = ("recommend", built_shop, customer, "--surface", surface, *ABOUT.get(surface, ()))
    values = desk.run(*words, "--json").json
    shown = desk.run(*words)
    text = " ".join(shown.out.split())
    assert (values["surface"], values["customer_id"], shown.code) == (surface, customer, 0)
    assert f"{surface} of {customer}" in text
    assert STEPS[values["step"]] in text
    assert all(slot["product_id"] in text for slot in values["slots"])
    assert ("* drawn" in text) == any(slot["propensity"] < 1 for slot in values["slots"])


def test_who_gets_nothing_personal_is_told_why(desk: Any, built_shop: Path) -> None:
    told = {
        "OUT": "who refused personalisation",
        "COLD": "who has too few usable interactions",
        "nobody": "of whom nothing is known",
    }
    for customer, words in told.items():
        assert words in " ".join(desk.run("recommend", built_shop, customer).out.split())


def test_the_cart_is_the_customers_own_unless_named(desk: Any, built_shop: Path) -> None:
    """FAR has a chain, P07, in the cart."""
    own = desk.run("recommend", built_shop, "FAR", "--surface", "cart", "--json").json
    named = desk.run("recommend", built_shop, "FAR", "--surface", "cart", "--product", "P03",
                     "--json").json  # fmt: skip
    assert own["step"] == named["step"] == "cart"
    numbers = {int(one["product_id"][1:]) % 3 for one in own["slots"] if one["product_id"] != "P23"}
    assert numbers == {0, 2}
    assert "P03" not in [one["product_id"] for one in named["slots"]]


def test_similar_may_be_sorted_by_a_customers_taste(desk: Any, built_shop: Path) -> None:
    plain = desk.run("similar", built_shop, "P02", "-k", "5", "--json").json
    assert (plain["customer_id"], plain["product_id"], plain["step"]) == (None, "P02", "product")
    own = desk.run("similar", built_shop, "P02", "--customer", "WARM", "-k", "5", "--json").json
    assert own["customer_id"] == "WARM"
    assert "for WARM" in desk.run("similar", built_shop, "P02", "--customer", "WARM").out


@pytest.mark.parametrize(
    ("product", "verdict", "words"),
    [
        ("P05", "removed", "it is out of stock"),
        ("P01", "removed", "the customer hid it"),
        ("P00", "removed", "the customer owns it"),
        ("P23", None, "P23 on the homepage of WARM"),
    ],
)
def test_why_not_says_what_json_says(
    desk: Any, built_shop: Path, product: str, verdict: str | None, words: str
) -> None:
    values = desk.run("why-not", built_shop, "WARM", product, "--json").json
    text = desk.run("why-not", built_shop, "WARM", product).out
    assert verdict in (None, values["verdict"])
    assert words in text
    assert values["text"] in " ".join(text.split())
    assert all(name in text for name in values["source_ranks"])


def test_why_not_of_a_product_shown_names_its_slot(desk: Any, built_shop: Path) -> None:
    slots = desk.run("recommend", built_shop, "WARM", "-k", "4", "--json").json["slots"]
    for slot in slots[:2]:  # later ones may be drawn
        told = desk.run("why-not", built_shop, "WARM", slot["product_id"], "-k", "4", "--json").json
        assert (told["verdict"], told["rank"]) == ("shown", None)
        assert f"slot {slot['slot']}" in told["text"]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("recommend", "WARM", "--surface", "homepgae"), 'Did you mean "homepage"'),
        (("recommend", "WARM", "--surface", "product_page"), "about one product, got 0"),
        (("recommend", "WARM", "--product", "P02"), "homepage is about no product, got 1"),
        (("recommend", "WARM", "--surface", "cart", "--product", "P99"), 'No product "P99"'),
        (("why-not", "WARM", "P99"), 'No product "P99"'),
        (("similar", "P99"), 'No product "P99"'),
    ],
)
def test_wrong_questions_end_in_one_sentence(
    desk: Any, built_shop: Path, words: tuple[str, ...], message: str
) -> None:
    verb, *rest = words
    result = desk.run(verb, built_shop, *rest, "--json")
    assert (result.code, result.out) == (2, "")
    assert message in json.loads(result.err)["message"]


def test_a_share_is_told_as_part_of_the_similarity() -> None:
    assert _reason("Because", 0.3, 0.6) == "Because (50%)"
    assert _reason("Because", 0.9, 0.6) == "Because (100%)"  # others point away
    assert _reason("Because", None, 0.6) == "Because"
    assert _reason("Because", 0.1, -0.2) == _reason("Because", 0.1, None) == "Because"
