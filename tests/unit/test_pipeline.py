"""The pipeline: what is gathered for a build, and what photos and vectors become."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

import penchant
from penchant.embedding import embed_shop, product_photos
from penchant.encoders import ProductPhotos
from penchant.errors import BuildError, InputError
from penchant.pipeline import build_shop, gather_inputs, load_interactions
from penchant.publishing import builds_by_age
from penchant.shop_directory import ShopDirectory


def test_photos_of_a_product_come_main_one_first() -> None:
    products = pl.DataFrame(
        {
            "product_id": ["a", "b", "c", "d"],
            "image": ["1.jpg", None, "2.jpg", ""],
            "additional_images": [["3.jpg", "4.jpg"], ["5.jpg"], None, []],
        }
    )
    assert product_photos(products) == [
        ProductPhotos("a", ("1.jpg", "3.jpg", "4.jpg")),
        ProductPhotos("b", ("5.jpg",)),
        ProductPhotos("c", ("2.jpg",)),
        ProductPhotos("d", ()),
    ]


def test_inputs_are_aligned_with_the_products(desk: Any, own_shop: Path) -> None:
    shop = ShopDirectory.open(own_shop)
    inputs = gather_inputs(shop, settings=shop.settings({}))
    given = desk.make_vectors()
    assert inputs.embeddings is not None
    for row, name in enumerate(inputs.products["product_id"]):
        wanted = given.get(name, np.zeros(8))
        assert inputs.embeddings[row] == pytest.approx(wanted, rel=1e-6)
    assert inputs.as_of == datetime(2026, 6, 30, 12, tzinfo=UTC)  # the newest interaction
    assert sorted(inputs.digests) == [
        "customers",
        "embeddings",
        "interactions",
        "order_items",
        "orders",
        "products",
    ]
    assert inputs.build_id == shop.pointed_build().name


def test_completed_orders_become_purchases(own_shop: Path) -> None:
    interactions, findings = load_interactions(ShopDirectory.open(own_shop))
    bought = interactions.filter(pl.col("customer_id") == "GIVER")
    rows = bought.select("product_id", "interaction_type", "trust").rows()
    assert sorted(rows) == [("P10", "purchase", 0.0), ("P13", "purchase", 1.0)]
    assert any("Cancelled orders" in one.message for one in findings)


def test_embedding_vectors_made_elsewhere_looks_them_up(desk: Any, own_shop: Path) -> None:
    shop = ShopDirectory.open(own_shop)
    run = embed_shop(shop, settings=shop.settings({}))
    assert run is not None
    assert (run.dim, run.photos, len(run.product_ids)) == (8, (), 24)
    assert (shop.embeddings / run.fingerprint / "run.json").is_file()


def test_progress_and_steps_are_told(
    desk: Any, photo_folder: Path, model_cache: Path, tmp_path: Path
) -> None:
    rows = [(f"P{i:02d}", photo_folder / f"P{i:02d}.jpg") for i in range(5)]
    products = desk.write_csv(tmp_path / "p.csv", "product_id image", rows)
    desk.run("init", tmp_path / "shop")
    desk.run("ingest", tmp_path / "shop", "--products", products)
    shop, steps, done = ShopDirectory.open(tmp_path / "shop"), [], []
    outcome = build_shop(
        shop,
        settings=shop.settings({}),
        on_step=steps.append,
        on_progress=lambda *one: done.append(one),
    )
    assert done[-1] == (5, 5)
    assert [one.split(" ")[0] for one in steps] == ["fitting", "making", "writing"]
    assert (outcome.reused, outcome.folder.name) == (False, *shop.build_ids())
    again = build_shop(shop, settings=shop.settings({}), on_step=steps.append)
    assert (again.reused, len(steps)) == (True, 3)


def test_a_naive_moment_is_taken_as_utc(own_shop: Path) -> None:
    shop = ShopDirectory.open(own_shop)
    names = {
        build_shop(shop, settings=shop.settings({}), as_of=one).manifest.as_of
        for one in (datetime(2026, 6, 9), datetime(2026, 6, 9, tzinfo=UTC))  # noqa: DTZ001
    }
    assert names == {"2026-06-09T00:00:00+00:00"}


def test_a_build_is_not_published_and_what_is_asked_for_last_is_the_newest(own_shop: Path) -> None:
    shop = ShopDirectory.open(own_shop)
    serving = shop.pointed_build()
    other = build_shop(shop, settings=shop.settings({}), as_of=datetime(2026, 6, 9, tzinfo=UTC))
    assert shop.pointed_build() == serving
    assert builds_by_age(shop) == [other.folder.name, serving.name]
    again = build_shop(shop, settings=shop.settings({}))
    assert (again.reused, again.folder) == (True, serving)
    assert builds_by_age(shop) == [serving.name, other.folder.name]
    other.folder.joinpath("manifest.json").unlink()
    assert builds_by_age(shop) == [serving.name, other.folder.name], "the oldest of all"


def test_how_many_builds_are_kept_changes_no_build(own_shop: Path) -> None:
    shop = ShopDirectory.open(own_shop)
    settings = shop.settings({"PENCHANT_BUILDS_KEEP": "9"})
    assert settings.builds.keep == 9
    assert build_shop(shop, settings=settings).folder == shop.pointed_build()


def test_a_failed_build_publishes_nothing(own_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = ShopDirectory.open(own_shop)
    before = (own_shop / "CURRENT").read_bytes(), shop.build_ids()

    def fail(*_: object, **__: object) -> None:
        raise InputError("No.")

    monkeypatch.setattr("penchant.pipeline.make_build", fail)
    with pytest.raises(InputError, match="No"):
        build_shop(shop, settings=shop.settings({}), as_of=datetime(2026, 6, 9, tzinfo=UTC))
    assert ((own_shop / "CURRENT").read_bytes(), shop.build_ids()) == before


def photo_shop(desk: Any, folder: Path, rows: list[tuple[str, str, object]]) -> ShopDirectory:
    products = desk.write_csv(folder / "p.csv", "product_id category image", rows)
    desk.run("init", folder / "shop")
    assert desk.run("ingest", folder / "shop", "--products", products).code == 0
    return ShopDirectory.open(folder / "shop")


def test_photos_that_cannot_be_used_are_told_by_reason(
    desk: Any, photo_folder: Path, model_cache: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    rows = [(f"P{i}", "ring", photo_folder / f"P{i:02d}.jpg") for i in range(4)]
    rows += [("P4", "ring", tmp_path / "empty.jpg"), ("P5", "ring", tmp_path / "none.jpg")]
    rows += [("P6", "ring", tmp_path / "gone.jpg"), ("P7", "ring", "")]
    shop = photo_shop(desk, tmp_path, rows)
    found = {one.code: one for one in build_shop(shop, settings=shop.settings({})).findings}
    assert {code: one.count for code, one in found.items()} == {
        "photo_empty_file": 1,
        "photo_missing": 2,
    }
    assert [one.split(":")[0] for one in found["photo_missing"].examples] == ["P5", "P6"]
    told = desk.run("build", shop.path).err
    assert "Photos could not be used. (2)" in told
    assert "none.jpg" in told


def test_a_shop_whose_photos_are_all_gone_is_not_built_without_them(
    desk: Any, photo_folder: Path, model_cache: Path, tmp_path: Path
) -> None:
    here = tmp_path / "photos"
    here.mkdir()
    for number in range(3):
        (here / f"{number}.jpg").write_bytes((photo_folder / f"P{number:02d}.jpg").read_bytes())
    rows = [(f"P{i}", ("ring", "watch")[i % 2], here / f"{i}.jpg") for i in range(3)]
    shop = photo_shop(desk, tmp_path, rows)
    build_shop(shop, settings=shop.settings({}))
    published = desk.publish(shop.path)
    here.rename(tmp_path / "elsewhere")
    with pytest.raises(BuildError, match=r"None of the 3 .*0\.jpg. of product P0: .* Mend"):
        build_shop(shop, settings=shop.settings({}))
    assert desk.run("build", shop.path).code == 1
    assert shop.pointed_build().name == published


def test_a_shop_that_names_no_photos_is_built_without(desk: Any, tmp_path: Path) -> None:
    rows = [(f"P{i:02d}", ("ring", "watch")[i % 2], "") for i in range(24)]
    shop = photo_shop(desk, tmp_path, rows)
    assert build_shop(shop, settings=shop.settings({})).findings == ()


def test_text_vectors_of_a_shop_are_read_instead_of_its_titles(desk: Any, own_shop: Path) -> None:
    vectors = {f"P{number:02d}": np.eye(4)[number % 4] for number in range(24)}
    desk.write_vectors(own_shop / "texts.npz", vectors)
    text = (own_shop / "penchant.toml").read_text(encoding="utf-8")
    text = text.replace('# text_vectors = ""', 'text_vectors = "texts.npz"')
    (own_shop / "penchant.toml").write_text(text, encoding="utf-8")
    before = penchant.open(own_shop)
    desk.rebuild(own_shop)
    after = penchant.open(own_shop)
    assert after.build_id != before.build_id
    assert after.build.space.about["channels"]["text"] == 4
