"""From nothing to explained recommendations: through the command line and through Python."""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import penchant

SLATE = {
    "customer_id",
    "product_id",
    "surface",
    "step",
    "build_id",
    "request_id",
    "degraded",
    "slots",
    "experiments",
}
SLOT = {"slot", "product_id", "score", "similarity", "source", "propensity", "reason"}


@pytest.fixture(scope="module")
def shop(built_shop: Path) -> penchant.Shop:
    return penchant.open(built_shop)


def command(*arguments: object) -> subprocess.CompletedProcess[str]:
    words = [
        sys.executable,
        "-c",
        "from penchant.cli.app import main; main()",
        *(str(one) for one in arguments),
    ]
    return subprocess.run(words, capture_output=True, text=True, check=False)


def test_a_stranger_gets_from_photos_to_similar_products(
    desk: Any, photo_folder: Path, model_cache: Path, tmp_path: Path
) -> None:
    """The whole way as a subprocess, with photos and the default encoder."""
    rows = [(f"P{i:02d}", f"Thing {i}", f"{photo_folder}/P{i:02d}.jpg") for i in range(6)]
    products = desk.write_csv(tmp_path / "products.csv", "product_id title image", rows)
    shop = tmp_path / "shop"
    ways = (("init",), ("ingest", "--products", products), ("build",), ("publish",))
    for verb, *options in ways:
        words = (verb, shop, *options)
        done = command(*words, "--json")
        assert done.returncode == 0, done.stderr
        json.loads(done.stdout)
    slate = json.loads(command("similar", shop, "P00", "-k", 3, "--json").stdout)
    assert set(slate) == SLATE
    assert [slot["slot"] for slot in slate["slots"]] == [1, 2, 3]
    assert all(set(slot) == SLOT for slot in slate["slots"])
    assert "P00" not in [slot["product_id"] for slot in slate["slots"]]


def test_every_answer_is_json_and_the_same_through_python(
    desk: Any, built_shop: Path, shop: penchant.Shop
) -> None:
    slate = desk.run("recommend", built_shop, "WARM", "-k", 5, "--json").json
    twin = shop.recommend("WARM", k=5).to_dict() | {"request_id": slate["request_id"]}
    assert slate == json.loads(json.dumps(twin))
    for words, answer in (
        (("neighbors", "WARM"), shop.neighbors("WARM")),
        (("profile", "WARM"), shop.profile("WARM")),
        (("explain", "WARM", "P09"), shop.explain("WARM", "P09")),
        (("why-not", "WARM", "P05"), shop.why_not("WARM", "P05")),
    ):
        verb, *rest = words
        shown = desk.run(verb, built_shop, *rest, "--json").json
        assert shown == json.loads(json.dumps(answer.to_dict()))
    assert desk.run("doctor", built_shop, "--json").json["build_id"] == shop.build_id


def test_a_slate_has_the_promised_shape(shop: penchant.Shop) -> None:
    values = shop.recommend("WARM", k=4).to_dict()
    assert set(values) == SLATE
    assert (values["customer_id"], values["product_id"]) == ("WARM", None)
    assert (values["surface"], values["step"], values["degraded"]) == ("homepage", "profile", False)
    assert [slot["slot"] for slot in values["slots"]] == [1, 2, 3, 4]
    for slot in values["slots"]:
        assert set(slot) == SLOT
        assert set(slot["reason"]) == {"text", "product_id", "share"}
    chances = [slot["propensity"] for slot in values["slots"]]
    assert chances[:3] == [1.0, 1.0, 1.0]
    assert 0 < chances[3] < 1  # the slot that explores


def test_taste_leads_to_products_that_look_alike(shop: penchant.Shop) -> None:
    """WARM touched products 0, 3 and 6: those of number 0 modulo 3 come first; one is drawn."""
    best = shop.recommend("WARM", k=6).product_ids[:5]
    assert {int(name[1:]) % 3 for name in best} == {0}


def test_shares_sum_to_the_similarity_the_slate_shows(shop: penchant.Shop) -> None:
    for customer in ("WARM", "NEAR", "FAR", "BACK"):
        for slot in shop.recommend(customer, k=24).slots:
            if slot.source != "visual":
                continue
            why = shop.explain(customer, slot.product_id)
            assert slot.similarity == pytest.approx(why.similarity, abs=1e-6)
            assert sum(one.share for one in why.shares) == pytest.approx(why.similarity, abs=1e-6)
            for share in why.shares:
                assert sum(share.channels.values()) == pytest.approx(share.share, abs=1e-6)
            assert sum(why.channels.values()) == pytest.approx(why.similarity, abs=1e-6)


