"""From a request to products: whose weights, whose audience, and what the shop itself says."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np
import pytest

from penchant.candidates.assortment import Assortment
from penchant.errors import InputError
from penchant.ranking.blend import SCALES, Blend
from penchant.recommender import Answer, Recommender, check_surface
from penchant.settings import (
    HomepageSettings,
    ProductPageSettings,
    RecommendSettings,
    Settings,
    SurfaceSettings,
)
from penchant.settings.showing import DEFAULT_WEIGHTS, SURFACES
from penchant.surfaces.request import Request
from penchant.surfaces.visitor import Visitor
from penchant.taste.styles import Style
from tests.stock import DAY, circle, popularity_of, rows, stock_of, visitor_of

N = 16
VECTORS = circle(*range(0, 5 * N, 5))
WHOM = ["women", "men", None, "women"] * 4
STRANGER = Visitor()


def some_stock(**changes: Any) -> Assortment:
    told: dict[str, Any] = {
        "popularity": popularity_of([float(N - row) for row in range(N)]),
        "category": ["ring", "chain", "watch", "ring", "watch", None, "chain", "chain"] * 2,
        "gender": WHOM,
        "collection": ["Sun"] * 3 + ["Moon"] * 3 + [None] * 10,
    }
    return stock_of(VECTORS, **(told | changes))


def ask(
    surface: str, *about: int, visitor: Visitor = STRANGER, k: int = 5, stock: Any = None,
    settings: Settings | None = None, seed: int = 0, **rules: Any,
) -> Answer:  # fmt: skip
    chosen = settings or Settings(recommend=RecommendSettings(**rules))
    request = Request(surface, visitor, rows(*about), k, N * DAY, np.random.default_rng(seed))
    return Recommender(stock or some_stock(), chosen, {}).answer(request)


def shown(answer: Answer) -> list[int]:
    return answer.showing.picks.rows.tolist()


def fan(*liked: int, **more: Any) -> Visitor:
    return visitor_of(VECTORS, dict.fromkeys(liked, 1.0), **more)


@pytest.mark.parametrize("surface", SURFACES)
def test_weights_are_those_set_else_those_fitted_else_the_defaults(surface: str) -> None:
    fitted = {surface: Blend({"popular": 0.9}, {"popular": 0.5})}

    def blend(weights: dict[str, float], known: dict[str, Blend]) -> Blend:
        section = type(Settings().of_surface(surface))(weights=weights)
        settings = Settings(**{surface: section})
        return Recommender(some_stock(), settings, known).blend_of(surface)

    assert blend({}, {}) == Blend(DEFAULT_WEIGHTS[surface], SCALES)
    assert blend({}, fitted) == fitted[surface]
    assert blend({"newest": 2.0}, {}) == Blend({"newest": 2.0}, SCALES)
    mixed = blend({"newest": 2.0}, fitted)
    assert (mixed.weights, mixed.scale) == ({"newest": 2.0}, {"popular": 0.5})


def test_every_surface_has_its_section_and_its_default_weights() -> None:
    sections = {one.name for one in fields(Settings)}
    assert set(SURFACES) <= sections
    assert set(DEFAULT_WEIGHTS) == set(SURFACES)
    for weights in DEFAULT_WEIGHTS.values():
        assert sum(weights.values()) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("surface", "n_products", "message"),
    [
        ("homepag", 0, r'surface is "homepag", must be one of: .*Did you mean "homepage"'),
        ("product_page", 0, "about one product, got 0"),
        ("product_page", 2, "about one product, got 2"),
        ("homepage", 1, "homepage is about no product, got 1"),
        ("new_arrivals", 3, "new_arrivals is about no product, got 3"),
    ],
)
def test_a_surface_takes_the_products_it_is_about(
    surface: str, n_products: int, message: str
) -> None:
    with pytest.raises(InputError, match=message):
        check_surface(surface, n_products)
    for name, several in (("cart", 0), ("cart", 9), ("post_purchase", 0), ("post_purchase", 9)):
        check_surface(name, several)


@pytest.mark.parametrize("row", [row for row in range(N) if WHOM[row]])
@pytest.mark.parametrize("visitor", [STRANGER, fan(1, 5), fan(0, 3)])
def test_the_wrong_audience_is_never_on_a_product_page(row: int, visitor: Visitor) -> None:
    """However alike, popular or loved: a page of women's shows women's, everyone's and unknown."""
    audience = {WHOM[one] for one in shown(ask("product_page", row, visitor=visitor, k=N))}
    assert audience == {WHOM[row], None}


def test_guards_may_be_chosen_per_surface() -> None:
    free = Settings(product_page=ProductPageSettings(guards=()))
    assert {WHOM[one] for one in shown(ask("product_page", 0, k=N, settings=free))} == {*WHOM}
    strict = Settings(product_page=ProductPageSettings(guards=("category",)))
    found = shown(ask("product_page", 0, k=N, settings=strict))
    assert sorted(found) == [3, 5, 8, 11, 13]  # rings, and those of unknown category


def test_the_homepage_keeps_to_the_audience_of_what_was_liked() -> None:
    assert {WHOM[one] for one in shown(ask("homepage", visitor=fan(0, 3), k=N))} == {"women", None}
    assert {WHOM[one] for one in shown(ask("homepage", visitor=fan(0, 1), k=N))} == {*WHOM}
    assert {WHOM[one] for one in shown(ask("homepage", k=N))} == {*WHOM}


