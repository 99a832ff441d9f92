"""What every index answers, and what it may be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.distinct import distinct
from penchant.types import Mask, Rows


@dataclass(frozen=True, slots=True, eq=False)
class Neighbors:
    """Nearest rows of each query, best first.

    Attributes:
        rows: Shape (n_queries, k), int32; -1 where fewer than k rows are eligible.
        similarities: Shape (n_queries, k), float64; NaN where `rows` is -1.
    """

    rows: NDArray[np.int32]
    similarities: NDArray[np.float64]

    def of(self, query: int) -> list[tuple[int, float]]:
        """Give (row, similarity) of one query, best first, without the gaps.

        Args:
            query: Number of the query.
        """
        pairs = zip(self.rows[query].tolist(), self.similarities[query].tolist(), strict=True)
        return [(row, similarity) for row, similarity in pairs if row >= 0]

    def together(self) -> Rows:
        """Give the rows of all queries: of one, nearest first; of several, rising, no repeats."""
        return together([own[own >= 0] for own in self.rows])


def together(parts: Sequence[Rows]) -> Rows:
    """Join what several queries found.

    Args:
        parts: Per query, rows without repeats.

    Returns:
        Those of a single query as they are; of several, rising, no repeats.

    Example:
        >>> together([np.array([7, 3], np.int32), np.array([3, 5], np.int32)]).tolist()
        [3, 5, 7]
    """
    return parts[0] if len(parts) == 1 else distinct(np.concatenate(parts))


class Index(Protocol):
    """Unit rows to be searched, by whatever way."""

    @property
    def vectors(self) -> NDArray[np.float32]:
        """Shape (n, dim), unit rows; rows of zeros are never found."""

    @property
    def present(self) -> Mask:
        """Shape (n,), which rows may be found."""

    def query(
        self,
        queries: NDArray[np.float32],
        k: int,
        *,
        eligible: Mask | None = None,
        excluded: Sequence[Rows] | None = None,
    ) -> Neighbors:
        """Find the k nearest rows of each query; similarities are finished in float64.

        Args:
            queries: Shape (n_queries, dim), unit rows; one of zeros is equally near to all.
            k: How many, >= 1.
            eligible: Shape (n,), rows that may be found; absent: all.
            excluded: One array of rows per query, not to be found for it; -1 stands for none.

        Returns:
            Shapes (n_queries, min(k, n)), best first; ties (to 1e-9) go to the lower row.

        Raises:
            InputError: if the dim of the queries differs, k is below 1, or `eligible` or
                `excluded` has another length.
        """

    def around(
        self, starts: NDArray[np.float32], k: int, *, eligible: Mask, rows: Rows | None = None
    ) -> Rows:
        """Find products near some directions, for a ranking that scores them itself.

        Args:
            starts: Shape (n_starts, dim), n_starts >= 1, unit rows.
            k: How many of each, >= 1.
            eligible: Shape (n,), rows that may be found.
            rows: Shape (n_starts,), rows whose vectors the starts are; absent: they are of none.

        Returns:
            Of one start k rows, or all eligible ones that hold a vector if they are fewer, nearest
            first; of several, all of theirs, rising, no repeats.

        Raises:
            InputError: as `query`.
        """


def check_query(
    shape: tuple[int, ...],
    queries: NDArray[np.float32],
    k: int,
    eligible: Mask | None,
    excluded: Sequence[Rows] | None,
) -> None:
    """Refuse a query that does not fit an index.

    Args:
        shape: (n, dim) of the index.
        queries: As in `Index.query`.
        k: As there.
        eligible: As there.
        excluded: As there.

    Raises:
        InputError: as there.
    """
    n, dim = shape
    if queries.ndim != 2 or queries.shape[1] != dim:
        raise InputError(
            f"queries has shape {queries.shape}, must be (n_queries, {dim}) like the index."
        )
    if k < 1:
        raise InputError(f"k is {k}, must be >= 1.")
    if eligible is not None and eligible.shape != (n,):
        raise InputError(f"eligible has shape {eligible.shape}, must be ({n},) like the index.")
    if excluded is not None and len(excluded) != len(queries):
        raise InputError(
            f"excluded has {len(excluded)} entries, must have one for each of {len(queries)} "
            "queries."
        )
