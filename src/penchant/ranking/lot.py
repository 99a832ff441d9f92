"""By lot: products drawn evenly, with the chance each had, exactly."""

from __future__ import annotations

import numpy as np

from penchant.maths.distinct import among
from penchant.types import Rows, Weights


def draw_evenly(
    rows: Rows, group_row: Rows, k: int, rng: np.random.Generator
) -> tuple[Rows, Weights]:
    """Draw one product each of k groups, slot by slot.

    For each slot a group is drawn from those that are left, each as likely as another, then one of
    its products, each as likely as another. So before anything is drawn no slot differs from
    another, and a product of a group of m out of n groups stands in any one of the k slots with

        p = 1 / (n * m)

    and in the slate as a whole with k * p. Where every product is a group of its own, p = 1 / n.
    A design with many colours is not shown more often than one with few.

    Args:
        rows: Shape (n_rows,), products that may be shown, no repeats.
        group_row: Shape (n_rows,), aligned: the group of each, >= 0.
        k: Slots, >= 0.
        rng: Draws one `random()` per slot for the group and one for the product, and nothing else,
            so equal seeds give equal slates on any machine.

    Returns:
        min(k, n) products in the order of their slots, and p of each.

    Example:
        >>> rows, groups = np.array([4, 5, 6], np.int32), np.array([0, 0, 1], np.int32)
        >>> drawn, chances = draw_evenly(rows, groups, 2, np.random.default_rng(1))
        >>> drawn.tolist(), chances.tolist()
        ([6, 5], [0.5, 0.25])
    """
    sizes = np.bincount(group_row)
    groups = np.flatnonzero(sizes).astype(np.int32)
    k = min(k, len(groups))
    _shuffle_first(groups, k, rng)
    chosen = groups[:k]
    near = np.flatnonzero(among(group_row, chosen))
    order = near[np.argsort(group_row[near], kind="stable")]
    starts = np.searchsorted(group_row[order], chosen)
    members = sizes[chosen]
    turns = np.minimum((rng.random(k) * members).astype(np.int64), members - 1)
    return rows[order[starts + turns]], 1.0 / (len(groups) * members)


def even_chances(group_row: Rows) -> Weights:
    """Give how likely each product stands in any one slot that is drawn evenly.

    Args:
        group_row: As in `draw_evenly`.

    Returns:
        Shape (n_rows,), p as in `draw_evenly`, of all products that may be drawn; they sum to 1.

    Example:
        >>> even_chances(np.array([0, 0, 1], np.int32)).tolist()
        [0.25, 0.25, 0.5]
    """
    sizes = np.bincount(group_row)
    return np.asarray(1.0 / (np.count_nonzero(sizes) * sizes[group_row]))


def _shuffle_first(values: Rows, k: int, rng: np.random.Generator) -> None:
    """Put k values drawn evenly, one after the other, in front (Fisher and Yates)."""
    for place, drawn in enumerate(rng.random(k).tolist()):
        left = len(values) - place
        other = place + min(int(drawn * left), left - 1)
        values[place], values[other] = values[other], values[place]
