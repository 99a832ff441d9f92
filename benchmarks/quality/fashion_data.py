"""Read the fashion benchmark: one week of real purchases, photos as embeddings, and the split."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant.id_map import IdMap
from penchant.space import Catalogue
from penchant.taste.from_tables import row_column

ATTRIBUTES = (
    "product_type",
    "product_group",
    "pattern",
    "color",
    "color_family",
    "department",
    "audience",
    "section",
    "garment_group",
)


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """Purchases as rows of customers and products.

    Attributes:
        customer_row: Shape (n,).
        product_row: Shape (n,), aligned.
    """

    customer_row: NDArray[np.int32]
    product_row: NDArray[np.int32]

    def where(self, mask: NDArray[np.bool_]) -> Purchases:
        """Give some of them.

        Args:
            mask: Shape (n,).
        """
        return Purchases(self.customer_row[mask], self.product_row[mask])


@dataclass(frozen=True, slots=True, eq=False)
class FashionWeek:
    """The week test: candidates, what was known, and what was hidden.

    Attributes:
        catalogue: The candidates, by product_row.
        designs: Shape (n_products,), number of the design of each product.
        train: Everything known, of all customers.
        hidden: What is to be found.
        n_customers: Customer rows.
    """

    catalogue: Catalogue
    designs: NDArray[np.int64]
    train: Purchases
    hidden: Purchases
    n_customers: int


def load_week(directory: Path, *, split: str = "test") -> FashionWeek:
    """Read the week test.

    Args:
        directory: The benchmark's folder.
        split: "test", or "valid" for tuning; then the test rows are left out altogether.
    """
    products = pl.read_parquet(directory / "products.parquet")
    candidates = np.flatnonzero(products["candidate_week"].to_numpy())
    ids = IdMap.from_ids("product", products["product_id"].to_list())
    week = pl.read_parquet(directory / "purchases_week.parquet")
    others = pl.read_parquet(directory / "purchases_week_others.parquet")
    known = week.filter(pl.col("split").is_in(["train", "valid"] if split == "test" else ["train"]))
    columns = ["customer_id", "product_id"]
    train = pl.concat([known.select(columns), others.select(columns)])
    hidden = week.filter(pl.col("split") == split)
    customers = IdMap.from_ids("customer", train["customer_id"].unique())
    place = np.full(len(products), -1, np.int32)
    place[candidates] = np.arange(len(candidates))
    chosen = products[candidates]
    return FashionWeek(
        catalogue=_catalogue(chosen, candidates, directory),
        designs=chosen["design_id"].rank("dense").to_numpy().astype(np.int64),
        train=_rows(train, customers, ids, place),
        hidden=_rows(hidden, customers, ids, place),
        n_customers=len(customers),
    )


def _catalogue(chosen: pl.DataFrame, rows: NDArray[np.intp], directory: Path) -> Catalogue:
    embeddings = np.load(directory / "embeddings.npy", mmap_mode="r")
    texts = np.load(directory / "text_features.npy", mmap_mode="r")
    return Catalogue(
        n_products=len(chosen),
        embeddings=embeddings[rows].astype(np.float32),
        attributes={name: tuple(chosen[name]) for name in ATTRIBUTES},
        text_vectors=texts[rows].astype(np.float32),
        prices=chosen["price"].to_numpy(),
        groups=chosen["design_id"].rank("dense").to_numpy().astype(np.int64),
    )


def _rows(frame: pl.DataFrame, customers: IdMap, ids: IdMap, place: NDArray[np.int32]) -> Purchases:
    customer_row = row_column("customer_id", frame, customers).to_numpy()
    product_row = place[row_column("product_id", frame, ids).to_numpy()]
    return Purchases(customer_row, product_row).where((product_row >= 0) & (customer_row >= 0))
