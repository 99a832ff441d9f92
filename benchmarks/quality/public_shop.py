"""Make a shop of a public set: products without names, customers without dates, purchases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

import penchant
from benchmarks.quality.fashion_shop import LATER, PLAIN
from penchant.pipeline import build_shop
from penchant.publishing import publish_build, unjudged
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest

FIRST_DAY = datetime(2024, 1, 1, tzinfo=UTC)

SETTINGS: Mapping[str, Mapping[str, Mapping[str, Any]]] = {
    "tiktok": {},
    "baby": {"trust": {"bulk": False}},
}
"""Chosen on validation rows. Nothing is dated, so all of a customer's purchases are of one day: in
one set that sets aside a hundred customers of 400 products each, in the other it would only hide
what people bought over years."""


def read_pairs(data: Path, name: str, *splits: str) -> pl.DataFrame:
    """Read purchases of some splits; each is a day later than the one before.

    Args:
        data: The folder of all benchmark sets.
        name: "tiktok" or "baby".
        splits: Of "train", "valid", "test".
    """
    with np.load(data / name / "interactions.npz") as arrays:
        parts = [
            pl.DataFrame(
                {
                    "customer_id": _ids("C", arrays[f"{split}_row"]),
                    "product_id": _ids("P", arrays[f"{split}_col"]),
                    "timestamp": [FIRST_DAY + timedelta(days=day)] * len(arrays[f"{split}_row"]),
                }
            )
            for day, split in enumerate(splits)
        ]
    return pl.concat(parts)


def make_public_shop(
    data: Path, name: str, known: pl.DataFrame, folder: Path, **changes: Mapping[str, Any]
) -> penchant.Shop:
    """Ingest and build.

    Args:
        data: The folder of all benchmark sets.
        name: "tiktok" or "baby".
        known: Purchases, of `read_pairs`.
        folder: An empty folder.
        changes: section={setting: value}, beside SETTINGS.

    Returns:
        The open shop.
    """
    folder.mkdir(parents=True)
    with np.load(data / name / "interactions.npz") as arrays:
        n_products = int(arrays["shape"][1])
    ids = _ids("P", np.arange(n_products))
    settings: dict[str, dict[str, Any]] = {"homepage": dict(PLAIN)}
    features = data / name / "image_features.npy"
    if features.is_file():
        vectors = np.load(features).astype(np.float32)
        np.savez(folder / "photos.npz", ids=np.array(ids), vectors=vectors)
        settings["encoder"] = {"spec": f"precomputed:{folder / 'photos.npz'}"}
    for section, values in (*SETTINGS[name].items(), *changes.items()):
        settings[section] = {**settings.get(section, {}), **values}
    shop = ShopDirectory.create(folder / "shop", settings)
    tables = {table: folder / f"{table}.parquet" for table in ("products", "interactions")}
    pl.DataFrame({"product_id": ids}).write_parquet(tables["products"])
    bought = known.with_columns(interaction_type=pl.lit("purchase"))
    bought.write_parquet(tables["interactions"])
    ingest(shop, tables, as_of=LATER, settings=shop.settings({}).tables)
    build_shop(shop, settings=shop.settings({}))
    publish_build(shop, gate=unjudged, at=LATER)
    return penchant.open(shop.path)


def _ids(letter: str, rows: NDArray[np.integer]) -> list[str]:
    return [f"{letter}{row:06d}" for row in rows.tolist()]
