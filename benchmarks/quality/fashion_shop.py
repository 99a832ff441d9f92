"""Make a shop directory of the fashion benchmark and build it, as a shop's own team would."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

import penchant
from benchmarks.quality.fashion_data import ATTRIBUTES
from penchant.in_memory import reopen
from penchant.pipeline import build_shop
from penchant.publishing import publish_build, unjudged
from penchant.settings_file import settings_from_dict
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest

VARIANTS_KEPT = {"hide_owned_variants": False, "one_per_group": False}
"""In one week nobody buys a design twice: hiding owned designs would win by the split alone."""

PLAIN = {"explore": 0.0, "diversity": 0.0, "guards": []}
"""Ranked by score alone; the command tells what each of these costs, too."""

COLUMNS = ["category", *(name for name in ATTRIBUTES if name != "product_type")]
LATER = datetime(2030, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Task:
    """What is known and what is hidden.

    Attributes:
        known: Columns customer_id, product_id, timestamp.
        hidden: Columns customer_id, product_id.
        products: Rows of products.parquet that may be shown.
        customers: Columns customer_id, age_group, of all who are in `known`.
        hidden_ids: Products kept from everything known; empty: none.
    """

    known: pl.DataFrame
    hidden: pl.DataFrame
    products: pl.DataFrame
    customers: pl.DataFrame
    hidden_ids: tuple[str, ...] = ()


def week_task(data: Path, split: str) -> Task:
    """Give the week test.

    Args:
        data: The benchmark's folder.
        split: "test", or "valid", for which the test rows are left out altogether.
    """
    week = pl.read_parquet(data / "purchases_week.parquet")
    others = pl.read_parquet(data / "purchases_week_others.parquet")
    seen = week.filter(pl.col("split").is_in(["train", "valid"] if split == "test" else ["train"]))
    return _task(data, "candidate_week", pl.concat([_short(seen), _short(others)]),
                 week.filter(pl.col("split") == split))  # fmt: skip


def two_years_task(data: Path, split: str) -> Task:
    """Give the two-year test, cut once in time.

    Args:
        data: The benchmark's folder.
        split: As in `week_task`.
    """
    years = pl.read_parquet(data / "purchases_two_years.parquet")
    seen = years.filter(pl.col("split").is_in(["train", "valid"] if split == "test" else ["train"]))
    hidden = years.filter(pl.col("split") == split)
    return _task(data, "candidate_two_years", _short(seen), hidden)


def hidden_designs(task: Task, fold: int, folds: int = 4) -> Task:
    """Hide the designs of one fold from everything known; only they may be shown.

    Args:
        task: Any.
        fold: 0..folds - 1.
        folds: How many.
    """
    designs = task.products["design_id"].unique().sort()
    fold_of = np.random.default_rng(0).integers(folds, size=len(designs))
    cold = task.products.filter(
        pl.col("design_id").is_in(designs.filter(fold_of == fold).implode())
    )
    ids = cold["product_id"].implode()
    known = task.known.filter(~pl.col("product_id").is_in(ids))
    hidden = task.hidden.filter(
        pl.col("product_id").is_in(ids)
        & pl.col("customer_id").is_in(known["customer_id"].unique().implode())
    )
    return Task(known, hidden, task.products, task.customers, tuple(cold["product_id"]))


def make_shop(
    data: Path, task: Task, folder: Path, changes: Mapping[str, Mapping[str, Any]]
) -> penchant.Shop:
    """Ingest and build.

    Args:
        data: The benchmark's folder, for the vectors.
        task: What is known.
        folder: An empty folder.
        changes: {section: {setting: value}} beside what the data ask for.

    Returns:
        The open shop.
    """
    folder.mkdir(parents=True)
    rows = task.products["row"].to_numpy()
    for name, file in (("photos", "embeddings.npy"), ("texts", "text_features.npy")):
        vectors = np.load(data / file, mmap_mode="r")[rows].astype(np.float32)
        ids = np.array(task.products["product_id"].to_list())
        np.savez(folder / f"{name}.npz", ids=ids, vectors=vectors)
    settings: dict[str, dict[str, Any]] = {
        "encoder": {"spec": f"precomputed:{folder / 'photos.npz'}"},
        "space": {"text_vectors": str(folder / "texts.npz"), "attribute_columns": COLUMNS},
        "recommend": dict(VARIANTS_KEPT),
        "homepage": dict(PLAIN),
    }
    for section, values in changes.items():
        settings[section] = settings.get(section, {}) | values
    shop = ShopDirectory.create(folder / "shop", settings)
    tables = {
        name: folder / f"{name}.parquet" for name in ("products", "customers", "interactions")
    }
    task.products.drop("row", "candidate_week", "candidate_two_years").write_parquet(
        tables["products"]
    )
    task.customers.write_parquet(tables["customers"])
    task.known.with_columns(interaction_type=pl.lit("purchase")).write_parquet(
        tables["interactions"]
    )
    ingest(shop, tables, as_of=LATER, settings=shop.settings({}).tables)
    build_shop(shop, settings=shop.settings({}))
    publish_build(shop, gate=unjudged, at=LATER)
    return penchant.open(shop.path)


def with_settings(shop: penchant.Shop, **changes: Mapping[str, Any]) -> penchant.Shop:
    """Give the same build under other settings of showing.

    Args:
        shop: Any.
        changes: section={setting: value}.
    """
    settings = {name: dict(part) for name, part in shop.manifest.settings.items()}
    for section, values in changes.items():
        settings[section].update(values)
    return reopen(shop, settings_from_dict(settings, source="the benchmark"))


def _task(data: Path, flag: str, known: pl.DataFrame, hidden: pl.DataFrame) -> Task:
    """Make a task; products that were bought once and are sold no more stay in the catalogue."""
    products = pl.read_parquet(data / "products.parquet").with_row_index("row")
    sold = products.filter(pl.col(flag))["product_id"].implode()
    past = known["product_id"].unique().implode()
    products = products.with_columns(
        stock_status=pl.when(pl.col(flag))
        .then(pl.lit("in_stock"))
        .otherwise(pl.lit("out_of_stock"))
    ).filter(pl.col(flag) | pl.col("product_id").is_in(past))
    known = known.filter(pl.col("product_id").is_in(products["product_id"].implode()))
    owned = known.select("customer_id", "product_id").unique()
    hidden = hidden.select("customer_id", "product_id").filter(pl.col("product_id").is_in(sold))
    hidden = hidden.join(owned, on=["customer_id", "product_id"], how="anti").unique(
        maintain_order=True
    )
    people = known.group_by("customer_id", maintain_order=True).agg(pl.col("age_group").first())
    hidden = hidden.filter(pl.col("customer_id").is_in(people["customer_id"].implode()))
    return Task(known.drop("age_group"), hidden, products, people)


def _short(frame: pl.DataFrame) -> pl.DataFrame:
    if "age_group" not in frame.columns:
        frame = frame.with_columns(age_group=pl.lit(None, pl.String))
    return frame.select("customer_id", "product_id", "timestamp", "age_group")
