"""Where a product fell, for every way to fall."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from penchant.ranking.rules import guard_rules
from penchant.reasons.why_not import RULES, Fall, find_fall, source_ranks
from penchant.recommender import Answer, Recommender
from penchant.settings import HomepageSettings, ProductPageSettings, RecommendSettings, Settings
from penchant.settings.showing import GUARDS
from penchant.surfaces.request import Request
from penchant.surfaces.visitor import Visitor
from tests.stock import DAY, circle, popularity_of, rows, stock_of, visitor_of

N = 12
VECTORS = circle(*range(0, 10 * N, 10))
GROUPS = np.array([0, 1, 2, 3, 3, *range(5, N)], np.int32)


def answer(
    *, k: int = 3, page: float = 0.0, least: float = -1.0, diversity: float = 0.0, **more: Any
) -> Answer:
    """Somebody who likes product 0, in a shop where product i looks 10 * i degrees away."""
    in_stock = np.ones(N, bool)
    in_stock[8] = False
    stock = stock_of(
        VECTORS, in_stock=in_stock, group_row=GROUPS, popularity=popularity_of([1.0] * N),
        gender=["women"] * 7 + ["men"] + ["women"] * 4,
        prices=np.array([10.0] * 11 + [900.0]),
    )  # fmt: skip
    settings = Settings(
        recommend=RecommendSettings(
            deny=("P09",), candidates=10, price_band=5.0, min_similarity=least
        ),
        homepage=HomepageSettings(weights={"visual": 1.0}, explore=page, diversity=diversity),
    )
    visitor = visitor_of(VECTORS, {0: 1.0}, owned=rows(0, 4), hidden=rows(10), **more)
    request = Request("homepage", visitor, rows(), k, 99 * DAY, np.random.default_rng(0))
    return Recommender(stock, settings, {}).answer(request)


def fall(row: int, **more: Any) -> Fall:
    return find_fall(answer(**more).showing, row)


def test_a_product_shown_is_told_by_its_slot() -> None:
    assert fall(2) == Fall("shown", "It is shown, in slot 2.")


@pytest.mark.parametrize(
    ("row", "rules"),
    [
        (0, ("owned",)),
        (3, ("owned_variant",)),
        (4, ("owned",)),
        (7, ("other_gender",)),
        (8, ("out_of_stock",)),
        (9, ("denied",)),
        (10, ("hidden",)),
        (11, ("price",)),
    ],
)
def test_a_product_removed_names_every_rule_against_it(row: int, rules: tuple[str, ...]) -> None:
    found = fall(row)
    assert (found.verdict, found.rules) == ("removed", rules)
    assert all(RULES[one] in found.text for one in rules)
    assert found.rank is None


def test_a_product_outranked_tells_its_rank_and_how_far_it_is_behind() -> None:
    """Shown are 1, 2 and 5: four and more are owned, removed or further away."""
    found, shown = fall(6), answer().showing.picks
    assert shown.rows.tolist() == [1, 2, 5]
    cosines = VECTORS.astype(np.float64) @ VECTORS[0]
    assert found.verdict == "outranked"
    assert (found.rank, found.score) == (4, pytest.approx(cosines[6] / 0.15, abs=1e-5))
    assert found.behind == pytest.approx((cosines[5] - cosines[6]) / 0.15, abs=1e-5)
    assert "ranks 4 of 4" in found.text


def test_a_product_that_lost_to_variety_is_not_behind() -> None:
    assert answer(diversity=0.9).showing.picks.rows.tolist() == [1, 6, 2]
    found = fall(5, diversity=0.9)
    assert found.verdict == "outranked"
    assert found.behind is not None
    assert found.behind <= 0
    assert "variety" in found.text


def test_a_product_no_source_found_was_not_retrieved() -> None:
    """Too far from the taste for the only rung that was needed."""
    assert fall(6, least=0.6, k=3).verdict == "not_retrieved"


def test_a_product_behind_another_of_its_group_says_so() -> None:
    found = find_fall(ungrouped(), 4)
    assert (found.verdict, found.rank) == ("grouped", 5)
    assert find_fall(ungrouped(), 3).verdict == "shown"


def test_a_product_whose_variant_is_pinned_says_so_though_it_was_never_ranked() -> None:
    showing = ungrouped(pinned=("P04",))
    assert find_fall(showing, 3, group_row=GROUPS).verdict == "grouped"
    assert find_fall(showing, 11, group_row=GROUPS).verdict == "outranked"
    assert find_fall(showing, 3).verdict == "not_retrieved"


def ungrouped(**rules: Any) -> Any:
    """Nothing is owned: 3 and 4 are one design."""
    stock = stock_of(VECTORS, group_row=GROUPS, popularity=popularity_of([1.0] * N))
    settings = Settings(
        recommend=RecommendSettings(**rules),
        homepage=HomepageSettings(weights={"visual": 1.0}, explore=0, diversity=0),
    )
    request = Request(
        "homepage", visitor_of(VECTORS, {1: 1.0}), rows(), 5, 99 * DAY, np.random.default_rng(0)
    )
    return Recommender(stock, settings, {}).answer(request).showing


def test_places_by_source_count_the_eligible_products_that_score_higher() -> None:
    """Against a loop, for a product that may itself not be shown."""
    found = answer()
    stock = stock_of(VECTORS)
    eligible = np.flatnonzero(found.showing.eligibility.eligible)
    cosines = VECTORS.astype(np.float64) @ VECTORS[0]
    for row in range(N):
        slow = 1 + sum(cosines[other] > cosines[row] + 1e-6 for other in eligible.tolist())
        assert source_ranks(found.plan, found.showing, stock, row) == {"visual": slow}


def test_a_surface_whose_sources_weigh_nothing_is_traced_by_the_rung_that_served() -> None:
    settings = Settings(product_page=ProductPageSettings(weights={"recent": 1.0}))
    stock = stock_of(VECTORS, popularity=popularity_of(range(N)))
    request = Request("product_page", Visitor(), rows(3), 2, 99 * DAY, np.random.default_rng(0))
    found = Recommender(stock, settings, {}).answer(request)
    assert found.showing.step == "popular"
    assert source_ranks(found.plan, found.showing, stock, 9) == {"popular": 3, "trending": 1}


def test_every_rule_has_its_words() -> None:
    stock = stock_of(VECTORS, gender=["women"] * N, age_group=["adult"] * N, category=["a"] * N)
    assert {one.name for one in guard_rules(stock, GUARDS, rows(0), rows())} <= RULES.keys()
    named = {one.name for one in answer().showing.eligibility.rules}
    assert named <= RULES.keys()
