"""The five recipes: what each asks for, from whom, and what it never shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from penchant.candidates.assortment import Assortment
from penchant.ranking.blend import Blend
from penchant.ranking.rules import Eligibility
from penchant.settings import RecommendSettings, SurfaceSettings
from penchant.settings.showing import DEFAULT_WEIGHTS
from penchant.surfaces.cart import cart
from penchant.surfaces.homepage import homepage
from penchant.surfaces.ladder import lower_rungs
from penchant.surfaces.new_arrivals import new_arrivals
from penchant.surfaces.plan import Plan
from penchant.surfaces.post_purchase import post_purchase
from penchant.surfaces.product_page import product_page
from penchant.surfaces.request import Recipe, Request
from penchant.surfaces.serve import Manner, Showing, serve
from penchant.surfaces.visitor import Visitor
from tests.stock import DAY, circle, links_of, popularity_of, rows, stock_of, visitor_of

N = 12
CATEGORIES = ["ring", "ring", "necklace", "ring", "watch", "earrings", "necklace", "ring",
              "earrings", None, "watch", "ring"]  # fmt: skip
STRANGER = Visitor()


@pytest.fixture
def stock() -> Assortment:
    """Row i looks towards 10 * i degrees; 9 has no vector and no category; 0 and 1 are variants."""
    vectors = circle(*range(0, 10 * N, 10))
    vectors[9] = 0.0
    return stock_of(
        vectors,
        category=CATEGORIES,
        group_row=np.array([0, 0, *range(2, N)], np.int32),
        popularity=popularity_of(
            [1, 0, 5, 0, 2, 0, 9, 0, 0, 4, 0, 3],
            [0, 0, 0, 0, 7, 0, 1, 0, 0, 0, 0, 0],
            {"alike": [0, 8, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0]},
        ),
        links=links_of(N, {(0, 7): 0.5, (3, 7): 0.5, (3, 10): 0.1}),
    )


def plan_of(
    recipe: Recipe,
    stock: Assortment,
    visitor: Visitor,
    *about: int,
    weights: Mapping[str, float] | None = None,
    now: int = 0,
    **settings: Any,
) -> Plan:
    """Ask a recipe; it is named like its surface."""
    surface = recipe.__name__
    request = Request(surface, visitor, rows(*about), N, now * DAY, np.random.default_rng(0))
    blend = Blend(DEFAULT_WEIGHTS[surface] if weights is None else weights)
    return recipe(stock, request, blend, RecommendSettings(**settings))


def show(plan: Plan, stock: Assortment, k: int = N) -> Showing:
    manner = Manner(
        k=k, recommend=RecommendSettings(), surface=SurfaceSettings(diversity=0.0, explore=0.0),
        styles=(), pinned=rows(), boosts=None, rng=np.random.default_rng(0),
    )  # fmt: skip
    return serve(plan, stock, Eligibility.under(plan.rules, n_products=len(stock)), manner)


def steps(plan: Plan) -> list[str]:
    return [one.step for one in plan.rungs]


def sources(plan: Plan) -> list[str]:
    return [one.name for one in plan.rungs[0].sources]


def categories(showing: Showing) -> list[Any]:
    return [CATEGORIES[row] for row in showing.picks.rows.tolist()]


def fan(stock: Assortment, *liked: int, **more: Any) -> Visitor:
    return visitor_of(stock.index.vectors, dict.fromkeys(liked, 1.0), **more)


def arrivals(
    stock: Assortment, visitor: Visitor, *, days: float = 4, now: int = 11, least: float = -1.0
) -> Plan:
    return plan_of(new_arrivals, stock, visitor, now=now, new_days=days, min_similarity=least)


def test_the_ladder_is_segment_category_popular_newest_by_what_is_known(stock: Assortment) -> None:
    def names(visitor: Visitor, seeds: Sequence[int]) -> list[str]:
        return [one.step for one in lower_rungs(stock, visitor, rows(*seeds))]

    assert names(Visitor(segment=0), [3]) == ["segment", "category", "popular", "newest"]
    assert names(STRANGER, [3]) == ["category", "popular", "newest"]
    assert names(STRANGER, [9]) == ["popular", "newest"]  # its category is unknown
    assert names(STRANGER, []) == ["popular", "newest"]


def test_the_last_rung_gives_every_product_and_a_limit_holds_for_all_rungs(
    stock: Assortment,
) -> None:
    everything = np.ones(N, bool)
    last = lower_rungs(stock, STRANGER, rows())[-1]
    assert sorted(last.sources[0].candidates(N, eligible=everything)) == list(range(N))
    within = np.arange(N) < 3
    for one in lower_rungs(stock, Visitor(segment=0), rows(3), within=lambda: within):
        assert one.within is not None
        assert not (one.within() & ~within).any()


def test_the_rung_of_a_segment_gives_what_its_customers_like(stock: Assortment) -> None:
    found = show(plan_of(homepage, stock, Visitor(segment=0)), stock, k=3)
    assert found.step == "segment"
    assert found.picks.rows[0] == 1
    assert show(plan_of(homepage, stock, STRANGER), stock, k=3).step == "popular"


def test_homepage_of_a_taste_blends_four_sources_and_falls_down_the_ladder(
    stock: Assortment,
) -> None:
    plan = plan_of(homepage, stock, fan(stock, 3, 4))
    assert steps(plan) == ["profile", "category", "popular", "newest"]
    assert sources(plan) == ["visual", "collaborative", "popular", "recent"]
    assert plan.seeds.tolist() == [3, 4]
    own = stock.links.score_products(rows(3, 4))
    every = np.arange(N, dtype=np.int32)
    assert plan.rungs[0].sources[1].scores(every) == pytest.approx(np.sqrt(own))


def test_what_was_looked_at_comes_back_unless_it_was_bought(stock: Assortment) -> None:
    recent = plan_of(homepage, stock, fan(stock, 3, 4, owned=rows(4))).rungs[0].sources[3]
    assert recent.candidates(N, eligible=np.ones(N, bool)).tolist() == [3]


def test_two_views_make_a_session_of_which_styles_are_no_matter(stock: Assortment) -> None:
    assert plan_of(homepage, stock, fan(stock, 3, enough=False)).best.step == "session"


def test_homepage_without_a_taste_is_what_everyone_likes_then_the_newest(
    stock: Assortment,
) -> None:
    found = show(plan_of(homepage, stock, STRANGER), stock)
    assert found.step == "popular"
    assert found.picks.rows[:2].tolist() == [4, 6]  # 4 of late, 6 of all time
    assert found.steps[-1] == "newest"
    assert len(found.picks) == N - 1  # 0 and 1 are one design


def test_least_similarity_holds_for_what_is_chosen_by_taste_alone(stock: Assortment) -> None:
    plan = plan_of(homepage, stock, fan(stock, 3), min_similarity=0.98)
    found = show(plan, stock)
    by_taste = [row for row, step in zip(found.picks.rows, found.steps, strict=True)
                if step == "profile"]  # fmt: skip
    assert sorted(by_taste) == [2, 3, 4]
    assert len(found.picks) == N - 1


@pytest.mark.parametrize("who", ["stranger", "fan"])
@pytest.mark.parametrize("row", range(N))
def test_product_page_never_shows_the_product_itself(stock: Assortment, row: int, who: str) -> None:
    visitor = STRANGER if who == "stranger" else fan(stock, 5, 6)
    found = show(plan_of(product_page, stock, visitor, row), stock)
    assert row not in found.picks.rows
    assert len(found.picks) == N - (1 if row in (0, 1) else 2)
    assert found.step == ("popular" if row == 9 else "product")


def test_likeness_leads_and_the_customers_taste_sorts_what_is_equally_alike(
    stock: Assortment,
) -> None:
    plain = plan_of(product_page, stock, STRANGER, 5, weights={"similar": 1.0})
    assert set(show(plain, stock, k=2).picks.rows.tolist()) == {4, 6}
    weights = {"similar": 1.0, "visual": 0.1}
    for liked, first in ((3, 4), (7, 6)):
        personal = plan_of(product_page, stock, fan(stock, liked), 5, weights=weights)
        assert sources(personal)[:2] == ["similar", "visual"]
        assert show(personal, stock, k=1).picks.rows.tolist() == [first]


def test_a_similarity_on_the_product_page_is_that_to_the_product(stock: Assortment) -> None:
    plan = plan_of(product_page, stock, fan(stock, 3), 5)
    assert plan.towards is not None
    assert plan.towards == pytest.approx(stock.index.vectors[5], abs=1e-6)


def test_new_arrivals_show_the_new_first_and_older_ones_only_to_fill(stock: Assortment) -> None:
    """Product i came in on day i; the last interaction was on day 10, so 7..11 are new."""
    for visitor, rest in ((STRANGER, "newest"), (fan(stock, 0), "profile"),
                          (Visitor(segment=0), "newest")):  # fmt: skip
        found = show(arrivals(stock, visitor, now=10), stock)
        shown = found.picks.rows.tolist()
        assert set(shown[:5]) == {7, 8, 9, 10, 11}
        assert set(found.steps[5:]) == {rest}
        assert len(shown) == N - 1


def test_new_arrivals_are_ordered_by_taste(stock: Assortment) -> None:
    found = show(arrivals(stock, fan(stock, 0)), stock, k=3)
    assert (found.step, found.picks.rows.tolist()) == ("profile", [8, 10, 11])  # 9 has no vector
    assert show(arrivals(stock, STRANGER), stock, k=3).picks.rows[0] in (9, 11)  # popular ones


def test_nothing_new_is_filled_by_taste_or_by_the_newest_there_is(stock: Assortment) -> None:
    found = show(arrivals(stock, fan(stock, 0), now=900), stock, k=2)
    assert (found.step, found.picks.rows.tolist()) == ("profile", [0, 2])
    found = show(arrivals(stock, STRANGER, now=900), stock, k=2)
    assert (found.step, found.picks.rows.tolist()) == ("newest", [11, 10])


def test_new_arrivals_far_from_a_taste_are_not_told_as_matching_it(stock: Assortment) -> None:
    found = show(arrivals(stock, fan(stock, 0), least=0.9), stock, k=3)
    assert "profile" not in found.steps
    assert set(found.picks.rows.tolist()) <= {8, 9, 10, 11}


def test_the_cart_shows_no_category_that_is_in_it(stock: Assortment) -> None:
    """Nothing was ever bought together in this shop: the shipped graph of categories speaks."""
    for visitor in (STRANGER, fan(stock, 3, 4)):
        found = show(plan_of(cart, stock, visitor, 0, 4), stock)
        assert found.step == "cart"
        assert set(categories(found)) == {"necklace", "earrings", None}
        assert len(found.picks) == 5


def test_each_category_comes_once_before_any_comes_twice(stock: Assortment) -> None:
    plan = plan_of(cart, stock, fan(stock, 3), 4)
    shown = categories(show(plan, stock))
    assert set(shown) == set(CATEGORIES) - {"watch"}
    turns = [shown[:place].count(name) for place, name in enumerate(shown)]
    assert turns == sorted(turns)
    assert turns[-1] > 0


def test_a_cart_of_unknown_categories_hides_only_itself(stock: Assortment) -> None:
    found = show(plan_of(cart, stock, STRANGER, 9), stock)
    assert sorted(set(range(N)) - set(found.picks.rows.tolist())) in ([0, 9], [1, 9])


def test_a_cart_of_all_categories_hides_its_products_and_their_variants_alone() -> None:
    stock = stock_of(
        circle(*range(6)), category=["ring", "watch"] * 3, group_row=rows(0, 1, 0, 2, 3, 4)
    )
    found = show(plan_of(cart, stock, STRANGER, 0, 1), stock)
    assert sorted(found.picks.rows.tolist()) == [3, 4, 5]


def test_an_empty_cart_is_filled_by_taste_or_by_what_everyone_likes(stock: Assortment) -> None:
    personal = show(plan_of(cart, stock, fan(stock, 3)), stock, k=3)
    assert personal.step == "profile"
    assert show(plan_of(cart, stock, STRANGER), stock, k=3).step == "popular"


@pytest.mark.parametrize("bought", [(0,), (3, 4), (9,), (5, 6, 10)])
def test_after_a_purchase_nothing_bought_and_no_variant_of_it_is_shown(
    stock: Assortment, bought: tuple[int, ...]
) -> None:
    for visitor in (STRANGER, fan(stock, 2), Visitor(segment=0)):
        plan = plan_of(post_purchase, stock, visitor, *bought)
        found = show(plan, stock)
        groups = stock.group_row[found.picks.rows]
        assert found.step == "purchase"
        assert not set(groups.tolist()) & set(stock.group_row[list(bought)].tolist())
        assert len(found.picks) == len(set(stock.group_row.tolist())) - len(bought)


def test_after_a_purchase_what_its_buyers_took_next_counts(stock: Assortment) -> None:
    plan = plan_of(post_purchase, stock, STRANGER, 3, weights={"collaborative": 1.0})
    found = show(plan, stock, k=2)
    assert found.picks.rows.tolist() == [7, 10]


def test_without_a_purchase_there_is_taste_or_what_everyone_likes(stock: Assortment) -> None:
    def step(visitor: Visitor) -> str:
        plan = plan_of(post_purchase, stock, visitor)
        return show(plan, stock, k=2).step

    assert step(fan(stock, 3)) == "profile"
    assert step(Visitor(segment=0)) == "segment"
    assert step(STRANGER) == "popular"
