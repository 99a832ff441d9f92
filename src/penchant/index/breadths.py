"""How widely a graph must be looked through, for so many neighbors to be found so surely.

It is measured on the shop's own vectors and tastes when the graph is made, against the exact
answer, since it differs tenfold between one set of vectors and another.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from penchant.maths.rows import present_rows, unit_rows

DEPTHS = (10, 100, 500)
"""Numbers of neighbors at which recall is measured."""

RECALL = 0.99
"""Mean share of the true neighbors that must be found then."""

ROUGH_RECALL = 0.95
"""The same for candidates: those missed lie at the edge, and others as near take their places."""

PROBES = 128
"""Queries it is measured with."""

BLEND = 2
"""Products each is a sum of where tastes are few: as a profile of two styles, but harder."""

WIDER = 1.05
"""Factor between one breadth tried and the next."""


def measured_breadths(
    look: Callable[[int], Sequence[NDArray[np.int64]]],
    truth: NDArray[np.int32],
    n_nodes: int,
    recall: float,
    at_least: Sequence[int] = (1, 1, 1),
) -> NDArray[np.int64]:
    """Find how widely to look for each of DEPTHS: wider and wider until a recall is reached.

    Args:
        look: Given how many nodes to look at, finds those of each probe.
        truth: Shape (n_probes, m), the nodes nearest to each probe, nearest first; m is the last
            of DEPTHS, or all nodes if they are fewer.
        n_nodes: How many there are.
        recall: Mean share of the true neighbors to be found, in (0, 1].
        at_least: What is narrower is known not to do, for each of DEPTHS.

    Returns:
        Shape (3,), ascending.
    """
    breadth, found = 1, []
    for depth, least in zip(DEPTHS, at_least, strict=True):
        near = truth[:, :depth]
        breadth = max(breadth, near.shape[1], least)
        while breadth < n_nodes and _recall(look(breadth), near) < recall:
            breadth = int(np.ceil(breadth * WIDER))
        found.append(breadth)
    return np.array(found, np.int64)


def breadth_for(breadths: NDArray[np.int64], n: int) -> int:
    """Say how many nodes to look at for n neighbors, at least n.

    Args:
        breadths: Of `measured_breadths`.
        n: How many neighbors, >= 1.

    Example:
        >>> breadth_for(np.array([20, 110, 500]), 55)
        65
    """
    deepest = DEPTHS[-1]
    if n > deepest:
        return int(np.ceil(breadths[-1] * n / deepest))
    return max(n, int(np.ceil(np.interp(n, DEPTHS, breadths))))


def probes_of(
    nodes: NDArray[np.float32], tastes: NDArray[np.float32] | None
) -> NDArray[np.float32]:
    """Take tastes, or blend distinct vectors, from far apart in lists in no order of likeness.

    Args:
        nodes: Shape (n_nodes, dim), distinct unit vectors.
        tastes: Shape (n_customers, dim), unit rows or zeros; with fewer than PROBES, or None,
            blends of nodes do.

    Returns:
        Shape (PROBES, dim), unit rows.
    """
    known = np.empty(0, np.intp) if tastes is None else np.flatnonzero(present_rows(tastes))
    if tastes is not None and len(known) >= PROBES:
        chosen = known[np.linspace(0, len(known) - 1, PROBES).astype(np.intp)]
        return np.ascontiguousarray(tastes[chosen])
    chosen = np.linspace(0, len(nodes) - 1, BLEND * PROBES).astype(np.intp)
    return unit_rows(nodes[chosen.reshape(BLEND, PROBES)].sum(axis=0))


def _recall(found: Sequence[NDArray[np.int64]], near: NDArray[np.int32]) -> float:
    return float(np.mean([np.isin(*pair).mean() for pair in zip(near, found, strict=True)]))
