"""Make up customers for real products: `python -m penchant.sample.shoppers PRODUCTS OUT.csv`.

To try penchant on a catalogue of your own before there are interactions: customers who favour one
or two categories. They know nothing of looks, so they prove nothing about taste.
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from penchant import columns as c
from penchant.sample.generator import generate_interactions

END = datetime(2026, 6, 30, tzinfo=UTC)


def write_interactions(
    products: Path, out: Path, *, n_customers: int, n_interactions: int, seed: int
) -> int:
    """Write interactions of made-up customers with the products of a table.

    Args:
        products: A products table, CSV or Parquet, with categories.
        out: CSV to write; replaced if it is there.
        n_customers: Customers.
        n_interactions: Interactions in all, about.
        seed: Same seed, same file.

    Returns:
        Rows written.
    """
    from penchant.tables import read_table

    table = read_table(c.PRODUCTS, products, as_of=END).frame
    frame = generate_interactions(
        np.random.default_rng(seed),
        product_ids=table[c.PRODUCT_ID].to_list(),
        categories=table[c.CATEGORY].fill_null("").to_list(),
        n_customers=n_customers,
        n_interactions=n_interactions,
        end=END,
    )
    frame.write_csv(out, datetime_format="%Y-%m-%dT%H:%M:%SZ")
    return len(frame)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("products", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--customers", type=int, default=500)
    parser.add_argument("--interactions", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    write_interactions(
        options.products,
        options.out,
        n_customers=options.customers,
        n_interactions=options.interactions,
        seed=options.seed,
    )


if __name__ == "__main__":
    main()
