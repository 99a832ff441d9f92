"""Slates of everybody on every surface: cold, unknown, opted out, owners of all; shops of nothing.

Each is compared with what must hold for any slate: k products if k may be shown, none twice, none
that the customer owns or hid, shares and parts that sum.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from benchmarks.quality.generated_shop import open_inputs, read_inputs
from penchant import columns as c
from penchant.engine import Shop
from penchant.sample.generator import GeneratedShop, GeneratorSettings, generate_shop
from penchant.settings import Settings, SpaceSettings
from penchant.settings.showing import (
    CART,
    HOMEPAGE,
    NEW_ARRIVALS,
    POST_PURCHASE,
    PRODUCT_PAGE,
    SURFACES,
)
from penchant.surfaces import Slate

END = datetime(2026, 6, 30, tzinfo=UTC)
SMALL = GeneratorSettings(
    n_products=60, n_customers=25, n_interactions=500, n_styles=4, dim=16, end=END
)
QUICK = Settings(space=SpaceSettings(kind="channels"))
ALL, ONE, REFUSED, STRANGER = "ALL", "ONE", "REFUSED", "STRANGER"


@pytest.fixture(scope="module")
def made() -> GeneratedShop:
    return generate_shop(np.random.default_rng(5), settings=SMALL)


@pytest.fixture(scope="module")
def shop(made: GeneratedShop) -> Shop:
    """The generated shop with an owner of everything, a visitor of one product, and a refuser."""
    ids = list(made.product_ids)
    done = [(ALL, one, c.PURCHASE) for one in ids] + [(ONE, ids[3], c.VIEW)]
    done += [(REFUSED, one, c.PURCHASE) for one in ids[:6]]
    names = (c.CUSTOMER_ID, c.PRODUCT_ID, c.INTERACTION_TYPE)
    frame = pl.DataFrame(done, schema=names, orient="row")
    frame = frame.with_columns(pl.lit(datetime(2026, 6, 20, tzinfo=UTC)).alias(c.TIMESTAMP))
    events = pl.concat([made.interactions.select(frame.columns), frame], how="vertical_relaxed")
    people = {c.CUSTOMER_ID: [REFUSED, "QUIET"], c.PERSONALIZATION_CONSENT: ["no", "yes"]}
    tables = {c.PRODUCTS: made.products, c.CUSTOMERS: pl.DataFrame(people), c.INTERACTIONS: events}
    return open_inputs(read_inputs(tables, made.embeddings, END, QUICK))


def ask(shop: Shop, customer: str | None, surface: str, k: int = 8, **more: Any) -> Slate:
    page = [shop.build.product_ids[0]] if surface == PRODUCT_PAGE else None
    return shop.recommend(customer, surface=surface, k=k, **({"products": page} | more))


def check(shop: Shop, slate: Slate, k: int = 8) -> None:
    """Compare with what must hold for any slate; how many products there must be is counted."""
    stock, ids = shop.assortment, shop.build.product_ids
    shown, groups = [ids.row(one) for one in slate.product_ids], stock.group_row.tolist()
    customer = shop.customer(slate.customer_id or "")
    hidden, owned = set(customer.hidden_rows), {groups[row] for row in customer.owned_rows}
    free = {row for row in range(len(ids)) if stock.in_stock[row] and row not in hidden}
    free -= {row for row in free if groups[row] in owned}
    free -= {0} if slate.surface == PRODUCT_PAGE else set()
    assert set(shown) <= free
    assert len({groups[row] for row in shown}) == len(shown) <= k
    if slate.surface not in (CART, POST_PURCHASE):  # these take out more
        assert len(shown) == min(k, len({groups[row] for row in free}))
    for slot in slate.slots:
        assert 0 < slot.propensity <= 1
        assert np.isfinite(slot.score)
        assert slot.similarity is None or abs(slot.similarity) < 1 + 1e-6
        assert slot.reason.text


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("who", ["C100000", "C100007", ALL, ONE, REFUSED, STRANGER, "QUIET", None])
def test_everybody_gets_a_slate_on_every_surface(shop: Shop, who: str | None, surface: str) -> None:
    slate = ask(shop, who, surface)
    check(shop, slate)
    if who == ALL:
        assert (slate.step, slate.slots) == ("empty", ())
    else:
        assert len(slate.slots) == 8
    if who in (REFUSED, STRANGER, "QUIET", None):
        assert slate.step in {"product", "category", "popular", "newest"}


def shop_of(made: GeneratedShop, kind: str) -> Shop:
    """Shops that lack something."""
    products, vectors, people = made.products, made.embeddings.copy(), None
    events = made.interactions
    if kind == "three products":
        products, vectors = products[:3], vectors[:3]
        events = events.filter(pl.col(c.PRODUCT_ID).is_in(products[c.PRODUCT_ID].to_list()))
    elif kind == "nobody":
        events = None
    elif kind == "nothing ever happened":
        events, people = None, pl.DataFrame({c.CUSTOMER_ID: made.customer_ids})
    elif kind == "nothing but ids and photos":
        products = products.select(c.PRODUCT_ID)
    elif kind == "nothing but ids":
        products, vectors = products.select(c.PRODUCT_ID), np.zeros_like(vectors)
    elif kind == "half without a vector":
        vectors[::2] = 0.0
        products = products.select(c.PRODUCT_ID, c.CREATED_DATE)
    tables = {c.PRODUCTS: products, c.CUSTOMERS: people, c.INTERACTIONS: events}
    given = {name: table for name, table in tables.items() if table is not None}
    return open_inputs(read_inputs(given, vectors, END, QUICK))


@pytest.mark.parametrize(
    "kind",
    [
        "three products",
        "nobody",
        "nothing ever happened",
        "nothing but ids and photos",
        "nothing but ids",
        "half without a vector",
    ],
)
def test_a_shop_that_lacks_something_still_answers_everywhere(
    made: GeneratedShop, kind: str
) -> None:
    shop = shop_of(made, kind)
    for surface in SURFACES:
        for who in ("C100000", "C100003", STRANGER, None):
            check(shop, ask(shop, who, surface))
            for row in range(0, len(shop.build.product_ids), 7):
                page = [shop.build.product_ids[row]] if surface == PRODUCT_PAGE else None
                asked = shop.build.product_ids[row]
                found = shop.why_not(who, asked, surface=surface, products=page, k=8)
                assert found.verdict in {
                    *("shown", "removed", "grouped", "outranked", "not_retrieved")
                }


def test_without_anything_to_look_at_customers_of_the_same_products_decide(
    made: GeneratedShop,
) -> None:
    """Nobody has a profile then; what was chosen together still leads the homepage and the page."""
    shop = shop_of(made, "nothing but ids")
    assert shop.build.styles.shape == (len(shop.build.product_ids), 0)
    assert shop.build.counts["placed_products"] == shop.build.counts["profiles"] == 0
    links = shop.assortment.links
    linked_row = int(np.flatnonzero(np.diff(links.starts))[0])
    home = ask(shop, "C100000", HOMEPAGE)
    page = shop.similar(shop.build.product_ids[linked_row])
    assert (home.step, page.step) == ("history", "product")
    liked = np.unique(shop.customer("C100000").history.product_row)
    linked = links.score_products(liked)
    assert any(linked[shop.build.product_ids.row(one)] > 0 for one in home.product_ids)
    assert any("customers who also chose" in slot.reason.text for slot in page.slots)
    assert ask(shop, REFUSED, HOMEPAGE).step == ask(shop, STRANGER, HOMEPAGE).step == "popular"
    assert shop.neighbors("C100000").neighbors == ()


@pytest.mark.parametrize("surface", [HOMEPAGE, NEW_ARRIVALS])
def test_shares_sum_to_the_similarity_and_sources_to_the_score_of_the_slot(
    shop: Shop, surface: str
) -> None:
    for who in ("C100000", "C100007", "C100011", ONE):
        slate = ask(shop, who, surface)
        assert slate.step in {"profile", "styles", "session"}
        for slot in slate.slots:
            found = shop.explain(who, slot.product_id, surface=surface)
            shares = [one.share for one in found.shares]
            assert sum(shares) == pytest.approx(found.similarity, abs=1e-6)
            assert sum(found.channels.values()) == pytest.approx(found.similarity, abs=1e-5)
            assert sum(found.sources.values()) == pytest.approx(found.score, abs=1e-9)
            assert slot.similarity == pytest.approx(found.similarity, abs=1e-5)
            if slot.source not in {"trending", "newest"}:  # these stand on a lower rung
                assert slot.score == pytest.approx(found.score, abs=1e-4)


def test_why_not_agrees_with_the_slate_about_every_product(shop: Shop) -> None:
    """Shown is what the slate shows; everything else is told where it fell."""
    for who in ("C100000", STRANGER):
        slate = ask(shop, who, HOMEPAGE, request_id="r")
        told = {one: shop.why_not(who, one, k=8, request_id="r") for one in shop.build.product_ids}
        shown = {one for one, found in told.items() if found.verdict == "shown"}
        assert shown == set(slate.product_ids)
        assert {found.verdict for found in told.values()} >= {"shown", "outranked", "removed"}
        scores = {one.product_id: one.score for one in slate.slots}
        for found in told.values():
            assert bool(found.rules) == (found.verdict == "removed")
            if found.verdict == "outranked" and found.behind is not None and found.behind > 0:
                assert found.score is not None
                assert found.score <= max(scores.values())


def test_a_request_or_a_day_decides_what_is_drawn(shop: Shop) -> None:
    def drawn(**more: Any) -> tuple[str, ...]:
        return ask(shop, "C100000", HOMEPAGE, k=10, **more).product_ids

    assert drawn(request_id="a") == drawn(request_id="a")
    assert drawn() == drawn()
    fixed = {drawn(request_id=str(number))[:9] for number in range(20)}
    assert len(fixed) == 1
    assert len({drawn(request_id=str(number)) for number in range(20)}) > 3
    later = {drawn(as_of=datetime(2026, 7, day, tzinfo=UTC))[9] for day in range(1, 15)}
    assert len(later) > 1


def test_the_cart_and_the_last_purchase_are_the_customers_own_unless_named(shop: Shop) -> None:
    events = shop.customer("C100000").history
    assert len(events)
    ids = shop.build.product_ids
    for surface in (CART, POST_PURCHASE):
        named = ask(shop, "C100000", surface, products=[ids[0], ids[9]], request_id="r")
        assert not {ids[0], ids[9]} & set(named.product_ids)
        assert named.step in {"cart", "purchase"}
        assert named.product_id is None
        nothing = ask(shop, "C100000", surface, products=[], request_id="r")
        assert nothing.step in {"profile", "styles"}


def test_similar_is_the_product_page(shop: Shop) -> None:
    ids = shop.build.product_ids
    for who in (None, "C100000"):
        page = shop.recommend(who, surface=PRODUCT_PAGE, products=[ids[4]], k=5, request_id="r")
        assert shop.similar(ids[4], customer_id=who, k=5, request_id="r") == page
        assert page.product_id == ids[4]
