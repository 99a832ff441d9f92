"""How all lists together share out the catalogue: coverage, Gini, personalisation.

These belong to a policy, not to a customer. Their values per customer are jackknife values: the
metric, plus how far it moves when the customer's list is left out, times n - 1. Their mean is the
metric and their scatter its standard error, so an interval, a paired difference of two policies
or a p value comes from them as from any other metric. Drawing customers with repeats would not do:
a list drawn twice covers nothing new and equals itself, so each of the three would be biased.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.evaluation.lists import first_k, list_sums, spans
from penchant.types import Mask


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Values whose means are the metrics; NaN for customers who were shown nothing.

    A single value means nothing by itself, nor does the mean of some of them: of a segment, ask
    for its own.

    Attributes:
        coverage: Shape (n_customers,), as are all. Share of the eligible products shown at least
            once; it grows with the customers, so compare over the same ones.
        gini: 0: all eligible products are shown equally often; near 1: few take all slots.
        personalisation: 1 - share of k slots that two customers have in common, over all pairs.
    """

    coverage: NDArray[np.float64]
    gini: NDArray[np.float64]
    personalisation: NDArray[np.float64]


def spread_of(rows: NDArray[np.integer], eligible: Mask, *, k: int) -> Spread:
    """Measure how lists share out a catalogue.

    Args:
        rows: Shape (n_customers, any), product rows in the order shown; -1 where fewer came.
        eligible: Shape (n_products,), products that could be shown. Others do not count for
            coverage and Gini.
        k: Slots that count, >= 1.

    Returns:
        One value per customer and metric; Gini is NaN without an eligible product shown,
        personalisation with fewer than two lists. Cost: some passes over the lists and a sort of
        the products.

    Raises:
        InputError: if no product is eligible, a row is none of them, or a list shows one twice.

    Example:
        >>> found = spread_of(np.array([[0, 1], [0, 2]]), np.ones(4, bool), k=2)
        >>> float(found.coverage.mean()), float(found.personalisation.mean())
        (0.75, 0.5)
    """
    lists = first_k(rows, k)
    if not eligible.any() or lists.max(initial=-1) >= len(eligible):
        raise InputError(
            f"rows names products up to {lists.max(initial=-1)}, and {eligible.sum()} of "
            f"{len(eligible)} are eligible: give a mask over all products with one that is."
        )
    shown = (lists >= 0).any(axis=1)
    counts = np.zeros(len(eligible), np.int64)
    for span in spans(len(lists)):
        part = lists[span]
        counts += np.bincount(part[part >= 0], minlength=len(eligible))
    values = np.full((3, len(lists)), np.nan)
    seen = lists if shown.all() else lists[shown]
    values[0, shown] = _coverage(counts, eligible, seen)
    values[1, shown] = _gini(counts, eligible, seen)
    values[2, shown] = _personalisation(counts, seen)
    return Spread(*values)


def _jackknife(whole: float, without: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn a metric, and what it is without each customer, into values that average to it."""
    if not len(without):
        return without
    known = np.where(np.isnan(without), whole, without)
    return np.asarray(whole + (len(known) - 1) * (known.mean() - known))


def _coverage(
    counts: NDArray[np.int64], eligible: Mask, lists: NDArray[np.int32]
) -> NDArray[np.float64]:
    n_eligible, n_covered = eligible.sum(), ((counts > 0) & eligible).sum()
    lost = list_sums((counts == 1) & eligible, lists)
    return _jackknife(n_covered / n_eligible, (n_covered - lost) / n_eligible)


def _gini(
    counts: NDArray[np.int64], eligible: Mask, lists: NDArray[np.int32]
) -> NDArray[np.float64]:
    """Gini = sum over pairs of products of how far their counts are apart, / (products * slots).

    One showing less of a product brings it nearer to all that are shown less often, and farther
    from the others; two products of a list with equal counts stay together.
    """
    ordered = np.sort(counts[eligible])
    n, slots = len(ordered), int(ordered.sum())
    apart = int(((2 * np.arange(n) - n + 1) * ordered).sum())
    change = np.where(eligible, n - 1 - 2 * np.searchsorted(ordered, counts), 0)
    apart_without = apart + list_sums(change, lists) - 2 * _ties(counts, eligible, lists)
    slots_without = slots - list_sums(eligible, lists)
    without = np.full(len(lists), np.nan)
    np.divide(apart_without, n * slots_without, out=without, where=slots_without > 0)
    return _jackknife(apart / (n * slots) if slots else np.nan, without)


def _ties(counts: NDArray[np.int64], eligible: Mask, lists: NDArray[np.int32]) -> NDArray[np.int64]:
    """Count the pairs of eligible products in each list that are shown equally often."""
    ties = np.zeros(len(lists), np.int64)
    for span in spans(len(lists)):
        part = lists[span]
        often = np.where((part >= 0) & eligible[part], counts[part], -1)
        for lag in range(1, part.shape[1]):
            equal = (often[:, lag:] == often[:, :-lag]) & (often[:, lag:] >= 0)
            ties[span] += equal.sum(axis=1)
    return ties


def _personalisation(counts: NDArray[np.int64], lists: NDArray[np.int32]) -> NDArray[np.float64]:
    n, k = lists.shape
    common = int((counts * (counts - 1)).sum()) // 2
    if n < 2:
        return np.full(n, np.nan)
    without = np.full(n, np.nan)
    if n > 2:
        without = 1 - (common - list_sums(counts - 1, lists)) / ((n - 1) * (n - 2) / 2 * k)
    return _jackknife(1 - common / (n * (n - 1) / 2 * k), without)
