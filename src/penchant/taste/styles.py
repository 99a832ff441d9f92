"""Several styles: the groups a customer's products fall into, when they clearly do.

Two groups are two styles when products of the one are hardly more alike to the other's than what
strangers touch, while each group holds together. Styles split the profile's sum: their shares add
up to 1, and the weighted sums of their members add up to the taste.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from penchant.maths.clustering import Labels, centres, cross_similarity, cut_tree, settle, ward_tree
from penchant.maths.rows import unit_rows
from penchant.settings import StyleSettings
from penchant.taste.background import Background
from penchant.taste.histories import Histories, History
from penchant.taste.profile import distinct_liked
from penchant.taste.weights import Weigher
from penchant.types import Rows, StyleVectors, Vector, Weights

StyleLabels: TypeAlias = NDArray[np.int8]
"""Shape (n,): the style of each interaction of a customer, 0 the largest; -1 for none."""

SAME = 1e-6
"""Cosines this close are equal but for rounding: the lower product_row is the face."""


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """One of a customer's styles.

    Attributes:
        vector: Shape (dim,), float32, length 1: direction of the members' weighted sum.
        share: Share of the customer's mass, in (0, 1].
        members: Shape (n,), int64: places in the history that was given, rising.
        product_row: Shape (n,), products of the members.
        looks: Shape (n, dim), their style vectors.
    """

    vector: Vector
    share: float
    members: NDArray[np.int64]
    product_row: Rows
    looks: StyleVectors

    @property
    def medoid(self) -> int:
        """product_row of the member that is most similar to the style: its face."""
        likeness = self.looks @ self.vector
        return int(self.product_row[likeness >= likeness.max() - SAME].min())


@dataclass(frozen=True, slots=True, eq=False)
class _Liked:
    """A customer's different liked products: rows, masses, and the product of each event."""

    events: NDArray[np.int64]
    product_row: Rows
    mass: Weights
    place: NDArray[np.intp]


def find_styles(
    history: History,
    styles: StyleVectors,
    weigher: Weigher,
    background: Background,
    *,
    as_of_us: int,
    settings: StyleSettings | None = None,
) -> tuple[Style, ...]:
    """Find a customer's styles.

    Args:
        history: One customer's interactions, oldest first.
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs; those above 0 are members.
        background: What strangers touch in this shop.
        as_of_us: Reference time, microseconds since 1970 UTC.
        settings: When groups are styles.

    Returns:
        Largest share first; shares sum to 1. None at all when nothing is liked, one style when in
        doubt. Same input, same styles. Cost: n * n * dim of the different products.

    Example:
        >>> from penchant.settings import TasteSettings
        >>> weigher = Weigher.from_settings(TasteSettings(), np.ones(2, bool))
        >>> rows = np.array([0, 1], np.int32)
        >>> events = History(rows, np.zeros(2, np.int8), np.zeros(2, np.int64),
        ...                  np.ones(2, np.float32))
        >>> found = find_styles(events, np.eye(2, dtype=np.float32), weigher,
        ...                     Background(rows, 0.0, 0.5), as_of_us=0)
        >>> len(found), found[0].share
        (1, 1.0)
    """
    weights = weigher.weigh(history, as_of_us)
    labels = label_events(
        history, weights, styles, background, settings=settings or StyleSettings()
    )
    return styles_of(history, weights, labels, styles)


def label_events(
    history: History,
    weights: Weights,
    styles: StyleVectors,
    background: Background,
    *,
    settings: StyleSettings,
) -> StyleLabels:
    """Number a customer's interactions by style, the largest share first.

    Args:
        history: One customer's interactions, oldest first.
        weights: Shape (n,), aligned; those above 0 are members.
        styles: Style vectors of all products, by product_row.
        background: What strangers touch in this shop.
        settings: When groups are styles.

    Returns:
        Shape (n,), -1 for what is no member. Cost: n * n * dim of the different products.
    """
    labels = np.full(len(history), -1, np.int8)
    liked = _gather(history, weights)
    if not len(liked.events):
        return labels
    groups = group_products(styles[liked.product_row], liked.mass, background, settings=settings)
    share = np.bincount(groups, liked.mass) / liked.mass.sum()
    number = np.empty(len(share), np.int8)
    number[np.argsort(-share.round(9), kind="stable")] = np.arange(len(share))
    labels[liked.events] = number[groups][liked.place]
    return labels


