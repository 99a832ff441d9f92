"""The pipeline: what is gathered for a build, and what photos and vectors become."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from penchant.encoders import ProductPhotos
from penchant.errors import InputError
from penchant.pipeline import (
    build_shop,
    embed_shop,
    gather_inputs,
    load_interactions,
    product_photos,
)
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
    assert inputs.build_id == shop.current_build().name


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
    assert (outcome.reused, outcome.folder) == (False, shop.current_build())
    again = build_shop(shop, settings=shop.settings({}), on_step=steps.append)
    assert (again.reused, len(steps)) == (True, 3)


def test_a_naive_moment_is_taken_as_utc(own_shop: Path) -> None:
    shop = ShopDirectory.open(own_shop)
    names = {
        build_shop(shop, settings=shop.settings({}), as_of=one).manifest.as_of
        for one in (datetime(2026, 6, 9), datetime(2026, 6, 9, tzinfo=UTC))  # noqa: DTZ001
    }
    assert names == {"2026-06-09T00:00:00+00:00"}


def test_a_failed_build_publishes_nothing(own_shop: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shop = ShopDirectory.open(own_shop)
    before = (own_shop / "CURRENT").read_bytes(), shop.build_ids()

    def fail(*_: object, **__: object) -> None:
        raise InputError("No.")

    monkeypatch.setattr("penchant.pipeline.make_build", fail)
    with pytest.raises(InputError, match="No"):
        build_shop(shop, settings=shop.settings({}), as_of=datetime(2026, 6, 9, tzinfo=UTC))
    assert ((own_shop / "CURRENT").read_bytes(), shop.build_ids()) == before
