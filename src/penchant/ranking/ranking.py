"""A ranking: products best first, each score the sum of what the sources gave."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.falling import falling
from penchant.types import Rows, Weights


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Products in order.

    Attributes:
        rows: Shape (n,), product rows, best first, no repeats.
        parts: Shape (n, n_sources), what each source gave to each score; best with each source's
            together in memory, as `take` leaves them: a few long sums instead of many short ones.
        sources: Names of the sources.
    """

    rows: Rows
    parts: NDArray[np.float64]
    sources: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.parts.shape != (len(self.rows), len(self.sources)):
            raise InputError(
                f"parts has shape {self.parts.shape}, must be one row for each of "
                f"{len(self.rows)} products and one column for each of {len(self.sources)} sources."
            )

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def scores(self) -> Weights:
        """Shape (n,), the sums of the parts."""
        return np.asarray(self.parts.sum(axis=1))

    def take(self, which: NDArray[np.bool_] | NDArray[np.intp] | slice) -> Ranking:
        """Give some of the products, in the order asked for.

        Args:
            which: A mask, places in the ranking, or a slice.
        """
        if isinstance(which, slice):
            return Ranking(self.rows[which], self.parts[which], self.sources)
        places = np.flatnonzero(which) if which.dtype == bool else which
        return Ranking(self.rows.take(places), self.parts.T.take(places, axis=1).T, self.sources)

    def sorted(self) -> Ranking:
        """Give the same products by falling score, rounded to 1e-6; ties go to the lower row."""
        ranking = self if _rise(self.rows) else self.take(self.rows.argsort())
        return ranking.take(falling(ranking.scores.round(6)))


def _rise(rows: Rows) -> bool:
    return bool((rows[1:] >= rows[:-1]).all())


def join_rankings(rankings: Sequence[Ranking]) -> Ranking:
    """Put rankings one after the other; a source that one of them lacks gave nothing there.

    Args:
        rankings: At least one, without products in common.

    Example:
        >>> one = Ranking(np.array([4], np.int32), np.array([[1.0]]), ("visual",))
        >>> two = Ranking(np.array([2], np.int32), np.array([[3.0]]), ("popular",))
        >>> join_rankings([one, two]).parts.tolist()
        [[1.0, 0.0], [0.0, 3.0]]
    """
    if len(rankings) == 1:
        return rankings[0]
    sources = tuple(dict.fromkeys(name for one in rankings for name in one.sources))
    parts = [np.zeros((len(one), len(sources))) for one in rankings]
    for part, one in zip(parts, rankings, strict=True):
        part[:, [sources.index(name) for name in one.sources]] = one.parts
    return Ranking(np.concatenate([one.rows for one in rankings]), np.concatenate(parts), sources)


def nothing_ranked(sources: tuple[str, ...] = ()) -> Ranking:
    """Give a ranking without products.

    Args:
        sources: Names of its sources.
    """
    return Ranking(np.empty(0, np.int32), np.empty((0, len(sources))), sources)
