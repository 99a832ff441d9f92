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
from penchant.candidates.nearest import NearestSource
from penchant.candidates.newest import NewestSource, newest_order
from penchant.candidates.paired import paired_source
from penchant.candidates.popularity import Popularity
from penchant.id_map import IdMap
from penchant.index import ExactIndex, Index
from penchant.maths.distinct import distinct
from penchant.space.pairings import Pairings
from penchant.types import Mask, Rows, Weights


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
        pairings: What goes together; None where there was too little to learn from.
        complements: Products that complete others.
        created_us: Shape (n_products,), microseconds since 1970; the lowest int64: unknown.
        prices: Shape (n_products,), what is paid now; NaN: unknown.
        group_row: Shape (n_products,), 0, 1, ...: the same number for variants of one design.
        facets: "category", "gender", "age_group" and "collection" of the products.
    """

    product_ids: IdMap
    titles: Sequence[str]
    in_stock: Mask
    index: Index
    popularity: Popularity
    links: ProductLinks
    pairings: Pairings | None
    complements: Complements
    created_us: NDArray[np.int64]
    prices: NDArray[np.float64]
    group_row: Rows
    facets: Mapping[str, Facet]

    def __len__(self) -> int:
        return len(self.in_stock)

    def variants_of(self, rows: Rows) -> Rows:
        """Give some products and all others of their groups.

        Args:
            rows: Shape (n,), products.

        Returns:
            Shape (m,), m >= n; a product may come twice.
        """
        if not self.has_variants:
            return rows
        order, starts = self._members
        groups = self.group_row[rows].tolist()
        parts = [order[starts[group] : starts[group + 1]] for group in groups]
        return np.concatenate(parts) if parts else rows

    @cached_property
    def has_variants(self) -> bool:
        """Whether any two products are of one group."""
        return len(distinct(self.group_row)) < len(self)

    @cached_property
    def _members(self) -> tuple[Rows, NDArray[np.int64]]:
        """Products by group, and where each group starts."""
        order = np.argsort(self.group_row, kind="stable").astype(np.int32)
        counts = np.bincount(self.group_row)
        return order, np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])

    def paired(self, rows: Rows, weights: Weights | None = None) -> tuple[NearestSource, ...]:
        """Give the source of what goes with some products, if there is one.

        Args:
            rows: Shape (n,), products.
            weights: Shape (n,), how much each counts; 1 each by default.

        Returns:
            One source; none where nothing was learned of any of the products.
        """
        if self.pairings is None:
            return ()
        found = paired_source(self.pairings, self._paired_index, rows, weights)
        return () if found is None else (found,)

    @cached_property
    def _paired_index(self) -> ExactIndex:
        sides = self.pairings
        return ExactIndex.over(self.index.vectors[:0] if sides is None else sides.candidates)

    @cached_property
    def newest(self) -> NewestSource:
        """The source of the products that came in last."""
        return NewestSource(self.created_us, newest_order(self.created_us))
