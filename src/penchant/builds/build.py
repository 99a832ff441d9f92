"""A build: every array the engine answers from, written once and opened by memory map."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant.builds.demand import Demand
from penchant.errors import BuildError
from penchant.files import open_array
from penchant.id_map import IdMap
from penchant.index import HnswGraph
from penchant.maths.stacked import ByRow
from penchant.space import StyleSpace
from penchant.taste.histories import Histories
from penchant.taste.judging import Judgements
from penchant.types import Mask, Profiles, StyleVectors

ARRAYS = {
    "channels": np.float32,
    "styles": np.float32,
    "profiles": np.float32,
    "consistency": np.float32,
    "opted_out": np.bool_,
    "no_marketing": np.bool_,
}
"""Arrays kept as `<name>.npy`, with their type."""


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """One immutable state of a shop. Rows of products and customers are sorted by id.

    Attributes:
        products: Cleaned products table, by product_row.
        product_ids: product_id <-> product_row.
        customer_ids: customer_id <-> customer_row.
        opted_out: Shape (n_customers,), who refused personalisation; everybody where the shop makes
            no profiles.
        no_marketing: Shape (n_customers,), who refused marketing, such as e-mail.
        histories: Everyone's interactions, oldest first, with the trust the tables give.
        judgements: What is thought of each of them, and the style it belongs to.
        space: The fitted style space.
        channels: Shape (n_products, d), channel vectors before the map, for reasons by channel.
        styles: Shape (n_products, dim), unit style vectors.
        profiles: Shape (n_customers, dim), unit rows; zeros for cold and opted-out customers.
        consistency: Shape (n_customers,), in [0, 1]; NaN for those.
        demand: What customers together want.
        graph: Over the style vectors; None where the catalogue is small enough to do without.
    """

    products: pl.DataFrame
    product_ids: IdMap
    customer_ids: IdMap
    opted_out: Mask
    no_marketing: Mask
    histories: Histories
    judgements: Judgements
    space: StyleSpace
    channels: ByRow
    styles: StyleVectors
    profiles: Profiles
    consistency: NDArray[np.float32]
    demand: Demand
    graph: HnswGraph | None = None

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
        for name in ("histories", "judgements", "space", "demand", "graph"):
            part = getattr(self, name)
            if part is not None:
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
        try:
            arrays = {
                name: open_array(folder / f"{name}.npy", kind) for name, kind in ARRAYS.items()
            }
            has_graph = (folder / "graph").is_dir()
            build = cls(
                products=pl.read_parquet(folder / "products.parquet"),
                product_ids=IdMap.load(folder, "product_ids", kind="product"),
                customer_ids=IdMap.load(folder, "customer_ids", kind="customer"),
                histories=Histories.load(folder / "histories"),
                judgements=Judgements.load(folder / "judgements"),
                space=StyleSpace.load(folder / "space"),
                demand=Demand.load(folder / "demand"),
                graph=HnswGraph.load(folder / "graph", arrays["styles"]) if has_graph else None,
                **arrays,
            )
            build._check_shapes()
        except (BuildError, OSError, ValueError, pl.exceptions.PolarsError) as error:
            raise BuildError(
                f"Build {folder.name} is damaged: {str(error).rstrip('.')}. Make it anew with: "
                f"penchant build {folder.parent.parent}"
            ) from error
        return build

    def _check_shapes(self) -> None:
        products, customers = (len(self.product_ids),), (len(self.customer_ids),)
        events = (len(self.histories.events),)
        width = (sum(one.dim for one in self.space.channels),)
        shapes = {
            "products": ((len(self.products),), products),
            "histories": ((len(self.histories),), customers),
            "events": ((int(self.histories.starts[-1]),), events),
            "judgements": (self.judgements.shapes, (events,) * 3),
            "channels": (self.channels.shape, products + width),
            "styles": (self.styles.shape, (*products, self.space.dim)),
            "popularity": (self.demand.popularity.overall.shape, products),
            "links": ((self.demand.links.n_products,), products),
            "complements": ((self.demand.complements.links.n_products,), products),
            "segments": (self.demand.popularity.segment_row.shape, customers),
            "profiles": (self.profiles.shape, (*customers, self.space.dim)),
            "opted_out": (self.opted_out.shape, customers),
            "no_marketing": (self.no_marketing.shape, customers),
            "consistency": (self.consistency.shape, customers),
        }
        for name, (shape, wanted) in shapes.items():
            if shape != wanted:
                raise ValueError(f"{name} has shape {shape}, must have {wanted}")