@pytest.mark.parametrize("surface", ["cart", "post_purchase"])
def test_without_a_cart_or_purchase_what_was_liked_decides_the_audience(surface: str) -> None:
    assert {WHOM[one] for one in shown(ask(surface, visitor=fan(0, 3), k=N))} == {"women", None}
    assert {WHOM[one] for one in shown(ask(surface, 1, visitor=fan(0, 3), k=N))} == {"men", None}


@pytest.mark.parametrize("surface", SURFACES)
def test_denied_hidden_owned_and_sold_out_products_are_on_no_surface(surface: str) -> None:
    in_stock = np.ones(N, bool)
    in_stock[4] = False
    about = (10,) if surface in ("product_page", "cart", "post_purchase") else ()
    visitor = fan(2, owned=rows(6), hidden=rows(7))
    stock = some_stock(in_stock=in_stock)
    found = ask(surface, *about, visitor=visitor, k=N, stock=stock, deny=("P02", "unknown"))
    gone = {2, 4, 6, 7, *about}
    expected = set(range(N)) - gone
    if surface != "cart":  # which takes out the categories in it
        assert set(shown(found)) == expected
    assert not set(shown(found)) & gone


def test_only_allowed_products_are_shown_and_pinned_ones_lead() -> None:
    found = ask("homepage", k=9, allow=("P03", "P07", "P09"), pinned=("P09", "P01", "nope", "P09"))
    assert shown(found)[0] == 9
    assert set(shown(found)) == {3, 7, 9}
    assert found.showing.lifted_by[0] == "pinned"


def test_a_boost_is_added_to_the_products_of_a_collection_in_standard_deviations() -> None:
    quiet = Settings(homepage=HomepageSettings(explore=0.0, diversity=0.0))
    plain = ask("homepage", visitor=fan(2), k=N, settings=quiet)
    loud = Settings(
        homepage=HomepageSettings(explore=0.0, diversity=0.0),
        recommend=RecommendSettings(boost_collections={"Moon": 9.0, "Nowhere": 1.0}),
    )
    found = ask("homepage", visitor=fan(2), k=N, settings=loud)
    assert set(shown(found)[:3]) == {3, 4, 5}
    before = dict(zip(shown(plain), plain.showing.picks.scores, strict=True))
    for row, score in zip(shown(found), found.showing.picks.scores, strict=True):
        assert score == pytest.approx(before[row] + 9.0 * (row in (3, 4, 5)))


def test_styles_share_the_slots_where_taste_leads_and_not_beside_a_product() -> None:
    none = np.empty(0, np.int64)
    ends = (VECTORS[0], 0.6), (VECTORS[15], 0.4)
    styles = tuple(
        Style(one, share, none, none.astype(np.int32), VECTORS[:0]) for one, share in ends
    )
    still = SurfaceSettings(explore=0.0, guards=(), weights={"visual": 1.0, "similar": 3.0})
    values = {one.name: getattr(still, one.name) for one in fields(still)}
    settings = Settings(
        homepage=HomepageSettings(**values), product_page=ProductPageSettings(**values)
    )
    one, several = fan(2, 14), fan(2, 14, styles=styles)
    pages = [
        shown(ask("product_page", 3, visitor=who, settings=settings)) for who in (one, several)
    ]
    assert pages[0] == pages[1]
    home = shown(ask("homepage", visitor=several, settings=settings))
    assert [row < 8 for row in sorted(home)] == [True] * 3 + [False] * 2


def test_an_answer_changes_neither_the_stock_nor_the_next_answer() -> None:
    stock = some_stock()
    maker = Recommender(stock, Settings(recommend=RecommendSettings(pinned=("P03",))), {})

    def answer() -> list[int]:
        request = Request("homepage", fan(4), rows(), 6, N * DAY, np.random.default_rng(1))
        return shown(maker.answer(request))

    assert answer() == answer()
    assert stock.in_stock.all()


def test_a_product_is_scored_as_its_slot_was() -> None:
    """What explains a score is what ranked it, to the last source, and the shop's boost."""
    settings = Settings(recommend=RecommendSettings(boost_collections={"Moon": 0.5}))
    found = ask("homepage", visitor=fan(2, 4), k=8, settings=settings)
    picks = found.showing.picks
    maker = Recommender(some_stock(), settings, {})
    for place, row in enumerate(picks.rows.tolist()):
        if found.showing.steps[place] == "profile":
            one = maker.rank_one(found.request, row)
            parts = dict(zip(picks.sources, picks.parts[place], strict=True))
            assert one.scores[0] == pytest.approx(picks.scores[place], abs=1e-5)
            assert {name: parts[name] for name in one.sources} == pytest.approx(
                dict(zip(one.sources, one.parts[0], strict=True)), abs=1e-5
            )


def test_a_surface_that_weighs_only_what_it_lacks_is_explained_by_the_rung_below() -> None:
    settings = Settings(homepage=HomepageSettings(weights={"similar": 1.0}))
    found = ask("homepage", visitor=fan(2), settings=settings)
    assert found.showing.step == "category"
    maker = Recommender(some_stock(), settings, {})
    assert maker.rank_one(found.request, 4).sources == ("trending", "popular")
