"""Baskets: products one customer touched within some days, what the map learns from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.types import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Baskets:
    """Sets of at least two different products, one after another.

    Attributes:
        starts: Shape (n + 1,), int64: basket i holds product_row[starts[i]:starts[i + 1]].
        product_row: Shape (starts[-1],), sorted within a basket.
    """

    starts: NDArray[np.int64]
    product_row: Rows

    def __len__(self) -> int:
        return len(self.starts) - 1

    def __getitem__(self, number: int) -> Rows:
        return self.product_row[self.starts[number] : self.starts[number + 1]]

    @property
    def lengths(self) -> NDArray[np.int64]:
        """Products in each basket, shape (n,), each >= 2."""
        return np.diff(self.starts)


def find_baskets(
    customer_row: Rows, product_row: Rows, time_us: NDArray[np.int64], *, days: float
) -> Baskets:
    """Group interactions into baskets.

    A customer's first interaction opens a basket; every `days` days after it another one begins.

    Args:
        customer_row: Shape (n,), any order.
        product_row: Shape (n,), aligned; -1, a product that is not in the build, is left out.
        time_us: Shape (n,), microseconds, aligned.
        days: Length of a basket, > 0.

    Returns:
        Baskets in order of customer and time; those with fewer than two products are left out.

    Example:
        >>> rows = np.array([0, 0, 0, 1], np.int32)
        >>> find_baskets(rows, np.array([5, 4, 4, 9], np.int32), np.zeros(4, np.int64), days=30)[0]
        array([4, 5], dtype=int32)
    """
    known = product_row >= 0
    customer_row, product_row, time_us = customer_row[known], product_row[known], time_us[known]
    if not len(customer_row):
        return Baskets(np.zeros(1, np.int64), np.empty(0, np.int32))
    first = np.full(int(customer_row.max()) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, customer_row, time_us)
    window = (time_us - first[customer_row]) // max(1, int(days * MICROSECONDS_PER_DAY))
    order = np.lexsort((product_row, window, customer_row))
    key = np.stack([customer_row[order], window[order], product_row[order]]).astype(np.int64)
    key = key[:, np.concatenate([[True], (np.diff(key, axis=1) != 0).any(axis=0)])]
    opens = np.concatenate([[True], (np.diff(key[:2], axis=1) != 0).any(axis=0)])
    return _of_two_or_more(np.flatnonzero(opens), key[2].astype(np.int32))


def _of_two_or_more(opens: NDArray[np.intp], product_row: Rows) -> Baskets:
    lengths = np.diff(np.append(opens, len(product_row)))
    keep = lengths >= 2
    inside = np.repeat(keep, lengths)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(lengths[keep])])
    return Baskets(starts, product_row[inside])
