"""The assortment: products as the sources see them, by product_row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.id_map import IdMap
from penchant.index import Index
from penchant.types import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Assortment:
    """All products of a build, with what they may be ranked by.

    Attributes:
        product_ids: product_id <-> product_row.
        titles: One per product; the product_id where the shop gave none.
        in_stock: Shape (n_products,), which can be bought now.
        index: Over the style vectors.
        popularity: Shape (n_products,), >= 0.
        created_us: Shape (n_products,), microseconds since 1970; the lowest int64: unknown.
    """

    product_ids: IdMap
    titles: Sequence[str]
    in_stock: Mask
    index: Index
    popularity: NDArray[np.float64]
    created_us: NDArray[np.int64]
