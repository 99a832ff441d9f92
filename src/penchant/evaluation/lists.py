"""Lists of products, one per customer: what was shown, best first, and what was really taken."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.types import Rows

CHUNK = 16_384
"""Customers looked at together: what is made on the way stays in the cache, and small."""


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """Different products of each customer in any order, such as those they really took.

    Attributes:
        starts: Shape (n_customers + 1,), int64, from 0: customer i has
            product_row[starts[i]:starts[i + 1]].
        product_row: Shape (n,), int32, >= 0; none twice for a customer.

    Example:
        >>> Truth.from_lists([[4, 2], [], [4]]).sizes
        array([2, 0, 1])
    """

    starts: NDArray[np.int64]
    product_row: Rows

    def __post_init__(self) -> None:
        ends = (int(self.starts[0]), int(self.starts[-1])) if len(self.starts) else ()
        if ends != (0, len(self.product_row)) or (self.sizes < 0).any():
            raise InputError(
                f"starts goes {ends}, must rise from 0 to the {len(self.product_row)} products: "
                "take Truth.from_pairs or Truth.from_lists."
            )
        if self.product_row.min(initial=0) < 0:
            raise InputError(
                f"product_row holds {self.product_row.min()}, must be >= 0: leave such pairs out."
            )
        keys = np.sort(self.keys(int(self.product_row.max(initial=0)) + 1))
        if (keys[1:] == keys[:-1]).any():
            raise InputError(
                "product_row holds a product twice for one customer, must hold it once: "
                "take Truth.from_pairs, which drops repeats."
            )

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Give the number of products of each customer, shape (n_customers,)."""
        return np.diff(self.starts)

    @property
    def customer_row(self) -> NDArray[np.int64]:
        """Give the customer of each product, shape (n,), ascending."""
        return np.repeat(np.arange(len(self)), self.sizes)

    def keys(self, n_products: int) -> NDArray[np.int64]:
        """Give customer_row * n_products + product_row, shape (n,): one number for each pair.

        Args:
            n_products: More than every product_row.
        """
        return self.customer_row * n_products + self.product_row

    def part(self, span: slice) -> Truth:
        """Give some customers, one after another.

        Args:
            span: Which; without a step.
        """
        first, last, _ = span.indices(len(self))
        starts = self.starts[first : last + 1]
        return Truth(starts - starts[0], self.product_row[starts[0] : starts[-1]])

    @classmethod
    def from_pairs(
        cls,
        customer_row: NDArray[np.integer],
        product_row: NDArray[np.integer],
        *,
        n_customers: int,
    ) -> Truth:
        """Gather pairs in any order; a repeated one counts once.

        Args:
            customer_row: Shape (n,), in 0..n_customers - 1.
            product_row: Aligned with customer_row, >= 0.
            n_customers: Customer rows, those without a pair included.
        """
        n_products = int(product_row.max(initial=0)) + 1
        keys = np.unique(customer_row.astype(np.int64) * n_products + product_row)
        starts = np.searchsorted(keys, np.arange(n_customers + 1) * n_products)
        return cls(starts, (keys % n_products).astype(np.int32))

    @classmethod
    def from_lists(cls, lists: Sequence[Sequence[int] | Rows]) -> Truth:
        """Join one list of product rows per customer, each without repeats.

        Args:
            lists: One per customer; may be empty.
        """
        parts = [np.asarray(one, np.int32) for one in lists]
        starts = np.cumsum([0, *map(len, parts)], dtype=np.int64)
        return cls(starts, np.concatenate([np.empty(0, np.int32), *parts]))


def first_k(rows: NDArray[np.integer], k: int) -> NDArray[np.int32]:
    """Cut or fill every list to k slots.

    Args:
        rows: Shape (n_customers, any), product rows in the order shown; -1 where none came.
        k: Slots, >= 1.

    Returns:
        Shape (n_customers, k), int32; the input itself where that is what it is.

    Raises:
        InputError: if rows is no such table, k < 1, or a list shows a product twice.

    Example:
        >>> first_k(np.array([[5, 3]]), 3)
        array([[ 5,  3, -1]], dtype=int32)
    """
    if k < 1:
        raise InputError(f"k is {k}, must be >= 1.")
    if rows.ndim != 2 or rows.dtype.kind != "i":
        raise InputError(
            f"rows has shape {rows.shape} of {rows.dtype}, must be (n_customers, k) of int32: "
            "one list of product rows per customer, -1 where fewer came."
        )
    lists = rows[:, :k].astype(np.int32, copy=False)
    if lists.shape[1] < k:
        lists = np.pad(lists, ((0, 0), (0, k - lists.shape[1])), constant_values=-1)
    for span in spans(len(lists)):
        ordered = np.sort(lists[span], axis=1)
        twice = (ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] >= 0)
        if twice.any():
            customer, slot = np.argwhere(twice)[0]
            raise InputError(
                f"rows shows customer_row {span.start + customer} the product_row "
                f"{ordered[customer, slot]} twice, must show it once: drop the repeat."
            )
    return lists


def spans(n: int) -> Iterator[slice]:
    """Cut 0..n - 1 into spans of bounded length.

    Args:
        n: Customers.
    """
    return (slice(first, min(first + CHUNK, n)) for first in range(0, n, CHUNK))


def list_sums(values: NDArray[np.generic], lists: NDArray[np.int32]) -> NDArray[np.float64]:
    """Add up, for each list, the values of its products.

    Args:
        values: Shape (n_products,), n_products >= 1.
        lists: Shape (n_customers, k), product rows; -1 adds nothing.

    Returns:
        Shape (n_customers,).

    Example:
        >>> list_sums(np.array([1.0, 10.0]), np.array([[1, 0], [1, -1]], np.int32))
        array([11., 10.])
    """
    sums = np.empty(len(lists))
    for span in spans(len(lists)):
        part = lists[span]
        sums[span] = np.where(part >= 0, values[part], 0).sum(axis=1)
    return sums
