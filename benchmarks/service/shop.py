"""A shop large enough to measure a service with, made as every shop is: ingest, build, publish.

python -m benchmarks.service.shop FOLDER --products 100000 --customers 200000
"""

from __future__ import annotations

import argparse
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.bench.index import plant_styles
from penchant.bench.planted import planted_interactions, planted_products
from penchant.bench.workload import END
from penchant.pipeline import build_shop
from penchant.publishing import publish_build, unjudged
from penchant.shop_directory import ShopDirectory
from penchant.store.ingest import ingest

DIM = 256


def make_shop(folder: Path, *, n_products: int, n_customers: int) -> ShopDirectory:
    """Make a shop and let its build serve; one that is there already is taken as it is.

    Args:
        folder: Where.
        n_products: Products, placed by vectors of 256 numbers.
        n_customers: Customers, with 20 interactions each on average.
    """
    if (folder / "CURRENT").is_file():
        return ShopDirectory.open(folder)
    rng = np.random.default_rng(0)
    vectors = plant_styles(rng, n_products, dim=DIM)
    products = planted_products(n_products)
    interactions = planted_interactions(rng, vectors, n_customers)
    spec = f"precomputed:{folder.absolute() / 'vectors.npz'}"
    shop = ShopDirectory.create(folder, {"encoder": {"spec": spec}, "space": {"kind": "raw"}})
    ids = np.array(products[c.PRODUCT_ID].to_list())
    np.savez(folder / "vectors.npz", ids=ids, vectors=vectors)
    with tempfile.TemporaryDirectory() as place:
        files = {c.PRODUCTS: products, c.INTERACTIONS: interactions}
        paths = {name: _written(Path(place), name, table) for name, table in files.items()}
        ingest(shop, paths, as_of=END, settings=shop.settings().tables)
    made = build_shop(shop, settings=shop.settings(), on_step=print)
    now, why = datetime.now(UTC), "A shop to measure with."
    publish_build(shop, made.manifest.build_id, gate=unjudged, force=why, at=now)
    return shop


def _written(folder: Path, name: str, table: pl.DataFrame) -> Path:
    path = folder / f"{name}.parquet"
    table.write_parquet(path)
    return path


def main() -> None:
    """Make one from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, default=100_000)
    parser.add_argument("--customers", type=int, default=200_000)
    options = parser.parse_args()
    make_shop(options.folder, n_products=options.products, n_customers=options.customers)


if __name__ == "__main__":
    main()
