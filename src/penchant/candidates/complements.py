"""The complements source: what completes a look, products of other categories bought together.

    score(i, j) = (C_ij + m A[c_i, c_j] q_j) / (C_i + m)

the share of j among the companions of i. C_ij: baskets with both, where their categories c differ;
C_i: its sum over j; A: the same share between categories, which starts from the shipped graph; q_j:
the share of j in its category's sales; m: the prior's weight. So a product without data is
completed by the best sellers of the categories that go with its own, and data take over as they
come.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.category_graph import default_affinity
from penchant.candidates.links import ProductLinks
from penchant.candidates.ownership import Ownership, find_ownership
from penchant.candidates.strongest import BLOCK, LinkBlock, join_links, strongest
from penchant.settings import ComplementSettings
from penchant.types import Rows, Weights


@dataclass(frozen=True, eq=False)
class Complements:
    """Fitted complements.

    Attributes:
        links: C_ij / (C_i + m), the most frequent of each product.
        categories: Category names.
        category_row: Shape (n_products,), row in `categories`; -1: unknown, never a complement.
        affinity: Shape (n_categories, n_categories), rows sum to 1 or 0.
        prior: Shape (n_products,), in (0, 1]: m / (C_i + m), what is left to the category.
        sales_share: Shape (n_products,), q; sums to 1 within a category, but for later products.
    """

    links: ProductLinks
    categories: tuple[str, ...]
    category_row: Rows
    affinity: NDArray[np.float64]
    prior: NDArray[np.float64]
    sales_share: NDArray[np.float64]

    def extended(self, categories: Sequence[str | None]) -> Complements:
        """Give the same for more products, which nobody bought yet.

        Each completes others as what was sold least of its category does, and is completed by what
        goes with its category; of a category that is new, nothing is known.

        Args:
            categories: One per new product; None or empty: unknown.
        """
        places = {name: row for row, name in enumerate(self.categories)}
        category_row = np.array([places.get(name or "", -1) for name in categories], np.int32)
        least = np.full(len(self.categories) + 1, np.inf)
        np.minimum.at(least, self.category_row, self.sales_share)
        least[-1] = 0.0  # -1, unknown
        return Complements(
            links=self.links.extended(len(categories)),
            categories=self.categories,
            category_row=np.concatenate([self.category_row, category_row]),
            affinity=self.affinity,
            prior=np.concatenate([self.prior, np.ones(len(categories))]),
            sales_share=np.concatenate([self.sales_share, least[category_row]]),
        )

    def score_products(self, rows: Rows, weights: Weights | None = None) -> NDArray[np.float64]:
        """Score all products as companions of some.

        Args:
            rows: Shape (n,), products of a cart or order; -1 adds nothing.
            weights: Shape (n,), how much each counts; 1 each by default.

        Returns:
            Shape (n_products,), >= 0; sums to at most the sum of weights.

        Raises:
            InputError: if a row is not below n_products, or weights are not one per row.
        """
        scores = self.links.score_products(rows, weights)
        placed = np.flatnonzero(self.category_row >= 0)
        scores[placed] += self.told_by_category(placed, self.by_category(rows, weights))
        return scores

    def by_category(self, rows: Rows, weights: Weights | None = None) -> NDArray[np.float64]:
        """Give what the categories of some products leave to each category.

        Args:
            rows: As in `score_products`.
            weights: As there.

        Returns:
            Shape (n_categories,), >= 0; a product gets its share of sales of it.
        """
        factors = np.ones(len(rows)) if weights is None else weights
        known = (rows >= 0) & (self.category_row[rows] >= 0)
        owned = rows[known]
        left = factors[known] * self.prior[owned]
        return np.asarray(left @ self.affinity[self.category_row[owned]])

    def told_by_category(
        self, rows: Rows | NDArray[np.intp], by_category: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Give what products get of what is left to their category.

        Args:
            rows: Shape (n,), products.
            by_category: As `by_category` gives it.

        Returns:
            Shape (n,), 0 where the category is unknown.
        """
        left = np.append(by_category, 0.0)  # the last: -1, unknown
        return np.asarray(left[self.category_row.take(rows)] * self.sales_share.take(rows))

    @cached_property
    def best_sold(self) -> tuple[Rows, ...]:
        """For each category its products, best sold first; ties go to the lower row."""
        order = np.lexsort((-self.sales_share, self.category_row)).astype(np.int32)
        names = np.arange(len(self.categories) + 1)
        starts = self.category_row[order].searchsorted(names)
        return tuple(order[a:b] for a, b in itertools.pairwise(starts.tolist()))

    def between(self, rows: Rows, product_rows: Rows) -> NDArray[np.float64]:
        """Split scores by the product of the cart that gave them, exactly.

        Args:
            rows: Shape (n,), products of a cart or order, none -1.
            product_rows: Shape (m,), candidates.

        Returns:
            Shape (n, m), >= 0; each column sums to the candidate's score.
        """
        own, other = self.category_row[rows], self.category_row[product_rows]
        known = (own >= 0)[:, None] & (other >= 0)
        prior = self.prior[rows][:, None] * self.affinity[own][:, other] if known.any() else 0.0
        told = prior * self.sales_share[product_rows]
        return self.links.between(rows, product_rows) + np.where(known, told, 0.0)


