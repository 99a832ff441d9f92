"""What statistics need of many units: count, means and centred products, which merge exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError, MissingExtraError, did_you_mean

if TYPE_CHECKING:
    from tea_tasting.aggr import Aggregates


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """Count, means and centred products of the columns of some units.

    Merge those of *disjoint* units only, such as shards of customers: a customer who came on two
    days would count twice if days were merged, and every interval would be too narrow.

    Attributes:
        columns: Names, in order.
        count: Units, >= 0.
        means: Shape (n_columns,), float64; 0 where there is no unit.
        comoments: Shape (n_columns, n_columns), float64: sums of products of what each unit is
            away from the means.
    """

    columns: tuple[str, ...]
    count: int
    means: NDArray[np.float64]
    comoments: NDArray[np.float64]

    @classmethod
    def of(cls, columns: Sequence[str], rows: NDArray[np.floating]) -> Moments:
        """Sum up rows, in two passes.

        Args:
            columns: Names.
            rows: Shape (n_units, n_columns), finite; one row per unit.

        Raises:
            InputError: if the shape does not fit the columns, or a value is not finite.

        Example:
            >>> some = Moments.of(["clicks"], np.array([[0.0], [1.0], [2.0]]))
            >>> some.mean("clicks"), some.variance("clicks")
            (1.0, 1.0)
        """
        if rows.ndim != 2 or rows.shape[1] != len(columns):
            raise InputError(f"rows has shape {rows.shape}, must be (n_units, {len(columns)}).")
        values = rows.astype(np.float64)
        if not np.isfinite(values).all():
            raise InputError("rows holds a value that is not finite; every unit needs a number.")
        if not len(values):
            return cls.none(columns)
        means = values.mean(axis=0)
        values -= means
        # A mean is rounded: what is left of it belongs to it, and out of the products.
        rest = values.mean(axis=0)
        comoments = values.T @ values - len(values) * np.outer(rest, rest)
        return cls(tuple(columns), len(values), means + rest, comoments)

    @classmethod
    def none(cls, columns: Sequence[str]) -> Moments:
        """Give the moments of no unit at all.

        Args:
            columns: Names.
        """
        size = len(columns)
        return cls(tuple(columns), 0, np.zeros(size), np.zeros((size, size)))

    @classmethod
    def from_sums(
        cls,
        columns: Sequence[str],
        count: int,
        sums: NDArray[np.floating],
        products: NDArray[np.floating],
    ) -> Moments:
        """Make moments of sums, as SQL gives them.

        Digits are lost where a column's mean is many times its scatter; counts and money per
        unit are far from that.

        Args:
            columns: Names.
            count: Units, >= 0.
            sums: Shape (n_columns,), sum of each column.
            products: Shape (n_columns, n_columns), sum of products of each two columns.

        Raises:
            InputError: if a shape does not fit the columns.
        """
        size = len(columns)
        if sums.shape != (size,) or products.shape != (size, size):
            raise InputError(
                f"sums has shape {sums.shape} and products {products.shape}, must be ({size},) "
                f"and ({size}, {size})."
            )
        if not count:
            return cls.none(columns)
        means = sums.astype(np.float64) / count
        comoments = products - count * np.outer(means, means)
        np.fill_diagonal(comoments, np.maximum(np.diag(comoments), 0.0))
        return cls(tuple(columns), count, means, comoments)

    def __add__(self, other: Moments) -> Moments:
        """Merge with those of other units (Chan, Golub and LeVeque 1983)."""
        if self.columns != other.columns:
            raise InputError(
                f"Moments of {list(self.columns)} and {list(other.columns)} do not merge: "
                "both need the same columns in the same order."
            )
        if not self.count or not other.count:
            return self if self.count else other
        count = self.count + other.count
        apart = other.means - self.means
        between = np.outer(apart, apart) * (self.count * other.count / count)
        means = self.means + apart * (other.count / count)
        return Moments(self.columns, count, means, self.comoments + other.comoments + between)

    def mean(self, column: str) -> float:
        """Give the mean of a column; 0 where there is no unit.

        Args:
            column: Its name.
        """
        return float(self.means[self._place(column)])

    def variance(self, column: str) -> float:
        """Give the sample variance of a column; 0 for fewer than two units.

        Args:
            column: Its name.
        """
        return self.covariance(column, column)

    def covariance(self, a: str, b: str) -> float:
        """Give the sample covariance of two columns; 0 for fewer than two units.

        Args:
            a: One name.
            b: Another, or the same.
        """
        product = self.comoments[self._place(a), self._place(b)]
        return float(product / (self.count - 1)) if self.count > 1 else 0.0

    def to_aggregates(self) -> Aggregates:
        """Hand over to tea-tasting.

        Raises:
            MissingExtraError: if it is not installed.
        """
        try:
            from tea_tasting.aggr import Aggregates
        except ImportError:
            raise MissingExtraError("The analysis of an experiment", "experiments") from None
        names = self.columns
        pairs = [(a, b) for place, a in enumerate(names) for b in names[place + 1 :]]
        return Aggregates(
            self.count,
            {one: self.mean(one) for one in names},
            {one: self.variance(one) for one in names},
            {(a, b): self.covariance(a, b) for a, b in pairs},
        )

    def _place(self, column: str) -> int:
        if column not in self.columns:
            raise InputError(
                f'Moments have no column "{column}", only: {", ".join(self.columns)}.'
                f"{did_you_mean(column, self.columns)}"
            )
        return self.columns.index(column)


def merged(parts: Iterable[Moments]) -> Moments:
    """Merge moments of disjoint units, such as one per shard.

    Two by two, so that rounding grows with the logarithm of how many there are.

    Args:
        parts: At least one, all of the same columns.

    Returns:
        Those of all units together; the order of parts changes only the last digits.

    Raises:
        InputError: if there is none, or their columns differ.
    """
    some = list(parts)
    if not some:
        raise InputError("There are no moments to merge, must be at least one.")
    while len(some) > 1:
        pairs = zip(some[::2], some[1::2], strict=False)
        some = [a + b for a, b in pairs] + ([some[-1]] if len(some) % 2 else [])
    return some[0]
