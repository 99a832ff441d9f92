"""Links: how much owning one product speaks for another; what every collaborative source fits.

Item-kNN, EASE and the graph filter differ in how they fit links. Once fitted, all are the same
value: a few weighted links per product. A score is a sum over owned products, so it is exactly
explained, and costs the same whichever was fitted.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.distinct import summed
from penchant.maths.spans import spans_of
from penchant.types import Rows, Scores, Weights


@dataclass(frozen=True, slots=True, eq=False)
class ProductLinks:
    """Links from owned products to candidates; no product is linked to itself.

    Attributes:
        starts: Shape (n_products + 1,), int64: the links of owned product i stand at
            starts[i]:starts[i + 1].
        product_row: Shape (n_links,), int32, candidates; rising within a product.
        weights: Shape (n_links,), float32, aligned, finite, never 0; negative: speaks against.
        about: How they were fitted, for the manifest: method, settings, customers, left out.
    """

    starts: NDArray[np.int64]
    product_row: Rows
    weights: NDArray[np.float32]
    about: Mapping[str, object]

    @property
    def n_products(self) -> int:
        """Products that may be owned or proposed."""
        return len(self.starts) - 1

    def extended(self, n: int) -> ProductLinks:
        """Give the same for n more products, which nothing is linked to yet.

        Args:
            n: How many.
        """
        starts = np.concatenate([self.starts, np.full(n, self.starts[-1])])
        return ProductLinks(starts, self.product_row, self.weights, self.about)

    def score_products(self, rows: Rows, weights: Weights | None = None) -> NDArray[np.float64]:
        """Score all products for one customer: the sum of the links from what they own.

        Args:
            rows: Shape (n,), products the customer touched; -1, a product that is not in the
                build, adds nothing; one that is there twice counts twice.
            weights: Shape (n,), how much each counts; 1 each by default.

        Returns:
            Shape (n_products,), 0 where nothing is linked. Cost: the links of `rows`.

        Raises:
            InputError: if a row is not below n_products, or weights are not one per row.

        Example:
            >>> links = ProductLinks(np.array([0, 2, 2, 2]), np.array([1, 2], np.int32),
            ...                      np.array([0.5, 0.25], np.float32), {})
            >>> links.score_products(np.array([0, 1], np.int32)).tolist()
            [0.0, 0.5, 0.25]
        """
        linked, sums = self._links(rows, weights)
        return np.asarray(np.bincount(linked, sums, self.n_products), dtype=np.float64)

    def linked(
        self, rows: Rows, weights: Weights | None = None
    ) -> tuple[Rows, NDArray[np.float64]]:
        """Give what is not 0 of `score_products`, at a cost the number of products does not change.

        Args:
            rows: As in `score_products`.
            weights: As there.

        Returns:
            Shape (n,), the products that are linked, rising, and shape (n,), the score of each.

        Raises:
            InputError: as `score_products`.
        """
        return summed(*self._links(rows, weights))

    def _links(self, rows: Rows, weights: Weights | None) -> tuple[Rows, NDArray[np.float64]]:
        """Give all links from some products, with repeats, and what each adds to a score."""
        self._check(rows, weights)
        known = rows >= 0
        places, sizes = spans_of(self.starts, rows[known])
        factors = np.ones(len(rows)) if weights is None else weights
        return self.product_row[places], self.weights[places] * factors[known].repeat(sizes)

    def scores(self, histories: Sequence[Rows], weights: Sequence[Weights] | None = None) -> Scores:
        """Score all products for many customers.

        Args:
            histories: Per customer, rows as in `score_products`.
            weights: Per customer, weights as there.

        Returns:
            Shape (n_customers, n_products), float32, aligned with `histories`.

        Raises:
            InputError: as `score_products`.
        """
        from scipy.sparse import csr_array

        lengths = np.array([len(rows) for rows in histories], np.int64)
        rows = np.concatenate([np.empty(0, np.int32), *histories])
        factors = np.ones(len(rows)) if weights is None else np.concatenate([[], *weights])
        self._check(rows, factors)
        known = rows >= 0
        customers = np.repeat(np.arange(len(histories)), lengths)[known]
        shape = (len(histories), self.n_products)
        owned = csr_array((factors[known], (customers, rows[known])), shape=shape)
        square = (self.n_products, self.n_products)
        links = csr_array((self.weights, self.product_row, self.starts), shape=square)
        found: Scores = (owned @ links).toarray().astype(np.float32)
        return found

    def between(self, rows: Rows, product_rows: Rows) -> NDArray[np.float64]:
        """Give the links from some products to others.

        Args:
            rows: Shape (n,), owned products.
            product_rows: Shape (m,), candidates.

        Returns:
            Shape (n, m), 0 where there is no link.
        """
        known = np.flatnonzero(rows >= 0)
        found = np.zeros((len(rows), len(product_rows)))
        places, sizes = spans_of(self.starts, rows[known])
        if not len(places):
            return found
        # one rising key per link, so that one search finds all pairs
        number = np.arange(len(known)) * self.n_products
        keys = number.repeat(sizes) + self.product_row[places]
        wanted = number[:, None] + product_rows
        at = np.minimum(keys.searchsorted(wanted), len(keys) - 1)
        found[known] = np.where(keys[at] == wanted, self.weights[places[at]], 0.0)
        return found

    def _check(self, rows: Rows, weights: Weights | None) -> None:
        if len(rows) and int(rows.max()) >= self.n_products:
            raise InputError(
                f"product row {int(rows.max())} is not in the links, which have "
                f"{self.n_products} products: take links and rows of one build."
            )
        if weights is not None and len(weights) != len(rows):
            raise InputError(
                f"{len(rows)} product rows came with {len(weights)} weights, must be one per row."
            )
