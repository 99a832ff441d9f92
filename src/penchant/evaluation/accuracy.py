"""How well a list of k foretells what a customer took: six metrics, one number per customer.

Every product counts alike: it was taken or not. Of a customer with `taken` products, ranks from 1:

| metric | definition |
|---|---|
| precision | hits / k |
| recall | hits / taken |
| hit_rate | 1 with a hit, else 0 |
| ndcg | sum over hits of 1 / log2(rank + 1), over that of min(k, taken) hits in front |
| map | sum over hits of (hits up to its rank / rank), over min(k, taken) |
| mrr | 1 / rank of the first hit, 0 without one |
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.evaluation.lists import Truth, first_k, spans


@dataclass(frozen=True, slots=True, eq=False)
class PerCustomer:
    """Metrics of each customer, aligned, in [0, 1]; NaN for customers who took nothing.

    Attributes:
        precision: Shape (n_customers,), as are all.
        recall: Share of what was taken that was shown.
        hit_rate: Whether anything shown was taken.
        ndcg: Hits, worth less further down, beside the best achievable.
        map: Precision at each hit, averaged over the hits achievable.
        mrr: Reciprocal rank of the first hit.
    """

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    hit_rate: NDArray[np.float64]
    ndcg: NDArray[np.float64]
    map: NDArray[np.float64]
    mrr: NDArray[np.float64]

    def by_name(self) -> dict[str, NDArray[np.float64]]:
        """Give {metric: values}."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def per_customer(rows: NDArray[np.integer], truth: Truth, *, k: int) -> PerCustomer:
    """Compare what was shown with what was really taken.

    Args:
        rows: Shape (n_customers, any), product rows in the order shown, best first; -1 where fewer
            came. Only the first k slots count.
        truth: What each of these customers took.
        k: Length of the lists judged, >= 1.

    Returns:
        The metrics of each customer. Cost: a search among the taken products for each slot, in
        chunks; memory beyond the result does not grow with the customers.

    Raises:
        InputError: if the customers differ in number, k < 1, or a list shows a product twice.

    Example:
        >>> found = per_customer(np.array([[7, 5, 3]]), Truth.from_lists([[3, 5]]), k=3)
        >>> float(found.recall[0]), float(found.mrr[0])
        (1.0, 0.5)
    """
    lists = first_k(rows, k)
    if len(lists) != len(truth):
        raise InputError(
            f"rows has {len(lists)} customers, truth has {len(truth)}: they must be the same ones, "
            "in the same order."
        )
    values = np.empty((len(fields(PerCustomer)), len(lists)))
    for span in spans(len(lists)):
        part = truth.part(span)
        values[:, span] = _measure(_hits(lists[span], part), part.sizes)
    return PerCustomer(*values)


def ceiling(truth: Truth, *, k: int) -> PerCustomer:
    """Give the best that each metric could be: with one product taken, precision@10 is .1 at most.

    Args:
        truth: What each customer took.
        k: Length of the lists judged, >= 1.

    Returns:
        The metrics of lists that show all that was taken, or k of it.

    Raises:
        InputError: if k < 1.

    Example:
        >>> ceiling(Truth.from_lists([[3]]), k=10).precision
        array([0.1])
    """
    if k < 1:
        raise InputError(f"k is {k}, must be >= 1.")
    one = np.where(truth.sizes > 0, 1.0, np.nan)
    best = np.minimum(truth.sizes, k)
    return PerCustomer(
        precision=one * best / k,
        recall=one * best / np.maximum(truth.sizes, 1),
        hit_rate=one,
        ndcg=one,
        map=one,
        mrr=one,
    )


def _hits(lists: NDArray[np.int32], truth: Truth) -> NDArray[np.bool_]:
    largest = max(lists.max(initial=0), truth.product_row.max(initial=0))
    n_products = int(largest) + 1
    keys = np.append(np.sort(truth.keys(n_products)), np.iinfo(np.int64).max)
    shown = np.arange(len(lists))[:, None] * n_products + lists
    found = keys[np.searchsorted(keys, shown)] == shown
    return np.asarray(found & (lists >= 0))


def _measure(hits: NDArray[np.bool_], taken: NDArray[np.int64]) -> NDArray[np.float64]:
    k = hits.shape[1]
    ranks = np.arange(1, k + 1)
    discounts = 1 / np.log2(ranks + 1)
    n_hits, some = hits.sum(axis=1), hits.any(axis=1)
    best = np.clip(taken, 1, k)
    values = np.stack(
        (
            n_hits / k,
            n_hits / np.maximum(taken, 1),
            some,
            hits @ discounts / np.cumsum(discounts)[best - 1],
            (hits * np.cumsum(hits, axis=1) / ranks).sum(axis=1) / best,
            some / (hits.argmax(axis=1) + 1),
        )
    )
    values[:, taken == 0] = np.nan
    return values
