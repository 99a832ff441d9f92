"""A build: every array the engine answers from, written once and opened by memory map."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant.errors import BuildError
from penchant.id_map import IdMap
from penchant.space import StyleSpace
from penchant.taste.histories import Histories
from penchant.types import Mask, Profiles, StyleVectors

ARRAYS = ("channels", "styles", "profiles", "consistency", "opted_out", "popularity")


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """One immutable state of a shop. Rows of products and customers are sorted by id.

    Attributes:
        products: Cleaned products table, by product_row.
        product_ids: product_id <-> product_row.
        customer_ids: customer_id <-> customer_row.
        opted_out: Shape (n_customers,), who refused personalisation.
        histories: Everyone's interactions, oldest first.
        space: The fitted style space.
        channels: Shape (n_products, d), channel vectors before the map, for reasons by channel.
        styles: Shape (n_products, dim), unit style vectors.
        profiles: Shape (n_customers, dim), unit rows; zeros for cold and opted-out customers.
        consistency: Shape (n_customers,), in [0, 1]; NaN for those.
        popularity: Shape (n_products,), >= 0.
    """

    products: pl.DataFrame
    product_ids: IdMap
    customer_ids: IdMap
    opted_out: Mask
    histories: Histories
    space: StyleSpace
    channels: NDArray[np.float32]
    styles: StyleVectors
    profiles: Profiles
    consistency: NDArray[np.float32]
    popularity: NDArray[np.float64]

    @property
    def counts(self) -> dict[str, int]:
        """What the build holds, for the manifest."""
        return {
            "products": len(self.product_ids),
            "placed_products": int((self.styles != 0).any(axis=1).sum()),
            "customers": len(self.customer_ids),
            "profiles": int(np.isfinite(self.consistency).sum()),
            "interactions": len(self.histories.events),
        }

    def save(self, folder: Path) -> None:
        """Write everything but the manifest.

        Args:
            folder: An empty folder.
        """
        table = io.BytesIO()  # polars reports a full disk as an error of its own, Python as OSError
        self.products.write_parquet(table, compression="zstd", statistics=False)
        (folder / "products.parquet").write_bytes(table.getvalue())
        self.product_ids.save(folder, "product_ids")
        self.customer_ids.save(folder, "customer_ids")
        for name in ARRAYS:
            np.save(folder / f"{name}.npy", getattr(self, name))
        for name, part in (("histories", self.histories), ("space", self.space)):
            (folder / name).mkdir()
            part.save(folder / name)

    @classmethod
    def load(cls, folder: Path) -> Build:
        """Open what `save` wrote; arrays come by memory map.

        Args:
            folder: The build's folder.

        Raises:
            BuildError: if a file is missing or damaged, or files do not belong together.
        """
        arrays = {name: folder / f"{name}.npy" for name in ARRAYS}
        try:
            build = cls(
                products=pl.read_parquet(folder / "products.parquet"),
                product_ids=IdMap.load(folder, "product_ids", kind="product"),
                customer_ids=IdMap.load(folder, "customer_ids", kind="customer"),
                histories=Histories.load(folder / "histories"),
                space=StyleSpace.load(folder / "space"),
                # as plain arrays: np.memmap makes each of the many small slices slow
                **{name: np.asarray(np.load(path, mmap_mode="r")) for name, path in arrays.items()},
            )
            build._check_lengths()
        except (BuildError, OSError, ValueError, pl.exceptions.PolarsError) as error:
            raise BuildError(
                f"Build {folder.name} is damaged: {str(error).rstrip('.')}. Make it anew with: "
                f"penchant build {folder.parent.parent}"
            ) from error
        return build

    def _check_lengths(self) -> None:
        products, customers = len(self.product_ids), len(self.customer_ids)
        lengths = {
            "products": (len(self.products), products),
            "channels": (len(self.channels), products),
            "styles": (len(self.styles), products),
            "popularity": (len(self.popularity), products),
            "opted_out": (len(self.opted_out), customers),
            "profiles": (len(self.profiles), customers),
            "consistency": (len(self.consistency), customers),
            "histories": (len(self.histories), customers),
        }
        for name, (length, wanted) in lengths.items():
            if length != wanted:
                raise ValueError(f"{name} has {length} rows, must have {wanted}")