def test_similarity_is_the_cosine_of_a_plain_weighted_sum(shop: penchant.Shop) -> None:
    """A slow twin: read events and vectors, sum them by hand."""
    card = shop.profile("NEAR")
    ids = list(shop.build.product_ids)
    styles = np.asarray(shop.build.styles, dtype=np.float64)
    taste = sum(one.weight * styles[ids.index(one.product_id)] for one in card.interactions)
    taste /= np.linalg.norm(taste)
    for slot in shop.recommend("NEAR", k=5).slots:
        assert slot.similarity == pytest.approx(float(styles[ids.index(slot.product_id)] @ taste))


def test_the_reason_names_the_product_with_the_largest_share(shop: penchant.Shop) -> None:
    by_taste = [slot for slot in shop.recommend("WARM", k=6).slots if slot.source == "visual"]
    assert len(by_taste) >= 3
    for slot in by_taste:
        sums: dict[str, float] = {}
        for share in shop.explain("WARM", slot.product_id).shares:
            sums[share.product_id] = sums.get(share.product_id, 0.0) + share.share
        best = max(sums, key=lambda name: sums[name])
        assert slot.reason.product_id == best
        assert slot.reason.share == pytest.approx(sums[best], abs=1e-6)


def test_owned_hidden_and_sold_out_products_are_never_shown(shop: penchant.Shop) -> None:
    barred = {
        "WARM": {"P00", "P01", "P05"},
        "NEAR": {"P03", "P05"},
        "BACK": {"P08", "P05"},
        "OUT": {"P00", "P01", "P05"},
        "GIVER": {"P10", "P13", "P05"},
    }
    everything = set(shop.build.product_ids)
    for customer, never in barred.items():
        assert set(shop.recommend(customer, k=24).product_ids) == everything - never


def test_a_returned_product_is_not_owned(shop: penchant.Shop) -> None:
    assert "P02" in shop.recommend("BACK", k=24).product_ids


@pytest.mark.parametrize("customer", ["QUIET", "OUT", "nobody at all"])
def test_without_a_taste_the_popular_products_come_first(
    shop: penchant.Shop, customer: str
) -> None:
    """Those of all time and those of late count alike, by their logarithm."""
    slate, popularity = shop.recommend(customer, k=5), shop.build.demand.popularity
    rows = [shop.build.product_ids.row(one) for one in slate.product_ids]
    told = 0.5 * np.log1p(popularity.overall[rows]) + 0.5 * np.log1p(popularity.recent[rows])
    assert slate.step == "popular"
    assert {slot.source for slot in slate.slots} <= {"popular", "trending"}
    assert [slot.score for slot in slate.slots] == pytest.approx(told.tolist())
    assert told[0] == told.max()  # after it, variety has a say
    assert [slot.similarity for slot in slate.slots] == [None] * 5


@pytest.mark.parametrize("customer", ["COLD", "GIVER"])
def test_of_who_touched_little_that_little_is_the_session(
    shop: penchant.Shop, customer: str
) -> None:
    slate = shop.recommend(customer, k=5)
    assert slate.step == "session"
    assert all(slot.similarity is not None for slot in slate.slots)


def test_k_slots_if_k_products_are_eligible_and_no_product_twice(shop: penchant.Shop) -> None:
    for customer in ("WARM", "COLD", "nobody"):
        eligible = len(shop.recommend(customer, k=1000).slots)
        for k in (1, 2, eligible - 1, eligible, eligible + 1):
            slate = shop.recommend(customer, k=k)
            assert len(slate.slots) == min(k, eligible)
            assert len(set(slate.product_ids)) == len(slate.slots)


def test_a_longer_slate_starts_with_the_shorter_one(shop: penchant.Shop) -> None:
    """Where score alone decides."""
    plain = dict.fromkeys(("explore", "diversity"), 0.0)
    settings = {name: dict(part) for name, part in shop.manifest.settings.items()}
    settings["homepage"].update(plain)
    quiet = penchant.Shop(dataclasses.replace(shop.manifest, settings=settings), shop.build)
    long = quiet.recommend("WARM", k=20).product_ids
    assert all(quiet.recommend("WARM", k=k).product_ids == long[:k] for k in range(1, 20))


def test_an_event_counts_from_its_own_moment_on(shop: penchant.Shop) -> None:
    """Before the hide of the 26th, the hidden product may be shown; before all, WARM is cold."""
    before_hide = datetime(2026, 6, 26, tzinfo=UTC)
    assert "P01" in shop.recommend("WARM", k=24, as_of=before_hide).product_ids
    assert shop.recommend("WARM", as_of=datetime(2026, 6, 1, tzinfo=UTC)).step == "popular"


def test_neighbors_share_the_taste(shop: penchant.Shop) -> None:
    found = shop.neighbors("WARM").neighbors
    assert found[0].customer_id == "NEAR"
    assert {one.customer_id for one in found} == {"NEAR"}, "the others point elsewhere"
    similarities = [one.similarity for one in found]
    assert similarities == sorted(similarities, reverse=True)
    rows = {name: row for row, name in enumerate(shop.build.customer_ids)}
    for one in found:
        cosine = shop.build.profiles[rows["WARM"]] @ shop.build.profiles[rows[one.customer_id]]
        assert one.similarity == pytest.approx(float(cosine), abs=1e-6)
    for other in ("BACK", "FAR"):
        assert shop.build.profiles[rows["WARM"]] @ shop.build.profiles[rows[other]] <= 0


def test_nobody_is_neighbor_of_someone_opted_out(shop: penchant.Shop) -> None:
    assert shop.neighbors("OUT").neighbors == ()
    for customer in ("WARM", "NEAR", "FAR"):
        assert "OUT" not in [one.customer_id for one in shop.neighbors(customer).neighbors]


def test_a_profile_says_what_counts_and_why_not(shop: penchant.Shop) -> None:
    notes = {one.product_id: one.note for one in shop.profile("GIVER").interactions}
    assert notes == {"P10": "Bought as a gift.", "P13": ""}
    back = [(one.interaction_type, one.note) for one in shop.profile("BACK").interactions]
    assert ("purchase", "taken back") in back
    assert shop.profile("OUT").status == "opted_out"
    assert shop.profile("COLD").status == "cold"
    assert (shop.profile("WARM").status, shop.profile("QUIET").interactions) == ("profile", ())


def test_a_product_without_photo_and_attributes_is_reached_as_the_last_one(
    shop: penchant.Shop,
) -> None:
    slate = shop.recommend("WARM", k=24)
    assert slate.product_ids[-1] == "P23"
    assert slate.slots[-1].source == "newest"
    assert len(shop.similar("P23", k=5).slots) == 5


def test_similar_never_shows_the_product_itself_nor_what_is_sold_out(shop: penchant.Shop) -> None:
    for product in ("P00", "P05", "P23"):
        shown = set(shop.similar(product, k=24).product_ids)
        assert shown == set(shop.build.product_ids) - {product, "P05"}


def test_a_shop_of_products_alone_works(desk: Any, tmp_path: Path) -> None:
    shop = tmp_path / "shop"
    desk.run("init", shop, "--encoder", f"precomputed:{desk.inputs / 'vectors.npz'}")
    desk.run("ingest", shop, "--products", desk.inputs / "products.csv")
    desk.rebuild(shop)
    opened = penchant.open(shop)
    slate = opened.recommend("anyone", k=23)
    assert slate.step == "newest"
    assert len(slate.slots) == 23
    dates = [slot.score for slot in slate.slots]
    assert dates == sorted(dates, reverse=True)
    assert opened.similar("P00", k=1).slots[0].source == "similar"


def test_a_shop_of_attributes_without_any_photo_works(desk: Any, tmp_path: Path) -> None:
    rows = [(f"P{i}", ("ring", "chain")[i % 2], ("red", "blue", "green")[i % 3]) for i in range(12)]
    products = desk.write_csv(tmp_path / "p.csv", "product_id category color", rows)
    shop = tmp_path / "shop"
    desk.run("init", shop)
    desk.run("ingest", shop, "--products", products)
    built = desk.run("build", shop, "--json")
    assert built.code == 0, built.err
    desk.publish(shop)
    assert (built.json["encoder"], built.json["counts"]["placed_products"]) == ("", 12)
    assert desk.run("embed", shop, "--json").json["products"] == 0
    slate = penchant.open(shop).similar("P0", k=1)
    assert slate.product_ids == ("P6",)  # the only other red ring
    assert slate.slots[0].similarity == pytest.approx(1.0)


def test_appending_adds_and_replaces_by_key(desk: Any, own_shop: Path, tmp_path: Path) -> None:
    more = desk.write_csv(tmp_path / "p.csv", "product_id title", [("P00", "Renamed"), ("P99", "")])
    assert desk.run("ingest", own_shop, "--products", more, "--append").code == 0
    desk.rebuild(own_shop)
    opened = penchant.open(own_shop)
    assert len(opened.build.product_ids) == 25
    assert opened.assortment.titles[opened.build.product_ids.row("P00")] == "Renamed"
