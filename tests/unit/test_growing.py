"""Products that come in while the shop is open are recommended in the next answer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penchant
from penchant import columns as c
from penchant.builds import Build
from penchant.growing import grow
from penchant.index import HnswGraph
from penchant.placing import place_products
from penchant.settings.showing import SURFACES
from penchant.stock import grow_assortment, make_assortment
from penchant.store.live_facts import product_from
from tests.live import NOW, Broken, event, opened


@pytest.fixture
def shop(own_shop: Path) -> Iterator[penchant.Shop]:
    """The small shop with a database."""
    with opened(own_shop) as found:
        yield found


def like(desk: Any, product_id: str, *, near: float = 0.05) -> np.ndarray:
    """A vector near that of a product."""
    own = desk.make_vectors()[product_id]
    noise = np.random.default_rng(3).random(len(own))
    return np.asarray(own + near * noise, np.float32)


def add(shop: penchant.Shop, name: str, vector: np.ndarray | None = None, **facts: Any) -> None:
    """Put a product on sale."""
    told = {"title": f"Piece {name}", "category": "ring", "price": 12, **facts}
    product = product_from(
        told, product_id=name, now=NOW, vector=vector, fingerprint=shop.manifest.encoder
    )
    shop.needed_store().products.put(product)


def test_a_shop_without_new_products_is_itself(shop: penchant.Shop) -> None:
    assert shop.refreshed() is shop
    add(shop, "P00")
    assert shop.refreshed() is shop, "the build knows it already"


def test_a_new_product_is_shown_everywhere_in_the_next_answer(
    desk: Any, shop: penchant.Shop
) -> None:
    add(shop, "N1", like(desk, "P00"))
    grown = shop.refreshed()
    assert grown is not shop
    assert grown.refreshed() is grown
    assert (len(shop.build.product_ids), len(grown.build.product_ids)) == (24, 25)
    assert "N1" in grown.recommend("NEAR", k=5).product_ids, "by taste"
    assert grown.recommend("NEAR", surface="new_arrivals", k=1).product_ids == ("N1",)
    assert "N1" in grown.recommend(None, surface="new_arrivals", k=5).product_ids
    assert "N1" in grown.similar("P00", k=3).product_ids
    assert "N1" in grown.recommend("FAR", k=24).product_ids
    slot = next(one for one in grown.recommend("NEAR", k=5).slots if one.product_id == "N1")
    assert slot.similarity is not None
    assert slot.similarity > 0.9
    assert grown.why_not("NEAR", "N1", k=5).product_id == "N1"
    assert grown.explain("NEAR", "N1").shares


def test_its_own_page_and_cart_have_answers(desk: Any, shop: penchant.Shop) -> None:
    add(shop, "N1", like(desk, "P00"))
    grown = shop.refreshed()
    page = grown.similar("N1", k=3)
    assert page.step == "product"
    assert "P00" in page.product_ids
    for surface in ("cart", "post_purchase"):
        slate = grown.recommend(None, surface=surface, products=["N1"], k=3)
        assert len(slate.slots) == 3
        assert "N1" not in slate.product_ids


def test_what_customers_do_with_it_counts(desk: Any, shop: penchant.Shop) -> None:
    add(shop, "N1", like(desk, "P01"))
    grown = shop.refreshed()
    grown.record([event(1, "NEW", "N1", "view"), event(2, "WARM", "N1", "buy")], now=NOW)
    assert grown.recommend("NEW").step == "session"
    assert grown.recommend("NEW", k=1).slots[0].reason.product_id in {"N1", None}
    assert "N1" not in grown.recommend("WARM", k=25).product_ids
    assert grown.profile("WARM").interactions[0].product_id == "N1"
    explained = grown.explain("WARM", "P04")
    assert "N1" in {one.product_id for one in explained.shares}
    total = sum(part for one in explained.shares for part in one.channels.values())
    assert total == pytest.approx(explained.similarity)
    assert shop.profile("WARM").interactions[0].product_id == "", "the shop as it was"


def test_facts_decide_as_those_of_the_build_do(desk: Any, shop: penchant.Shop) -> None:
    add(shop, "N1", like(desk, "P00"), stock_status="sold out")
    add(shop, "N2", like(desk, "P00"), group_id="G")
    add(shop, "N3", like(desk, "P00"), group_id="G")
    add(shop, "N4", None, title=None, category=None, price=None)
    grown = shop.refreshed()
    shown = grown.recommend("NEAR", k=25).product_ids
    assert "N1" not in shown
    assert len({"N2", "N3"} & set(shown)) == 1, "one of a group"
    assert "N4" in shown, "nothing is known of its looks, but it is new"
    titles = dict(zip(grown.assortment.product_ids, grown.assortment.titles, strict=True))
    assert (titles["N2"], titles["N4"]) == ("Piece N2", "N4")


def tell_stock(shop: penchant.Shop, name: str, status: str, now: datetime | None = None) -> None:
    """Say whether a product can be bought, after the build was made if no moment is given."""
    told, moment = {"stock_status": status}, now or datetime.now(UTC)
    shop.needed_store().products.put(product_from(told, product_id=name, now=moment))


def test_a_product_of_the_build_is_sold_out_and_there_again(shop: penchant.Shop) -> None:
    before = shop.recommend("NEAR", k=3).product_ids
    tell_stock(shop, before[0], "sold out")
    sold_out = shop.refreshed()
    assert sold_out.refreshed() is sold_out
    assert before[0] not in sold_out.recommend("NEAR", k=24).product_ids
    assert sold_out.why_not("NEAR", before[0]).rules == ("out_of_stock",)
    assert before[0] in shop.recommend("NEAR", k=3).product_ids, "who asks it goes on asking it"
    tell_stock(shop, before[0], "available")
    assert sold_out.refreshed().recommend("NEAR", k=3).product_ids == before
    shop.needed_store().products.remove(before[0])
    assert sold_out.refreshed().assortment is shop.assortment


def test_what_was_told_of_stock_before_the_build_is_in_its_tables(shop: penchant.Shop) -> None:
    first = shop.recommend("NEAR", k=1).product_ids[0]
    made = datetime.fromtimestamp(shop.terms.tables_us / 1e6, UTC)
    tell_stock(shop, first, "sold out", made - timedelta(seconds=1))
    assert shop.refreshed() is shop


def test_words_on_the_stock_of_what_no_feed_brings_any_more_make_no_product(
    shop: penchant.Shop,
) -> None:
    tell_stock(shop, "GONE", "available")
    assert shop.refreshed().build is shop.build


def test_stock_of_old_and_new_products_is_told_together(desk: Any, shop: penchant.Shop) -> None:
    add(shop, "N1", like(desk, "P00"))
    tell_stock(shop, "P00", "sold out")
    shown = shop.refreshed().recommend("NEAR", k=25).product_ids
    assert "N1" in shown
    assert "P00" not in shown


def test_a_product_may_be_changed_and_taken_out(desk: Any, shop: penchant.Shop) -> None:
    add(shop, "N1", like(desk, "P00"))
    first = shop.refreshed()
    before = first.similar("N1", k=1).product_ids
    add(shop, "N1", like(desk, "P01"), category="chain")
    second = first.refreshed()
    assert second.similar("N1", k=1).product_ids[0] in {"P01", "P04", "P07", "P10"}
    assert first.similar("N1", k=1).product_ids == before, "who asks it goes on asking it"
    shop.needed_store().products.remove("N1")
    third = second.refreshed()
    assert third.build is shop.build
    assert third.refreshed() is third


def test_a_vector_of_another_encoder_is_told_of_and_the_product_still_sold(
    desk: Any, shop: penchant.Shop
) -> None:
    told = {"title": "Piece", "category": "ring", "price": 12}
    for name, vector, encoder in (
        ("N1", like(desk, "P00"), "other"),
        ("N2", like(desk, "P00")[:3], shop.manifest.encoder),
    ):
        product = product_from(told, product_id=name, now=NOW, vector=vector, fingerprint=encoder)
        shop.needed_store().products.put(product)
    grown = shop.refreshed()
    assert [(one.product_id, one.code) for one in grown.passed_over] == [
        ("N1", "other_encoder"),
        ("N2", "other_dim"),
    ]
    assert "of the encoder" in grown.passed_over[0].reason
    assert {"N1", "N2"} <= set(grown.recommend(None, surface="new_arrivals", k=9).product_ids)


def test_a_database_that_does_not_answer_changes_nothing(
    desk: Any, own_shop: Path, shop: penchant.Shop
) -> None:
    add(shop, "N1", like(desk, "P00"))
    grown = shop.refreshed()
    grown.store = Broken()  # type: ignore[assignment]
    assert grown.refreshed() is grown
    assert "N1" in grown.recommend("NEAR", k=25).product_ids
    assert len(penchant.open(own_shop, store=Broken()).build.product_ids) == 24  # type: ignore[arg-type]


def test_open_knows_what_came_in_before(desk: Any, own_shop: Path) -> None:
    with opened(own_shop) as shop:
        add(shop, "N1", like(desk, "P00"))
    with opened(own_shop) as again:
        assert "N1" in again.similar("P00").product_ids


def test_the_products_of_a_build_are_placed_where_it_placed_them(
    desk: Any, shop: penchant.Shop
) -> None:
    build, vectors = shop.build, desk.make_vectors()
    names = [name for name in build.product_ids if name in vectors]
    facts = [
        {name: value for name, value in row.items() if value is not None}
        for row in build.products.rows(named=True)
        if row[c.PRODUCT_ID] in vectors
    ]
    again = [
        product_from(
            {k: v for k, v in one.items() if k != c.PRODUCT_ID},
            product_id=f"again {name}",
            now=NOW,
            vector=np.asarray(vectors[name], np.float32),
            fingerprint=shop.manifest.encoder,
        )
        for name, one in zip(names, facts, strict=True)
    ]
    placed = place_products(
        build, again, encoder=shop.manifest.encoder, settings=shop.settings.space
    )
    rows = build.product_ids.rows(names)
    np.testing.assert_allclose(placed.placement.vectors, build.styles[rows], atol=2e-6)
    np.testing.assert_allclose(placed.placement.channels, build.channels[rows], atol=2e-6)
    assert placed.products.drop(c.PRODUCT_ID).equals(build.products[rows].drop(c.PRODUCT_ID))


def test_a_grown_assortment_is_that_of_the_grown_build(desk: Any, shop: penchant.Shop) -> None:
    add(shop, "N1", like(desk, "P00"), gender="Women's", collection="new", group_id="P03")
    add(shop, "N2", None, category="brooch", sale_price=9, age_group="Kids")
    placed = place_products(
        shop.build,
        shop.needed_store().products.all(),
        encoder=shop.manifest.encoder,
        settings=shop.settings.space,
    )
    build = grow(shop.build, placed)
    grown = grow_assortment(shop.assortment, build, exact_below=7)
    whole = make_assortment(build, exact_below=7)
    assert list(grown.product_ids) == list(whole.product_ids)
    assert list(grown.titles) == list(whole.titles)
    for part in ("in_stock", "created_us", "prices", "group_row"):
        np.testing.assert_array_equal(getattr(grown, part), getattr(whole, part))
    np.testing.assert_array_equal(grown.index.present, whole.index.present)
    np.testing.assert_array_equal(grown.index.vectors, whole.index.vectors)
    for name, facet in whole.facets.items():
        told = [(*grown.facets[name].names, None)[row] for row in grown.facets[name].label_row]
        assert told == [(*facet.names, None)[row] for row in facet.label_row]


def test_growing_changes_no_row_of_the_build(desk: Any, shop: penchant.Shop) -> None:
    add(shop, "A first by name", like(desk, "P00"))
    build, grown = shop.build, shop.refreshed().build
    n = len(build.product_ids)
    assert list(grown.product_ids)[:n] == list(build.product_ids)
    np.testing.assert_array_equal(grown.styles[:n], build.styles)
    for part in ("overall", "recent"):
        new = getattr(grown.demand.popularity, part)
        np.testing.assert_array_equal(new[:n], getattr(build.demand.popularity, part))
        assert new[n:].tolist() == [0.0]
    rows = np.arange(n + 1, dtype=np.int32)
    np.testing.assert_array_equal(
        grown.demand.links.between(rows, rows)[:n, :n],
        build.demand.links.between(rows[:n], rows[:n]),
    )
    cart = np.array([0, n], np.int32)
    assert grown.demand.complements.score_products(cart).shape == (n + 1,)


def test_slates_of_old_products_stay_as_they_were(desk: Any, shop: penchant.Shop) -> None:
    add(shop, "N1", like(desk, "P00"), stock_status="out_of_stock")
    grown = shop.refreshed()
    for who in ("WARM", "COLD", None):
        for surface in SURFACES:
            about = ["P03"] if surface == "product_page" else None
            asked = {"surface": surface, "products": about, "as_of": NOW, "request_id": "r"}
            assert grown.recommend(who, **asked) == shop.recommend(who, **asked)


def test_a_large_shop_searches_what_its_graph_does_not_know(desk: Any, shop: penchant.Shop) -> None:
    settings = {name: dict(part) for name, part in shop.manifest.settings.items()}
    settings["index"]["exact_below"] = 1
    large = penchant.Shop(
        dataclasses.replace(shop.manifest, settings=settings),
        dataclasses.replace(shop.build, graph=HnswGraph.over(shop.build.styles)),
        store=shop.store,
    )
    add(shop, "N1", like(desk, "P00"))
    assert large.refreshed().similar("P00", k=3).product_ids == (
        shop.refreshed().similar("P00", k=3).product_ids
    )


def test_a_build_with_nothing_new_is_the_same_value(shop: penchant.Shop) -> None:
    placed = place_products(shop.build, (), encoder="", settings=shop.settings.space)
    assert isinstance(shop.build, Build)
    assert grow(shop.build, placed) is shop.build


def test_where_nothing_is_new_no_channel_is_asked(
    shop: penchant.Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: object) -> None:
        raise ValueError("a channel cannot read nothing")

    monkeypatch.setattr(type(shop.build.space), "place", never)
    add(shop, "P00")
    assert shop.refreshed() is shop


def test_a_shop_that_reads_titles_places_a_product_without_one(desk: Any, tmp_path: Path) -> None:
    inputs = desk.write_inputs(tmp_path / "inputs")
    words = ("silver", "golden", "ring", "chain", "watch", "plain", "round")
    titles = [f"{words[i % 7]} {words[i * i % 5]} {words[i // 3 % 7]}" for i in range(240)]
    rows = [(f"P{i:03d}", title, "ring") for i, title in enumerate(titles)]
    desk.write_csv(inputs / "products.csv", "product_id title category", rows)
    vectors = np.random.default_rng(1).random((240, 8))
    named = {f"P{i:03d}": one for i, one in enumerate(vectors)}
    desk.write_vectors(inputs / "vectors.npz", named)
    desk.build(tmp_path / "shop", inputs)
    with opened(tmp_path / "shop") as shop:
        assert "text" in {one.name for one in shop.build.space.channels}
        add(shop, "N1", None, title="golden ring")
        add(shop, "N2", None, title=None)
        grown = shop.refreshed()
        n = len(shop.build.product_ids)
        assert grown.build.styles[n:].any(axis=1).tolist() == [True, False]
        assert grown.similar("N1", k=3).step == "product"


def test_a_product_without_a_date_is_new_from_when_it_was_added(
    desk: Any, shop: penchant.Shop
) -> None:
    add(shop, "N1", like(desk, "P00"))
    add(shop, "N2", like(desk, "P03"), created_date="2025-01-01")
    grown = shop.refreshed()
    created = dict(zip(grown.build.product_ids, grown.build.products[c.CREATED_DATE], strict=True))
    assert created["N1"] == NOW
    assert created["N2"] < NOW - timedelta(days=300)