def label_all(
    histories: Histories,
    weights: Weights,
    styles: StyleVectors,
    background: Background,
    *,
    settings: StyleSettings,
) -> StyleLabels:
    """Number everybody's interactions by style; who has too few products for two costs nothing.

    Args:
        histories: Of all customers.
        weights: Shape (n,), aligned with the interactions; those above 0 are members.
        styles: Style vectors of all products, by product_row.
        background: What strangers touch in this shop.
        settings: When groups are styles.

    Returns:
        Shape (n,), aligned with the interactions: `label_events` of each customer.
    """
    events, rows = histories.events, histories.customer_rows()
    labels = np.where(weights > 0, np.int8(0), np.int8(-1))
    needed = 2 * settings.min_products if settings.max_styles > 1 else np.inf
    liked = distinct_liked(rows, events.product_row, weights, len(histories))
    for row in np.flatnonzero(liked >= needed).tolist():
        place = slice(histories.starts[row], histories.starts[row + 1])
        labels[place] = label_events(
            events.take(place), weights[place], styles, background, settings=settings
        )
    return labels


def styles_of(
    history: History, weights: Weights, labels: StyleLabels, styles: StyleVectors
) -> tuple[Style, ...]:
    """Make the styles that labels stand for; nothing is grouped.

    Args:
        history: One customer's interactions, oldest first.
        weights: Shape (n,), aligned; those above 0 are members.
        labels: Shape (n,), aligned; a member without one joins the nearest style.
        styles: Style vectors of all products, by product_row.

    Returns:
        Largest share first; shares sum to 1.
    """
    members = (weights > 0).nonzero()[0]
    if not len(members):
        return ()
    rows, mass, label = history.product_row[members], weights[members], labels[members]
    total = float(mass.sum())
    if label.min() < 0:
        label = _joined(styles.take(rows, axis=0), mass, label)
    ends = np.bincount(label).cumsum().tolist()
    if len(ends) > 1:  # members of a style stand together then
        order = label.argsort(kind="stable")
        rows, mass, members = rows[order], mass[order], members[order]
    vectors = styles.take(rows, axis=0)
    found = [
        _style(rows[own], vectors[own], mass[own], members[own], total)
        for own in map(slice, [0, *ends], ends)
        if own.start < own.stop
    ]
    return tuple(sorted(found, key=lambda style: -round(style.share, 9)))


def group_products(
    vectors: StyleVectors, mass: Weights, background: Background, *, settings: StyleSettings
) -> Labels:
    """Group products by style; the largest number of groups that all are clear wins.

    Args:
        vectors: Shape (n, dim), unit rows, n >= 1: different products.
        mass: Shape (n,), > 0; says which products decide when there are many.
        background: What strangers touch in this shop.
        settings: When groups are styles.

    Returns:
        Shape (n,), int64, the group of each product, 0 for all when in doubt.
    """
    heaviest = np.sort(np.argsort(-mass, kind="stable")[: settings.max_products])
    some = vectors[heaviest]
    most = min(settings.max_styles, len(some) // settings.min_products)
    if most < 2:
        return np.zeros(len(vectors), np.int64)
    tree = ward_tree(some)
    for n_groups in range(most, 1, -1):
        labels = settle(some, cut_tree(tree, n_groups))
        if _clear(some, labels, background, settings):
            nearest = np.argmax(vectors @ centres(some, labels).T, axis=1)
            nearest[heaviest] = labels
            return np.asarray(nearest, np.int64)
    return np.zeros(len(vectors), np.int64)


def _clear(
    vectors: StyleVectors, labels: Labels, background: Background, settings: StyleSettings
) -> bool:
    sizes = np.bincount(labels)
    if sizes.min() < max(settings.min_products, settings.min_share * len(labels)):
        return False
    likeness = cross_similarity(vectors, labels)
    way = background.own_similarity - background.similarity
    between = likeness[~np.eye(len(sizes), dtype=bool)].max()
    inside = np.diag(likeness).min()
    return bool(
        between < background.similarity + settings.apart * way
        and inside > background.similarity + settings.together * way
        and inside > between
    )


def _gather(history: History, weights: Weights) -> _Liked:
    events = np.flatnonzero(weights > 0)
    rows, place = np.unique(history.product_row[events], return_inverse=True)
    mass = np.bincount(place, weights[events], len(rows)).astype(np.float64)
    return _Liked(events, rows, mass, place)


def _joined(vectors: StyleVectors, mass: Weights, label: StyleLabels) -> StyleLabels:
    """Give what has no label that of the nearest style; all are one style where none is known."""
    known = label >= 0
    if not known.any():
        return np.zeros_like(label)
    n_styles = int(label.max()) + 1
    member = (np.arange(n_styles)[:, None] == label) * mass
    nearest = np.argmax(vectors @ unit_rows(member @ vectors).T, axis=1)
    return np.where(known, label, nearest).astype(np.int8)


def _style(
    rows: Rows, vectors: StyleVectors, mass: Weights, members: NDArray[np.int64], total: float
) -> Style:
    own = float(mass.sum())
    middle = mass / own @ vectors.astype(np.float64)
    length = math.sqrt(middle @ middle)
    vector = (middle / length if length else middle).astype(np.float32)
    return Style(vector, own / total, members, rows, vectors)
