"""Several styles: the groups a customer's products fall into, when they clearly do.

Two groups are two styles when products of the one are hardly more alike to the other's than what
strangers touch, while each group holds together. Styles split the profile's sum: their shares add
up to 1, and the weighted sums of their members add up to the taste.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.clustering import Labels, centres, cross_similarity, cut_tree, settle, ward_tree
from penchant.maths.rows import unit_rows
from penchant.taste.background import Background
from penchant.taste.histories import History
from penchant.taste.weights import Weigher
from penchant.types import Rows, StyleVectors, Vector, Weights


@dataclass(frozen=True, slots=True)
class StyleRule:
    """When groups of products are styles; in doubt there is one style.

    Attributes:
        max_styles: Styles of one customer at most.
        min_products: Different products a style needs.
        min_share: Share of the customer's different products a style needs.
        apart: Two groups are apart when the mean cosine between them is below this part of the way
            from strangers' products (0) to products of one customer (1).
        together: A group holds together when its mean cosine inside is above this part of the way.
        max_products: So many products, the heaviest, decide; the others join the nearest style.
    """

    max_styles: int = 5
    min_products: int = 3
    min_share: float = 0.15
    apart: float = 0.2
    together: float = 0.5
    max_products: int = 300


@dataclass(frozen=True, slots=True, eq=False)
class Style:
    """One of a customer's styles.

    Attributes:
        vector: Shape (dim,), float32, length 1: direction of the members' weighted sum.
        share: Share of the customer's mass, in (0, 1].
        medoid: product_row of the member that is most similar to the style: its face.
        members: Shape (n,), int64: places in the history that was given, rising.
    """

    vector: Vector
    share: float
    medoid: int
    members: NDArray[np.int64]


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
    rule: StyleRule | None = None,
) -> tuple[Style, ...]:
    """Find a customer's styles.

    Args:
        history: One customer's interactions, oldest first.
        styles: Style vectors of all products, by product_row.
        weigher: Says what each interaction weighs; those above 0 are members.
        background: What strangers touch in this shop.
        as_of_us: Reference time, microseconds since 1970 UTC.
        rule: When groups are styles.

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
    chosen = rule or StyleRule()
    weights = weigher.weigh(history, as_of_us)
    liked = _gather(history, weights)
    if not len(liked.events):
        return ()
    vectors = styles[liked.product_row]
    labels = group_products(vectors, liked.mass, background, rule=chosen)
    total = float(liked.mass.sum())
    found = [
        _style(liked, vectors, labels[liked.place] == one, labels == one, total)
        for one in range(int(labels.max()) + 1)
    ]
    return tuple(sorted(found, key=lambda style: -style.share))


def group_products(
    vectors: StyleVectors, mass: Weights, background: Background, *, rule: StyleRule
) -> Labels:
    """Group products by style; the largest number of groups that all are clear wins.

    Args:
        vectors: Shape (n, dim), unit rows, n >= 1: different products.
        mass: Shape (n,), > 0; says which products decide when there are many.
        background: What strangers touch in this shop.
        rule: When groups are styles.

    Returns:
        Shape (n,), int64, the group of each product, 0 for all when in doubt.
    """
    heaviest = np.sort(np.argsort(-mass, kind="stable")[: rule.max_products])
    some = vectors[heaviest]
    most = min(rule.max_styles, len(some) // rule.min_products)
    if most < 2:
        return np.zeros(len(vectors), np.int64)
    tree = ward_tree(some)
    for n_groups in range(most, 1, -1):
        labels = settle(some, cut_tree(tree, n_groups))
        if _clear(some, labels, background, rule):
            nearest = np.argmax(vectors @ centres(some, labels).T, axis=1)
            nearest[heaviest] = labels
            return np.asarray(nearest, np.int64)
    return np.zeros(len(vectors), np.int64)


def _clear(vectors: StyleVectors, labels: Labels, background: Background, rule: StyleRule) -> bool:
    sizes = np.bincount(labels)
    if sizes.min() < max(rule.min_products, rule.min_share * len(labels)):
        return False
    likeness = cross_similarity(vectors, labels)
    way = background.own_similarity - background.similarity
    between = likeness[~np.eye(len(sizes), dtype=bool)].max()
    inside = np.diag(likeness).min()
    return bool(
        between < background.similarity + rule.apart * way
        and inside > background.similarity + rule.together * way
        and inside > between
    )


def _gather(history: History, weights: Weights) -> _Liked:
    events = np.flatnonzero(weights > 0)
    rows, place = np.unique(history.product_row[events], return_inverse=True)
    mass = np.bincount(place, weights[events], len(rows)).astype(np.float64)
    return _Liked(events, rows, mass, place)


def _style(
    liked: _Liked,
    vectors: StyleVectors,
    is_event: NDArray[np.bool_],
    is_product: NDArray[np.bool_],
    total: float,
) -> Style:
    mass, own = liked.mass[is_product], vectors[is_product]
    vector = unit_rows((mass / mass.sum() @ own.astype(np.float64))[None])[0]
    medoid = liked.product_row[is_product][np.argmax(own @ vector)]
    return Style(vector, float(mass.sum()) / total, int(medoid), liked.events[is_event])
