"""One-off outliers: products unlike everything else a customer likes.

Each product is compared, left out, with the most similar part of the customer's other products, so
that a second style is no outlier. "Unlike" is said against what a stranger's product would reach.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.settings import TrustSettings
from penchant.taste.background import Background
from penchant.taste.histories import Histories, History
from penchant.taste.profile import distinct_liked
from penchant.types import Mask, StyleVectors, Weights


def find_outliers(
    history: History,
    weights: Weights,
    styles: StyleVectors,
    background: Background,
    *,
    settings: TrustSettings | None = None,
) -> Mask:
    """Tell which interactions are with a one-off product unlike the customer's others.

    Args:
        history: One customer's interactions, oldest first.
        weights: Shape (n,), aligned; only those above 0 take part.
        styles: Style vectors of all products, by product_row.
        background: What strangers touch in this shop.
        settings: When a product is an outlier.

    Returns:
        Shape (n,), all interactions of such products; none for a customer with few products or
        with very many. Cost: n * n * dim of the different products.

    Example:
        >>> rows = np.arange(2, dtype=np.int32)
        >>> events = History(rows, np.zeros(2, np.int8), np.zeros(2, np.int64),
        ...                  np.ones(2, np.float32))
        >>> find_outliers(events, np.ones(2), np.eye(2, dtype=np.float32), Background(rows, 0, 0.5))
        array([False, False])
    """
    chosen = settings or TrustSettings()
    events = np.flatnonzero(weights > 0)
    rows, place = np.unique(history.product_row[events], return_inverse=True)
    outlier = np.zeros(len(history), bool)
    judged = chosen.min_products <= len(rows) <= chosen.max_products
    if not judged or not len(background.product_row):
        return outlier
    own = left_out_similarity(styles[rows], chosen.nearest_part)
    middle = _median(own)
    spread = 1.4826 * _median(np.abs(own - middle))  # as a standard deviation, were it normal
    odd = own < middle - chosen.spreads * spread
    odd &= _days_touched(history.time_us[events], place) <= chosen.max_days
    if odd.any():
        strangers = styles[background.product_row] @ styles[rows].T
        reached = nearest_similarity(strangers, chosen.nearest_part)
        odd &= own < np.quantile(reached, chosen.stranger_part)
    outlier[events] = odd[place]
    return outlier


def find_all_outliers(
    histories: Histories,
    weights: Weights,
    styles: StyleVectors,
    background: Background,
    *,
    settings: TrustSettings,
) -> Mask:
    """Tell the outliers of all customers; those with too few products cost nothing.

    Args:
        histories: Of all customers.
        weights: Shape (n,), aligned with the interactions; only those above 0 take part.
        styles: Style vectors of all products, by product_row.
        background: What strangers touch in this shop.
        settings: When a product is an outlier.

    Returns:
        Shape (n,), aligned with the interactions: `find_outliers` of each customer.
    """
    events, starts = histories.events, histories.starts
    liked = distinct_liked(histories.customer_rows(), events.product_row, weights, len(histories))
    outlier = np.zeros(len(events), bool)
    for row in np.flatnonzero(liked >= settings.min_products).tolist():
        place = slice(starts[row], starts[row + 1])
        outlier[place] = find_outliers(
            events.take(place), weights[place], styles, background, settings=settings
        )
    return outlier


def left_out_similarity(vectors: StyleVectors, part: float) -> NDArray[np.float64]:
    """Give the mean cosine of each product to the most similar part of the others.

    Args:
        vectors: Shape (n, dim), unit rows, n >= 2.
        part: Part of the others, in (0, 1]; at least two where there are two.

    Returns:
        Shape (n,), float64. Cost: n * n * dim.

    Example:
        >>> left_out_similarity(np.eye(2, dtype=np.float32)[[0, 0, 1]], 0.5)
        array([0.5, 0.5, 0. ])
    """
    likeness = vectors @ vectors.T
    others = ~np.eye(len(vectors), dtype=bool)
    return nearest_similarity(likeness[others].reshape(len(vectors), -1), part)


def nearest_similarity(likeness: NDArray[np.float32], part: float) -> NDArray[np.float64]:
    """Give the mean of the highest part of each row.

    Args:
        likeness: Shape (n, m), cosines, m >= 1.
        part: In (0, 1]; at least two columns where there are two.

    Example:
        >>> nearest_similarity(np.array([[0.0, 1.0, 0.5, 0.1]], np.float32), 0.5)
        array([0.75])
    """
    m = likeness.shape[1]
    count = min(m, max(2, int(np.ceil(part * m))))
    best = np.partition(likeness, m - count, axis=1)[:, m - count :]
    return np.asarray(best.mean(axis=1, dtype=np.float64))


def _median(values: NDArray[np.float64]) -> float:
    """Give what `np.median` gives of a few finite numbers, in a fifth of its time."""
    ordered, half = np.sort(values), len(values) // 2
    return float(ordered[half] if len(values) % 2 else (ordered[half - 1] + ordered[half]) / 2)


def _days_touched(time_us: NDArray[np.int64], place: NDArray[np.intp]) -> NDArray[np.int64]:
    day = time_us // MICROSECONDS_PER_DAY
    day -= day.min()
    span = int(day.max()) + 1
    return np.bincount(np.unique(place * span + day) // span)
