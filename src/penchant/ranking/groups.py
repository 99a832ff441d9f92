"""Groups, boosts and turns: what is done to an order besides scoring it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.maths.falling import rising
from penchant.ranking.ranking import Ranking
from penchant.types import Rows

BOOST = "boost"
"""Name of the part that a shop itself adds to scores."""


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
    # one key of group and place: sorted, the first of each group is its best product
    keys = np.sort((alone << 32) | np.arange(len(alone)))
    first = np.ones(len(keys), bool)
    np.not_equal(keys[1:] >> 32, keys[:-1] >> 32, out=first[1:])
    return ranking if first.all() else ranking.take(np.sort(keys[first] & 0xFFFFFFFF))


def boost(ranking: Ranking, added: NDArray[np.floating]) -> Ranking:
    """Add to the scores of some products; the addition is a part of its own, so reasons tell it.

    Args:
        ranking: Products, best first.
        added: Shape (n_products,), finite, by product_row; negative pushes down.

    Returns:
        The same products by falling score, with one more source, "boost".

    Example:
        >>> ranking = Ranking(np.array([0, 1], np.int32), np.array([[.5], [.4]]), ("visual",))
        >>> boosted = boost(ranking, np.array([0.0, 0.2]))
        >>> boosted.rows.tolist(), boosted.sources, boosted.parts[0].tolist()
        ([1, 0], ('visual', 'boost'), [0.4, 0.2])
    """
    parts = np.column_stack([ranking.parts, added[ranking.rows]])
    return Ranking(ranking.rows, parts, (*ranking.sources, BOOST)).sorted()


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
    order = rising(labels)
    ordered = labels[order]
    turn = np.empty(len(ranking), np.int64)
    turn[order] = np.arange(len(ranking)) - np.searchsorted(ordered, ordered)
    return ranking.take(rising(turn))
