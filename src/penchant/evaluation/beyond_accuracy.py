"""What lists are like, whether or not they foretell: variety, novelty, new and popular products."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from penchant.errors import InputError
from penchant.evaluation.lists import Truth, first_k, list_sums, spans
from penchant.evaluation.spread import spread_of
from penchant.types import Mask, StyleVectors


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """What could be shown, as it was known when the lists were made; by product_row.

    Attributes:
        eligible: Shape (n_products,), what could be shown at all.
        styles: Shape (n_products, dim), style vectors; zeros: not placed.
        touched: Shape (n_products,), customers who had touched each product.
        n_customers: Customers who had touched anything, >= 1.
        new: Shape (n_products,), True for new products.
    """

    eligible: Mask
    styles: StyleVectors
    touched: NDArray[np.integer]
    n_customers: int
    new: Mask

    def __post_init__(self) -> None:
        lengths = {len(self.eligible), len(self.styles), len(self.touched), len(self.new)}
        if len(lengths) > 1 or self.n_customers < self.touched.max(initial=1):
            raise InputError(
                f"The offer has columns of {sorted(lengths)} products and n_customers is "
                f"{self.n_customers}: columns must be of one length, and n_customers as many as "
                f"touched the most popular product, {self.touched.max(initial=1)}."
            )

    @property
    def popularity(self) -> NDArray[np.float64]:
        """Give the share of customers who had touched each product, shape (n_products,)."""
        return np.asarray(self.touched / self.n_customers)


@dataclass(frozen=True, slots=True, eq=False)
class Beyond:
    """Values of each customer, aligned, whose means are the metrics; NaN where there is none.

    The first three are each customer's own. Of the others a single value means nothing by itself
    (see `spread_of`), nor does the mean of some of them: of a segment, ask for its own.

    Attributes:
        diversity: Shape (n_customers,), as are all. 1 - mean cosine of the style vectors of two
            products of the list; NaN with fewer than two placed.
        novelty: Mean of -log2(popularity) over the list, in bits; a product that nobody had
            touched counts as if one customer had.
        new_share: Share of the list that is new.
        popularity_lift: Mean popularity of what is shown / that of what the same customers had
            touched, - 1; NaN for who had touched nothing.
        coverage: Share of the eligible products shown at least once.
        gini: Gini of how often eligible products are shown.
        personalisation: 1 - share of the slots that two customers have in common.
    """

    diversity: NDArray[np.float64]
    novelty: NDArray[np.float64]
    new_share: NDArray[np.float64]
    popularity_lift: NDArray[np.float64]
    coverage: NDArray[np.float64]
    gini: NDArray[np.float64]
    personalisation: NDArray[np.float64]

    def by_name(self) -> dict[str, NDArray[np.float64]]:
        """Give {metric: values}."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def beyond(rows: NDArray[np.integer], offer: Offer, *, before: Truth, k: int) -> Beyond:
    """Measure lists beside the offer they came from.

    Args:
        rows: Shape (n_customers, any), product rows in the order shown; -1 where fewer came.
        offer: What could be shown.
        before: What each of these customers had touched.
        k: Slots that count, >= 1.

    Returns:
        One value per customer and metric.

    Raises:
        InputError: if the customers differ in number, a row is not in the offer, no product is
            eligible, or a list shows a product twice.

    Example:
        >>> each = np.ones(2, bool)
        >>> offer = Offer(each, np.eye(2, dtype=np.float32), np.array([4, 1]), 4, ~each)
        >>> found = beyond(np.array([[0, 1]]), offer, before=Truth.from_lists([[0]]), k=2)
        >>> float(found.diversity[0]), float(found.novelty[0]), float(found.popularity_lift[0])
        (1.0, 1.0, -0.375)
    """
    lists = first_k(rows, k)
    if len(lists) != len(before) or before.product_row.max(initial=-1) >= len(offer.eligible):
        raise InputError(
            f"before has {len(before)} customers and products up to "
            f"{before.product_row.max(initial=-1)}, rows has {len(lists)} customers, the offer "
            f"{len(offer.eligible)} products: they must be the same ones, in the same order."
        )
    shared = spread_of(lists, offer.eligible, k=k)
    surprise = -np.log2(np.maximum(offer.touched, 1) / offer.n_customers)
    return Beyond(
        diversity=_diversity(lists, offer.styles),
        novelty=_means(surprise, lists),
        new_share=_means(offer.new, lists),
        popularity_lift=_lift(_means(offer.popularity, lists), _own(offer.popularity, before)),
        coverage=shared.coverage,
        gini=shared.gini,
        personalisation=shared.personalisation,
    )


def _means(values: NDArray[np.generic], lists: NDArray[np.int32]) -> NDArray[np.float64]:
    return _divided(list_sums(values, lists), (lists >= 0).sum(axis=1))


def _own(popularity: NDArray[np.float64], before: Truth) -> NDArray[np.float64]:
    weights = popularity[before.product_row]
    sums = np.bincount(before.customer_row, weights, len(before)).astype(np.float64)
    return _divided(sums, before.sizes)


def _divided(sums: NDArray[np.float64], n: NDArray[np.generic]) -> NDArray[np.float64]:
    parts = np.asarray(n, np.float64)
    return np.asarray(np.divide(sums, parts, out=np.full(len(sums), np.nan), where=parts > 0))


def _lift(shown: NDArray[np.float64], own: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spread a ratio of means over the customers: their mean is it, their scatter its error."""
    both = ~np.isnan(shown) & ~np.isnan(own)
    values = np.full(len(shown), np.nan)
    base = own[both].mean() if both.any() else 0.0
    if base > 0:
        ratio = shown[both].mean() / base
        values[both] = ratio - 1 + (shown[both] - ratio * own[both]) / base
    return values


def _diversity(lists: NDArray[np.int32], styles: StyleVectors) -> NDArray[np.float64]:
    """Of unit vectors, the cosines of all pairs add up to the square of their sum, less n."""
    squares = np.einsum("ij,ij->i", styles, styles, dtype=np.float64)
    n, own = list_sums(squares > 0, lists), list_sums(squares, lists)
    whole = np.empty(len(lists))
    for span in spans(len(lists)):
        part = lists[span]
        held = part >= 0
        starts = np.append(0, np.cumsum(held.sum(axis=1)))
        ones = np.ones(starts[-1], np.float32)
        shape = (len(part), len(styles))
        sums = csr_array((ones, part[held], starts), shape=shape) @ styles
        whole[span] = np.einsum("ij,ij->i", sums, sums, dtype=np.float64)
    return 1 - _divided(whole - own, n * (n - 1))
