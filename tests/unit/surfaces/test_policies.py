"""Other ways to fill a surface: what everybody likes, lots, nothing; under the same rules."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.ranking.lot import draw_evenly
from penchant.reasons.slots import make_slots
from penchant.reasons.why_not import find_fall, source_ranks
from penchant.recommender import Answer, Recommender
from penchant.settings import (
    HomepageSettings,
    NewArrivalsSettings,
    ProductPageSettings,
    RecommendSettings,
    Settings,
)
from penchant.surfaces.request import Request
from penchant.surfaces.visitor import Visitor
from tests.stock import DAY, circle, popularity_of, rows, stock_of, visitor_of

N = 10
VECTORS = circle(*range(0, 10 * N, 10))
LIKED = [3.0, 9.0, 0.0, 5.0, 5.0, 0.0, 1.0, 7.0, 2.0, 4.0]
GROUPS = np.array([0, 1, 2, 3, 3, 3, 4, 5, 5, 6], np.int32)
CREATED = np.array([1, 2, 3, 4, 5, 6, 95, 96, 97, 98], np.int64) * DAY


def shop(policy: str, *, explore: float = 0.5, stock: Any = None, **rules: Any) -> Recommender:
    stock = stock or stock_of(
        VECTORS,
        group_row=GROUPS,
        created_us=CREATED,
        popularity=popularity_of(LIKED, segments={"alike": LIKED[::-1]}),
        gender=["women"] * 9 + ["men"],
        collection=["old"] * 8 + ["new"] * 2,
    )
    own = {"policy": policy, "explore": explore, "diversity": 1.0}
    return Recommender(
        stock,
        Settings(
            recommend=RecommendSettings(**{"candidates": 10, **rules}),
            homepage=HomepageSettings(**own),
            new_arrivals=NewArrivalsSettings(**own),
            product_page=ProductPageSettings(**own),
        ),
        {},
    )


def ask(
    recommender: Recommender, visitor: Visitor | None = None, *, k: int = 3, seed: int = 0,
    surface: str = "homepage", about: tuple[int, ...] = (),
) -> Answer:  # fmt: skip
    rng = np.random.default_rng(seed)
    return recommender.answer(
        Request(surface, visitor or Visitor(), rows(*about), k, 99 * DAY, rng)
    )


def shown(answer: Answer) -> list[int]:
    return answer.showing.picks.rows.tolist()


def test_the_most_liked_are_shown_one_of_each_group_then_the_newest_of_what_nobody_touched() -> (
    None
):
    found = ask(shop("popularity"), k=9)
    assert shown(found) == [1, 7, 3, 9, 0, 6, 2]
    assert found.showing.step == "popularity"
    assert set(found.showing.steps) == {"popularity"}
    assert found.showing.propensities.tolist() == [1.0] * 7


def test_popularity_is_the_same_for_everybody_but_for_the_rules() -> None:
    recommender = shop("popularity")
    fan = visitor_of(VECTORS, {0: 1.0, 6: 2.0}, segment=0)
    assert shown(ask(recommender, fan, k=4)) == [1, 7, 3, 0]  # 9 is for men
    owner = visitor_of(VECTORS, {0: 1.0}, owned=rows(4), hidden=rows(1))
    assert shown(ask(recommender, owner, k=4)) == [7, 0, 6, 2]  # 3 and 5 are variants of 4


def test_popularity_keeps_to_what_its_surface_is_about() -> None:
    recommender = shop("popularity")
    assert shown(ask(recommender, k=6, surface="new_arrivals")) == [7, 9, 6, 1, 3, 0]
    assert shown(ask(recommender, k=3, surface="product_page", about=(1,))) == [7, 3, 0]


def test_pins_come_first_and_boosts_do_not_count() -> None:
    recommender = shop("popularity", pinned=("P06",), boost_collections={"new": 99.0})
    found = ask(recommender, k=3)
    assert shown(found) == [6, 1, 7]
    assert found.showing.steps == ("pinned", "popularity", "popularity")
    drawn = ask(shop("random", pinned=("P06",)), k=3)
    assert shown(drawn)[0] == 6
    assert drawn.showing.propensities[0] == 1.0
    assert drawn.showing.step == "random"


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.sampled_from([0.0, 1.0, 2.0, 8.0]), min_size=40, max_size=40),
    st.lists(st.integers(0, 8), min_size=40, max_size=40),
    st.lists(st.booleans(), min_size=40, max_size=40),
    st.integers(1, 12),
)
def test_popularity_equals_sorting_by_hand_however_many_variants_there_are(
    liked: list[float], groups: list[int], in_stock: list[bool], k: int
) -> None:
    """Only 10 products are proposed at once, and all may be of one group."""
    stock = stock_of(
        circle(*range(40)),
        popularity=popularity_of(liked),
        group_row=np.array(groups, np.int32),
        in_stock=np.array(in_stock),
        created_us=np.arange(40, dtype=np.int64) * DAY,
    )
    order = sorted(range(40), key=lambda one: (-liked[one], one if liked[one] else -one))
    first: dict[int, int] = {}
    for one in order:
        if in_stock[one]:
            first.setdefault(groups[one], one)
    assert shown(ask(shop("popularity", stock=stock), k=k)) == list(first.values())[:k]


GIVEN = np.array([0, 0, 0, 1, 2, 2, 5], np.int32)


def test_lots_give_every_slot_its_exact_chance() -> None:
    """1 / (groups * members), whichever slot; within three standard errors of what is drawn."""
    product_rows, times = np.arange(10, 17, dtype=np.int32), 20_000
    seen: Counter[tuple[int, int]] = Counter()
    rng = np.random.default_rng(5)
    exact = dict(
        zip(product_rows.tolist(), [1 / 12] * 3 + [1 / 4] + [1 / 8] * 2 + [1 / 4], strict=True)
    )
    for _ in range(times):
        drawn, chances = draw_evenly(product_rows, GIVEN, 3, rng)
        assert chances.tolist() == [pytest.approx(exact[one]) for one in drawn.tolist()]
        assert len(set(GIVEN[drawn - 10].tolist())) == 3
        seen.update(enumerate(drawn.tolist()))
    for slot in range(3):
        assert sum(exact.values()) == pytest.approx(1.0)
        for row, chance in exact.items():
            error = (chance * (1 - chance) / times) ** 0.5
            assert seen[slot, row] / times == pytest.approx(chance, abs=4 * error)


def test_all_orders_of_lots_are_equally_likely() -> None:
    rng = np.random.default_rng(6)
    alone = np.arange(3, dtype=np.int32)
    orders = Counter(tuple(draw_evenly(alone, alone, 3, rng)[0].tolist()) for _ in range(12_000))
    assert len(orders) == 6
    assert all(count == pytest.approx(2_000, abs=160) for count in orders.values())


@pytest.mark.parametrize(("k", "n"), [(0, 0), (1, 1), (4, 4), (9, 4)])
def test_lots_give_no_more_than_there_are_groups(k: int, n: int) -> None:
    drawn, chances = draw_evenly(np.arange(7, dtype=np.int32), GIVEN, k, np.random.default_rng(0))
    assert (len(drawn), len(chances), len(set(GIVEN[drawn].tolist()))) == (n, n, n)


def test_a_random_surface_draws_what_may_be_shown_with_the_propensities_it_tells() -> None:
    recommender = shop("random")
    visitor = visitor_of(VECTORS, {0: 1.0}, owned=rows(1), segment=0)
    seen: Counter[tuple[int, int]] = Counter()
    told: dict[int, float] = {}
    for seed in range(2_000):
        found = ask(recommender, visitor, seed=seed)
        seen.update(enumerate(shown(found)))
        told.update(zip(shown(found), found.showing.propensities.tolist(), strict=True))
    # 1 is owned, 9 for men; 3, 4, 5 and 7, 8 are of one group each
    wanted = {0: 1 / 5, 2: 1 / 5, 3: 1 / 15, 4: 1 / 15, 5: 1 / 15, 6: 1 / 5, 7: 1 / 10, 8: 1 / 10}
    assert told == {row: pytest.approx(chance) for row, chance in wanted.items()}
    for (_, row), count in seen.items():
        error = (wanted[row] * (1 - wanted[row]) / 2_000) ** 0.5
        assert count / 2_000 == pytest.approx(wanted[row], abs=4 * error)


def test_where_groups_do_not_count_every_product_is_as_likely() -> None:
    found = ask(shop("random", one_per_group=False), k=10)
    assert sorted(shown(found)) == list(range(10))
    assert found.showing.propensities.tolist() == [pytest.approx(0.1)] * 10


def test_new_arrivals_are_drawn_before_what_only_fills_up() -> None:
    found = ask(shop("random"), k=7, surface="new_arrivals")
    assert set(shown(found)[:3]) <= {6, 7, 8, 9}
    assert len(shown(found)) == 7
    # of the new: 6, one of 7 and 8, 9; of the rest: 0, 1, 2, one of 3, 4 and 5
    chances = {6: 1 / 3, 9: 1 / 3, 7: 1 / 6, 8: 1 / 6, 0: 1 / 4, 1: 1 / 4, 2: 1 / 4}
    for row, chance in zip(shown(found), found.showing.propensities.tolist(), strict=True):
        assert chance == pytest.approx(chances.get(row, 1 / 12))


def test_equal_seeds_draw_equal_lots() -> None:
    recommender = shop("random")
    assert shown(ask(recommender, seed=3)) == shown(ask(recommender, seed=3))
    assert len({tuple(shown(ask(recommender, seed=seed))) for seed in range(20)}) > 5


def test_nothing_shows_nothing_not_even_pins() -> None:
    found = ask(shop("nothing", pinned=("P06",)))
    assert shown(found) == []
    assert found.showing.step == "nothing"


def told(answer: Answer, recommender: Recommender, visitor: Visitor) -> list[str]:
    slots = make_slots(answer.showing, answer.plan, recommender.stock, visitor)
    assert {one.similarity for one in slots} <= {None}
    return [one.reason.text for one in slots]


def test_reasons_say_what_is_true_of_the_policy() -> None:
    """Product 8 is liked more by customers alike, which is not why it is shown."""
    alike = Visitor(segment=0)
    for policy, wanted in {
        "popularity": ["Popular in this shop"] * 6 + ["Among the newest in this shop"],
        "random": ["Drawn by lot"] * 7,
        "nothing": [],
    }.items():
        recommender = shop(policy)
        assert told(ask(recommender, alike, k=9), recommender, alike) == wanted


def test_why_not_names_the_policy() -> None:
    falls = {
        policy: find_fall(
            ask(shop(policy), visitor_of(VECTORS, {0: 1.0}, owned=rows(1))).showing, 6
        )
        for policy in ("popularity", "random", "nothing")
    }
    assert (falls["popularity"].verdict, falls["popularity"].rank) == ("outranked", 6)
    assert "What everybody likes most is shown" in falls["popularity"].text
    assert falls["nothing"].verdict == "policy"
    recommender = shop("random")
    lost = next(one for one in (ask(recommender, seed=n) for n in range(9)) if 6 not in shown(one))
    assert find_fall(lost.showing, 6).verdict == "policy"
    assert find_fall(lost.showing, 6).rank is None
    drawn = shown(lost)[0]
    assert find_fall(lost.showing, drawn).verdict == "shown"


def test_another_variant_of_what_was_drawn_fell_behind_its_group() -> None:
    recommender = shop("random")
    found = next(one for one in (ask(recommender, seed=n) for n in range(99)) if 7 in shown(one))
    fall = find_fall(found.showing, 8, group_row=recommender.stock.group_row)
    assert fall.verdict == "grouped"


@pytest.mark.parametrize("policy", ["popularity", "random", "nothing"])
def test_any_product_can_be_asked_about_under_any_policy(policy: str) -> None:
    recommender = shop(policy, boost_collections={"new": 1.0})
    found = ask(recommender)
    ranks = source_ranks(found.plan, found.showing, recommender.stock, 7)
    score = float(recommender.rank_one(found.request, 7).scores[0])
    wanted = {"popularity": ({"popular": 2}, np.log1p(7.0))}.get(policy, ({policy: 1}, 0.0))
    assert (ranks, score) == (wanted[0], pytest.approx(wanted[1]))


def test_another_policy_is_refused() -> None:
    with pytest.raises(InputError, match="must be one of: recipe, popularity, random, nothing"):
        HomepageSettings(policy="best")