def fit_complements(
    basket_row: Rows,
    product_row: Rows,
    categories: Sequence[str | None],
    *,
    n_baskets: int,
    settings: ComplementSettings | None = None,
) -> Complements:
    """Count what is bought together across categories.

    Args:
        basket_row: Shape (n,), a basket, order or customer, in any order.
        product_row: Shape (n,), aligned; -1 is left out, repeated pairs count once.
        categories: One per product; None or empty: unknown.
        n_baskets: Baskets in all.
        settings: Weights of the priors, and how many pairs to keep.

    Raises:
        InputError: if the arrays are not pairs of rows.

    Example:
        >>> none, shop = np.empty(0, np.int32), ["Rings", "Rings", "Watches", "Earrings"]
        >>> found = fit_complements(none, none, shop, n_baskets=0)
        >>> found.score_products(np.array([0], np.int32)).round(2).tolist()
        [0.0, 0.0, 0.3, 0.7]
    """
    chosen = settings or ComplementSettings()
    n_products = len(categories)
    known = find_ownership(basket_row, product_row, n_customers=n_baskets, n_products=n_products)
    names = tuple(sorted({name for name in categories if name}))
    places = {name: row for row, name in enumerate(names)}
    category_row = np.array([places.get(name or "", -1) for name in categories], np.int32)
    counts = np.where(category_row >= 0, known.sold + 1.0, 0.0)  # one sale added to each
    placed = category_row >= 0
    sizes = np.bincount(category_row[placed], counts[placed], len(names)).astype(np.float64)
    pairs = join_links(_pairs(known, category_row), n_products, {})
    total = np.bincount(_owned(pairs), pairs.weights, n_products).astype(np.float64)
    return Complements(
        links=_shares(pairs, total + chosen.prior_weight, chosen, known),
        categories=names,
        category_row=category_row,
        affinity=_affinity(
            pairs, default_affinity(names, sizes), category_row, chosen.graph_weight
        ),
        prior=chosen.prior_weight / (total + chosen.prior_weight),
        sales_share=counts / np.append(sizes, 1.0)[category_row],
    )


def _pairs(known: Ownership, category_row: Rows) -> Iterator[LinkBlock]:
    """Count baskets with two products of different known categories."""
    by_product = known.matrix.T.tocsr()
    for first in range(0, len(category_row), BLOCK):
        together = (by_product[first : first + BLOCK] @ known.matrix).tocoo()
        owned, others = together.row + first, together.col
        across = (category_row[owned] != category_row[others]) & (category_row[owned] >= 0)
        across &= category_row[others] >= 0
        counts = together.data[across]
        yield strongest(owned[across], others[across], counts, max(len(counts), 1))


def _owned(pairs: ProductLinks) -> NDArray[np.intp]:
    return np.repeat(np.arange(pairs.n_products), np.diff(pairs.starts))


def _shares(
    pairs: ProductLinks, total: NDArray[np.float64], settings: ComplementSettings, known: Ownership
) -> ProductLinks:
    owned = _owned(pairs)
    kept = strongest(owned, pairs.product_row, pairs.weights / total[owned], settings.keep)
    about = {"method": "complements", "settings": asdict(settings), **known.about()}
    return join_links([kept], pairs.n_products, about)


def _affinity(
    pairs: ProductLinks, start: NDArray[np.float64], category_row: Rows, graph_weight: float
) -> NDArray[np.float64]:
    n = len(start)
    cells = category_row[_owned(pairs)].astype(np.int64) * n + category_row[pairs.product_row]
    told = np.bincount(cells, pairs.weights, n * n).reshape(n, n) + graph_weight * start
    return np.asarray(told / np.maximum(told.sum(axis=1, keepdims=True), 1e-300))
