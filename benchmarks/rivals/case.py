"""One case: what is known, what is hidden, what may be shown; the same for every method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_array

import penchant
from benchmarks.quality.fashion_shop import make_shop, two_years_task, week_task
from benchmarks.quality.public_shop import make_public_shop, read_pairs
from penchant.id_map import IdMap
from penchant.maths.rows import unit_rows
from penchant.types import Rows

FASHION = {"week": week_task, "two_years": two_years_task}
PUBLIC = {
    name: name.split("_")[0] for name in ("tiktok", "tiktok_published", "baby", "baby_published")
}
SETS = (*FASHION, *PUBLIC)
"""The public sets twice: as a shop, which knows what was bought yesterday, and as their published
tables, which know the train rows alone. On valid both are the same."""


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One split of one set, in rows.

    Attributes:
        customer_ids: All who bought something.
        product_ids: The catalogue.
        customer_row: Shape (n,), of distinct known purchases.
        product_row: Shape (n,), aligned.
        age_days: Shape (n,), aligned, >= 0, days before the last known purchase.
        in_stock: Shape (n_products,), which may be shown.
        photos: Shape (n_products, dim), unit rows; None where there are none.
        asked: Shape (m,), rows of customers with something known and something hidden.
        wanted: Per customer of `asked`, the hidden products.
        open_shop: Builds our shop in an empty folder and opens it.
    """

    customer_ids: IdMap
    product_ids: IdMap
    customer_row: Rows
    product_row: Rows
    age_days: NDArray[np.float32]
    in_stock: NDArray[np.bool_]
    photos: NDArray[np.float32] | None
    asked: Rows
    wanted: tuple[Rows, ...]
    open_shop: Callable[[Path], penchant.Shop]

    def matrix(self, values: NDArray[np.float32] | None = None) -> csr_array:
        """Give the known purchases as a matrix.

        Args:
            values: Shape (n,), aligned with `customer_row`; ones by default.

        Returns:
            Shape (n_customers, n_products), float32.
        """
        data = np.ones(len(self.customer_row), np.float32) if values is None else values
        shape = (len(self.customer_ids), len(self.product_ids))
        return csr_array((data, (self.customer_row, self.product_row)), shape=shape)


def read_case(data: Path, name: str, split: str) -> Case:
    """Read a case.

    Args:
        data: The folder of all benchmark sets.
        name: One of SETS.
        split: "valid" or "test".
    """
    if name in FASHION:
        return _fashion(data / "fashion", name, split)
    return _public(data, name, split)


def _fashion(data: Path, name: str, split: str) -> Case:
    task = FASHION[name](data, split)
    products = task.products.sort("product_id")
    photos = np.load(data / "embeddings.npy", mmap_mode="r")[products["row"].to_numpy()]
    build = partial(make_shop, data, task, changes={})
    return _case(products, task.known, task.hidden, photos, build)


def _public(data: Path, name: str, split: str) -> Case:
    folder, published = PUBLIC[name], name.endswith("_published")
    parts = ("train", "valid") if split == "test" and not published else ("train",)
    known = read_pairs(data, folder, *parts)
    with np.load(data / folder / "interactions.npz") as arrays:
        ids = [f"P{row:06d}" for row in range(int(arrays["shape"][1]))]
    products = pl.DataFrame({"product_id": ids, "stock_status": "in_stock"})
    file = data / folder / "image_features.npy"
    photos = np.load(file) if file.is_file() else None
    build = partial(_open_public, data, folder, known, published and split == "test")
    return _case(products, known, read_pairs(data, folder, split), photos, build)


def _open_public(
    data: Path, name: str, known: pl.DataFrame, published: bool, folder: Path
) -> penchant.Shop:
    """Build; as published, with the weights and links a shop of the validation rows found best."""
    if not published:
        return make_public_shop(data, name, known, folder)
    whole = make_public_shop(data, name, read_pairs(data, name, "train", "valid"), folder / "whole")
    weights = {"weights": dict(whole.recommender.blend_of("homepage").weights)}
    method = {"collaborative": whole.build.demand.links.about["method"]}
    return make_public_shop(data, name, known, folder / "published", homepage=weights, blend=method)


def _case(
    products: pl.DataFrame,
    known: pl.DataFrame,
    hidden: pl.DataFrame,
    photos: NDArray[np.floating] | None,
    build: Callable[[Path], penchant.Shop],
) -> Case:
    last = known.group_by("customer_id", "product_id", maintain_order=True).agg(
        pl.col("timestamp").max()
    )
    age = (last["timestamp"].max() - last["timestamp"]).dt.total_seconds() / 86_400
    customers = IdMap.from_ids("customer", last["customer_id"].unique())
    catalogue = IdMap.from_ids("product", products["product_id"])
    groups = hidden.unique(maintain_order=True).group_by("customer_id", maintain_order=True)
    rows = groups.agg(pl.col("product_id"))
    rows = rows.filter(pl.col("customer_id").is_in(last["customer_id"].unique().implode()))
    return Case(
        customer_ids=customers,
        product_ids=catalogue,
        customer_row=customers.rows(last["customer_id"].to_list()),
        product_row=catalogue.rows(last["product_id"].to_list()),
        age_days=age.to_numpy().astype(np.float32),
        in_stock=(products["stock_status"] == "in_stock").to_numpy(),
        photos=None if photos is None else unit_rows(photos.astype(np.float32)),
        asked=customers.rows(rows["customer_id"].to_list()),
        wanted=tuple(catalogue.rows(some) for some in rows["product_id"].to_list()),
        open_shop=build,
    )
