"""Read the sets the collaborative sources are measured on: what is known and what is hidden."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from benchmarks.quality.fashion_data import Purchases, load_week

FILES = {
    "fashion": Path("fashion/products.parquet"),
    "tiktok": Path("tiktok/interactions.npz"),
    "baby": Path("baby/interactions.npz"),
}
GOALS = {"fashion": "recall@10", "tiktok": "recall@20", "baby": "recall@20"}
"""What settings are chosen by on validation data: the measure each set is known by."""


@dataclass(frozen=True, slots=True, eq=False)
class Split:
    """One split of one set.

    Attributes:
        known: What sources are fitted on, and histories are made of.
        owned: Shape (n_customers, n_products), ones where known.
        wanted: Shape (n_customers, n_products), ones where hidden.
    """

    known: Purchases
    owned: csr_array
    wanted: csr_array

    @property
    def customers(self) -> NDArray[np.intp]:
        """Rows of customers with something known and something hidden."""
        has_both = (np.diff(self.owned.indptr) > 0) & (np.diff(self.wanted.indptr) > 0)
        return np.flatnonzero(has_both)


def load_hidden(directory: Path, name: str, split: str) -> Split:
    """Read one split: the fashion week, or a public set with its published fixed split.

    Args:
        directory: The folder of all benchmark sets.
        name: A key of FILES.
        split: "valid" or "test". The fashion week's test knows the rows of valid, as a shop would;
            the public sets know the rows of train alone, as their published tables do.
    """
    if name == "fashion":
        week = load_week(directory / "fashion", split=split)
        return _of(week.train, week.hidden, (week.n_customers, week.catalogue.n_products))
    with np.load(directory / FILES[name]) as arrays:
        known = Purchases(arrays["train_row"], arrays["train_col"])
        hidden = Purchases(arrays[f"{split}_row"], arrays[f"{split}_col"])
        rows, columns = arrays["shape"].tolist()
    return _of(known, hidden, (rows, columns))


def _of(known: Purchases, hidden: Purchases, shape: tuple[int, int]) -> Split:
    return Split(known, _matrix(known, shape), _matrix(hidden, shape))


def _matrix(purchases: Purchases, shape: tuple[int, int]) -> csr_array:
    ones = np.ones(len(purchases.customer_row), np.float32)
    matrix = csr_array((ones, (purchases.customer_row, purchases.product_row)), shape=shape)
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix
