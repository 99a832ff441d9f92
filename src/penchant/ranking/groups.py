"""Groups, pins and boosts: what a shop itself says about the order of products."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.ranking.ranking import Ranking
from penchant.types import Rows


def one_per_group(ranking: Ranking, group_row: Rows) -> Ranking:
    """Keep the best product of each group, such as one colour of a design.

    Args:
        ranking: Products, best first.
        group_row: Shape (n_products,), the group of each product, by product_row; negative: the
            product has no group and is always kept.

    Returns:
        The products kept, in the same order. Cost O(n log n).

    Example:
        >>> ranking = Ranking(np.array([3, 0, 1, 2], np.int32), np.zeros((4, 1)), ("a",))
        >>> one_per_group(ranking, np.array([5, -1, -1, 5], np.int32)).rows.tolist()
        [3, 1, 2]
    """
    group = group_row[ranking.rows].astype(np.int64)
    alone = np.where(group < 0, -1 - ranking.rows.astype(np.int64), group)
    _, first = np.unique(alone, return_index=True)
    return ranking.take(np.sort(first))


def pin(ranking: Ranking, pinned_rows: Rows) -> Ranking:
    """Put pinned products first, in their own order; scores stay as they are.

    Args:
        ranking: Products, best first.
        pinned_rows: Product rows in the order wanted; those that are not ranked, because a rule
            took them out, are passed over, and so are repeats.

    Returns:
        The same products; those not pinned follow in the order they had.

    Example:
        >>> ranking = Ranking(np.array([3, 0, 1], np.int32), np.zeros((3, 1)), ("a",))
        >>> pin(ranking, np.array([1, 7, 0], np.int32)).rows.tolist()
        [1, 0, 3]
    """
    _, ranked, wish = np.intersect1d(ranking.rows, pinned_rows, return_indices=True)
    turn = np.full(len(ranking), len(pinned_rows))
    turn[ranked] = wish
    return ranking.take(np.argsort(turn, kind="stable"))


def boost(
    ranking: Ranking, values: NDArray[np.generic], amount: float, *, source: str = "boost"
) -> Ranking:
    """Add to the scores of some products; the addition is a part of its own, so reasons tell it.

    Args:
        ranking: Products, best first.
        values: Shape (n_products,), by product_row: a mask of the products boosted, or how much
            of the amount each one gets, such as its margin from 0 to 1.
        amount: Added to a score where the value is 1; negative pushes down.
        source: Name of the part.

    Returns:
        The same products by falling score, with one more source.

    Raises:
        InputError: if the amount or the value of a ranked product is not finite.

    Example:
        >>> ranking = Ranking(np.array([0, 1], np.int32), np.array([[.5], [.4]]), ("visual",))
        >>> boosted = boost(ranking, np.array([False, True]), 0.2)
        >>> boosted.rows.tolist(), boosted.sources, boosted.parts[0].tolist()
        ([1, 0], ('visual', 'boost'), [0.4, 0.2])
    """
    added = amount * values[ranking.rows].astype(np.float64)
    if not np.isfinite(added).all():
        raise InputError(f"The boost {source!r} adds {added.min():g} to a score, must be finite.")
    parts = np.column_stack([ranking.parts, added])
    return Ranking(ranking.rows, parts, (*ranking.sources, source)).sorted()


def take_turns(ranking: Ranking, label_row: Rows) -> Ranking:
    """Let labels take turns: the best product of each, then the second of each, and so on.

    Args:
        ranking: Products, best first.
        label_row: Shape (n_products,), the label of each product, by product_row; -1 is one too.

    Returns:
        The same products. Cost O(n log n).

    Example:
        >>> ranking = Ranking(np.arange(4, dtype=np.int32), np.zeros((4, 1)), ("a",))
        >>> take_turns(ranking, np.array([7, 7, 8, 7])).rows.tolist()
        [0, 2, 1, 3]
    """
    labels = label_row[ranking.rows]
    order = np.argsort(labels, kind="stable")
    ordered = labels[order]
    turn = np.empty(len(ranking), np.int64)
    turn[order] = np.arange(len(ranking)) - np.searchsorted(ordered, ordered)
    return ranking.take(np.argsort(turn, kind="stable"))
