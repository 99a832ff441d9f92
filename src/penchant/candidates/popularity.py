"""Popularity: what customers like, counted over all time, lately, and by segment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.popular import PopularSource, count_popularity, popular_order
from penchant.errors import BuildError
from penchant.files import open_array, read_json, write_json
from penchant.settings.showing import POPULAR, TRENDING
from penchant.types import Mask, Rows, Weights

SHRINKAGE = 100.0
"""Purchases of the whole shop mixed into a segment's: a small segment follows the shop."""

MIN_CUSTOMERS = 20
"""Customers a segment needs; a smaller one would tell what its few customers did."""

ARRAYS = ("overall", "recent", "by_segment", "segment_row")


@dataclass(frozen=True, eq=False)
class Popularity:
    """How much customers like each product; each customer counts a product once.

    Attributes:
        overall: Shape (n_products,), >= 0, of all time.
        recent: Shape (n_products,), >= 0, of the last days.
        segments: Names of the segments that have customers enough.
        by_segment: Shape (n_segments, n_products), float32, >= 0: what all customers would like if
            they were like those of the segment; each row sums to the sum of `overall`.
        segment_row: Shape (n_customers,), row in `segments`; -1: none.
    """

    overall: NDArray[np.float64]
    recent: NDArray[np.float64]
    segments: tuple[str, ...]
    by_segment: NDArray[np.float32]
    segment_row: Rows

    @cached_property
    def popular(self) -> PopularSource:
        """The source of all time."""
        return PopularSource(POPULAR, self.overall, popular_order(self.overall))

    @cached_property
    def trending(self) -> PopularSource:
        """The source of the last days."""
        return PopularSource(TRENDING, self.recent, popular_order(self.recent))

    @cached_property
    def _by_segment(self) -> tuple[PopularSource, ...]:
        return tuple(PopularSource(POPULAR, one, popular_order(one)) for one in self.by_segment)

    def among(self, segment: int) -> PopularSource:
        """Give the source of a segment's customers.

        Args:
            segment: Row in `segments`; -1: all customers.
        """
        return self.popular if segment < 0 else self._by_segment[segment]

    def extended(self, n: int) -> Popularity:
        """Give the same for n more products, which nobody touched yet.

        Args:
            n: How many.
        """
        none = np.zeros(n)
        more = np.zeros((len(self.segments), n), np.float32)
        return Popularity(
            np.concatenate([self.overall, none]),
            np.concatenate([self.recent, none]),
            self.segments,
            np.concatenate([self.by_segment, more], axis=1),
            self.segment_row,
        )

    def save(self, directory: Path) -> None:
        """Write one .npy file per array, and the names.

        Args:
            directory: An existing folder.
        """
        for name in ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, name))
        write_json(directory / "segments.json", {"segments": list(self.segments)})

    @classmethod
    def load(cls, directory: Path) -> Popularity:
        """Open what `save` wrote, by memory map.

        Args:
            directory: The folder.

        Raises:
            BuildError: if a file is missing, damaged, or the arrays do not fit together.
        """
        names = tuple(read_json(directory / "segments.json")["segments"])
        overall, recent, by_segment, segment_row = (
            open_array(directory / f"{name}.npy") for name in ARRAYS
        )
        if by_segment.shape != (len(names), len(overall)) or recent.shape != overall.shape:
            raise BuildError(f"The popularity in {directory} does not fit together. Build again.")
        return cls(overall, recent, names, by_segment, segment_row)


def find_popularity(
    customer_row: Rows,
    product_row: Rows,
    weights: Weights,
    lately: Mask,
    *,
    n_products: int,
    segments: tuple[str | None, ...],
) -> Popularity:
    """Count what customers like.

    Args:
        customer_row: Shape (n,).
        product_row: Shape (n,), aligned; -1 is left out.
        weights: Shape (n,), aligned, without recency; only positive ones count.
        lately: Shape (n,), aligned: which interactions are recent.
        n_products: Products in all.
        segments: One per customer; None: in no segment.

    Returns:
        The counts; segments of fewer than MIN_CUSTOMERS customers are left out.

    Example:
        >>> one = np.zeros(1, np.int32)
        >>> find_popularity(one, one, np.ones(1), np.ones(1, bool), n_products=2,
        ...                 segments=("vip",)).overall
        array([1., 0.])
    """
    sizes: dict[str, int] = {}
    for name in segments:
        if name:
            sizes[name] = sizes.get(name, 0) + 1
    names = tuple(sorted(name for name, size in sizes.items() if size >= MIN_CUSTOMERS))
    rows = {name: row for row, name in enumerate(names)}
    segment_row = np.array([rows.get(name or "", -1) for name in segments], np.int32)
    overall = count_popularity(customer_row, product_row, weights, n_products=n_products)
    own = segment_row[customer_row] if len(segment_row) else np.empty(0, np.int32)
    by_segment = np.zeros((len(names), n_products), np.float32)
    for row in range(len(names)):
        here = own == row
        counted = count_popularity(
            customer_row[here], product_row[here], weights[here], n_products=n_products
        )
        by_segment[row] = shrink(counted, overall)
    return Popularity(
        overall=overall,
        recent=count_popularity(
            customer_row[lately], product_row[lately], weights[lately], n_products=n_products
        ),
        segments=names,
        by_segment=by_segment,
        segment_row=segment_row,
    )


def shrink(
    counted: NDArray[np.float64], overall: NDArray[np.float64], *, shrinkage: float = SHRINKAGE
) -> NDArray[np.float64]:
    """Mix a segment's counts with those of the shop, on the scale of the shop.

    share(j) = (c_j + m * o_j / O) / (C + m), times O; C and O are the sums of c and o.

    Args:
        counted: Shape (n_products,), the segment's counts c.
        overall: Shape (n_products,), the shop's counts o.
        shrinkage: m, in the unit of the counts.

    Returns:
        Shape (n_products,), sums to the sum of `overall`.
    """
    total = overall.sum()
    if total <= 0:
        return np.zeros_like(overall)
    mixed = (counted + shrinkage * overall / total) / (counted.sum() + shrinkage)
    return np.asarray(mixed * total)
