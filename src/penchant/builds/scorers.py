"""Scorers: the sources of a surface for many customers at once, as its weights are fitted on.

Each gives what the source of the same name gives one customer at request time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from penchant.builds.lessons import Lessons
from penchant.builds.sources import Sources
from penchant.candidates.links import ProductLinks
from penchant.maths.rows import unit_rows
from penchant.ranking.fit import Scorer
from penchant.settings import showing as s
from penchant.types import Rows, Scores, Weights

if TYPE_CHECKING:
    from scipy.sparse import csr_array


def owned_matrix(lessons: Lessons) -> csr_array:
    """Lay lessons out as customers x products, 1 where a customer wanted a product.

    Args:
        lessons: Any.
    """
    from scipy.sparse import csr_array

    ones = np.ones(len(lessons.customer_row), np.float32)
    places = (lessons.customer_row, lessons.product_row)
    matrix = csr_array((ones, places), shape=(lessons.n_customers, lessons.n_products))
    matrix.sum_duplicates()
    matrix.data[:] = 1.0
    return matrix


def make_scorers(
    surface: str, sources: Sources, liked: Weights, owned: csr_array, seeds: csr_array
) -> Mapping[str, Scorer]:
    """Give the scorers of a surface.

    Args:
        surface: Whose default sources are wanted; those that look need style vectors, and pairings
            join where they were learned.
        sources: What was learned without the purchases that are asked for.
        liked: Shape (n_products,), how much all customers like each product.
        owned: Shape (n_customers, n_products), what makes the taste.
        seeds: Of the same shape: what the surface starts from.
    """
    styles = sources.placement.vectors
    popular = np.log1p(liked).astype(np.float32)
    scorers: dict[str, Scorer] = {
        s.COLLABORATIVE: _linked(seeds, sources.links),
        s.COMPLEMENTS: _complements(seeds, sources),
        s.POPULAR: lambda rows: np.tile(popular, (len(rows), 1)),
    }
    if styles.any():
        scorers[s.VISUAL] = _near(owned, styles, styles)
        scorers[s.SIMILAR] = _near(seeds, styles, styles)
    wanted = set(s.DEFAULT_WEIGHTS[surface])
    if sources.pairings is not None:
        pairs = sources.pairings
        scorers[s.PAIRINGS] = _near(seeds, pairs.owned, pairs.candidates)
        wanted.add(s.PAIRINGS)
    return {name: scorer for name, scorer in scorers.items() if name in wanted}


def _near(rows_of: csr_array, starts: NDArray[np.float32], ends: NDArray[np.float32]) -> Scorer:
    def score(rows: Rows) -> Scores:
        return np.asarray(unit_rows(rows_of[rows] @ starts) @ ends.T)

    return score


def _linked(rows_of: csr_array, links: ProductLinks) -> Scorer:
    def score(rows: Rows) -> Scores:
        return np.asarray(np.sqrt(np.maximum(links.scores(_histories(rows_of, rows)), 0.0)))

    return score


def _complements(rows_of: csr_array, sources: Sources) -> Scorer:
    def score(rows: Rows) -> Scores:
        found = [sources.complements.score_products(one) for one in _histories(rows_of, rows)]
        return np.sqrt(np.maximum(np.array(found), 0.0)).astype(np.float32)

    return score


def _histories(rows_of: csr_array, rows: Rows) -> list[Rows]:
    part = rows_of[rows]
    return [part.indices[a:b] for a, b in zip(part.indptr, part.indptr[1:], strict=False)]
