"""Rules: what each takes out, under which name, and nothing else."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from penchant.candidates.audience import gender_of
from penchant.ranking.rules import Eligibility, Rule, customer_rules, guard_rules, shop_rules
from penchant.settings import RecommendSettings
from tests.stock import circle, rows, stock_of

N = 8
GENDERS = ["Women", "men", "Unisex", None, "female", "Herren", "", "kids only"]


def stock() -> Any:
    in_stock = np.ones(N, bool)
    in_stock[3] = False
    return stock_of(
        circle(*range(N)),
        in_stock=in_stock,
        group_row=np.array([0, 0, 1, 2, 3, 3, 4, 5], np.int32),
        prices=np.array([10, 20, 40, 80, 160, np.nan, 5, 1000.0]),
        gender=[gender_of(one) for one in GENDERS],
        category=["ring", "ring", "chain", None, "chain", "watch", "watch", "ring"],
    )


def removed(rules: tuple[Rule, ...]) -> dict[str, list[int]]:
    everything = np.arange(N, dtype=np.int32)
    return {rule.name: np.flatnonzero(rule.removes(everything)).tolist() for rule in rules}


def of_shop(**settings: Any) -> dict[str, list[int]]:
    return removed(shop_rules(stock(), RecommendSettings(**settings)))


def of_customer(
    *, owned: np.ndarray | None = None, hidden: np.ndarray | None = None,
    liked: np.ndarray | None = None, **settings: Any,
) -> dict[str, list[int]]:  # fmt: skip
    found = customer_rules(
        stock(),
        RecommendSettings(**settings),
        owned=rows() if owned is None else owned,
        hidden=rows() if hidden is None else hidden,
        liked=rows() if liked is None else liked,
    )
    return removed(found)


def test_what_cannot_be_bought_now_is_taken_out_unless_switched_off() -> None:
    assert of_shop() == {"out_of_stock": [3]}
    assert of_shop(in_stock_only=False) == {}


def test_lists_of_the_shop_take_out_by_id_and_ids_that_are_not_there_change_nothing() -> None:
    found = of_shop(deny=("P01", "P99"), allow=("P00", "P01", "P98"), in_stock_only=False)
    assert found == {"denied": [1], "not_allowed": [2, 3, 4, 5, 6, 7]}


def test_an_allow_list_of_unknown_products_allows_nothing() -> None:
    assert of_shop(allow=("P99",))["not_allowed"] == list(range(N))


def test_owned_products_go_with_their_variants() -> None:
    assert of_customer(owned=rows(1, 5)) == {"owned": [1, 5], "owned_variant": [0, 4]}
    assert of_customer(owned=rows(1), hide_owned_variants=False) == {"owned": [1]}
    assert of_customer(owned=rows(1), hide_owned=False) == {}


def test_where_every_product_is_a_group_of_its_own_there_are_no_variants() -> None:
    alone = stock_of(circle(*range(N)), group_row=np.arange(N, dtype=np.int32)[::-1].copy())
    assert not alone.has_variants
    assert stock().has_variants
    assert alone.variants_of(rows(3, 1)).tolist() == [3, 1]
    owned = customer_rules(
        alone, RecommendSettings(), owned=rows(3, 1), hidden=rows(), liked=rows()
    )
    assert removed(owned) == {"owned": [1, 3]}


def test_hidden_products_are_taken_out_whatever_the_settings() -> None:
    assert of_customer(hidden=rows(2), hide_owned=False) == {"hidden": [2]}


@pytest.mark.parametrize("times", [1.0, 2.0, 4.0])
def test_the_price_band_is_around_all_the_customer_liked_where_prices_are_known(
    times: float,
) -> None:
    """Against a loop; a product of unknown price is never too dear."""
    liked, prices = rows(1, 2, 5), stock().prices.tolist()
    slow = [row for row, price in enumerate(prices) if price < 20 / times or price > 40 * times]
    assert of_customer(liked=liked, price_band=times) == {"price": slow}


def test_without_a_known_price_there_is_no_band() -> None:
    assert of_customer(liked=rows(5), price_band=2.0) == {}
    assert of_customer(price_band=2.0) == {}
    assert of_customer(liked=rows(1)) == {}


def guarded(name: str, *seeds: int) -> list[int]:
    return removed(guard_rules(stock(), (name,), rows(*seeds), rows()))[f"other_{name}"]


def test_guards_keep_to_the_audience_and_let_everyones_and_unknown_products_pass() -> None:
    assert guarded("gender", 0) == [1, 5, 7]  # for women: nothing of men's, nothing of kids'
    assert guarded("gender", 5) == [0, 4, 7]
    assert guarded("gender", 0, 1) == [7]  # seeds of both keep both
    assert guarded("category", 2, 5) == [0, 1, 7]


def test_nothing_to_compare_with_guards_nothing() -> None:
    assert guard_rules(stock(), ("gender",), rows(2, 3), rows()) == ()  # unisex says nothing
    assert guard_rules(stock_of(circle(0, 9)), ("gender", "category"), rows(0), rows()) == ()
    assert guard_rules(stock(), ("gender", "category"), rows(), rows()) == ()
    assert guard_rules(stock(), (), rows(1), rows(1)) == ()


def test_what_is_eligible_is_what_no_rule_removes_and_each_rule_leaves_its_trace() -> None:
    rng = np.random.default_rng(0)
    masks = {f"rule {i}": rng.random(N) < 0.3 for i in range(4)}
    rules = tuple(
        Rule(name, mask if name < "rule 2" else np.flatnonzero(mask).astype(np.int32))
        for name, mask in masks.items()
    )
    found = Eligibility.under(rules[:1], n_products=N).narrowed(rules[1:])
    assert found.rules == rules
    for row in range(N):
        against = tuple(name for name, mask in masks.items() if mask[row])
        assert found.against(row) == against
        assert bool(found.eligible[row]) == (not against)
    turned = Eligibility.under(rules[::-1], n_products=N)
    assert turned.eligible.tolist() == found.eligible.tolist()
    assert Eligibility.under((), n_products=N).eligible.all()


def test_where_the_seeds_say_nothing_of_an_audience_what_was_liked_does() -> None:
    shop = stock()
    told = removed(guard_rules(shop, ("gender",), rows(2), rows(1)))
    assert (
        told["other_gender"]
        == removed(guard_rules(shop, ("gender",), rows(1), rows()))["other_gender"]
    )
    assert (
        guard_rules(shop, ("category",), rows(), rows(1)) == ()
    )  # a category is asked for, not liked
