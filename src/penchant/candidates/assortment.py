"""The assortment: products as the sources and rules see them, by product_row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.complements import Complements
from penchant.candidates.facet import Facet
from penchant.candidates.links import ProductLinks
from penchant.candidates.newest import NewestSource, newest_order
from penchant.candidates.popularity import Popularity
from penchant.id_map import IdMap
from penchant.index import Index
from penchant.types import Mask, Rows


@dataclass(frozen=True, eq=False)
class Assortment:
    """All products of a build, with what they may be ranked and chosen by.

    Attributes:
        product_ids: product_id <-> product_row.
        titles: One per product; the product_id where the shop gave none.
        in_stock: Shape (n_products,), which can be bought now.
        index: Over the style vectors.
        popularity: What customers like: of all time, lately, and by segment.
        links: Between products the same customers own.
        complements: Products that complete others.
        created_us: Shape (n_products,), microseconds since 1970; the lowest int64: unknown.
        prices: Shape (n_products,), what is paid now; NaN: unknown.
        group_row: Shape (n_products,), the same number for variants of one design.
        facets: "category", "gender", "age_group" and "collection" of the products.
    """

    product_ids: IdMap
    titles: Sequence[str]
    in_stock: Mask
    index: Index
    popularity: Popularity
    links: ProductLinks
    complements: Complements
    created_us: NDArray[np.int64]
    prices: NDArray[np.float64]
    group_row: Rows
    facets: Mapping[str, Facet]

    def __len__(self) -> int:
        return len(self.in_stock)

    @cached_property
    def newest(self) -> NewestSource:
        """The source of the products that came in last."""
        return NewestSource(self.created_us, newest_order(self.created_us))
