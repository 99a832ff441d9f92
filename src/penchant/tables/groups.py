"""Groups: one number per design, so that variants such as colors are known to belong together."""

from __future__ import annotations

import numpy as np
import polars as pl

from penchant import columns as c
from penchant.types import Rows


def group_rows(products: pl.DataFrame) -> Rows:
    """Number the designs of products.

    Args:
        products: Cleaned products.

    Returns:
        Shape (n_products,), from 0 on: the same number for products of one group_id. A product
        without one is a design of its own.

    Example:
        >>> shop = pl.DataFrame({"product_id": ["a", "b", "c"], "group_id": ["b", None, "b"]})
        >>> group_rows(shop)
        array([0, 1, 0], dtype=int32)
    """
    names = pl.coalesce("g" + pl.col(c.GROUP_ID), "p" + pl.col(c.PRODUCT_ID))
    return products.select(names.rank("dense") - 1).to_series().to_numpy().astype(np.int32)
