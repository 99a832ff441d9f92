"""Grouping unit vectors: Ward's tree gives the start, spherical k-means the end.

Both are deterministic: no draws, ties go to the lower number.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.rows import Matrix, unit_rows

Labels: TypeAlias = NDArray[np.int64]
"""Shape (n,): the group of each row, 0..n_groups-1, numbered by first appearance."""

ROUNDS = 25
"""Rounds of k-means at most; a customer's few dozen products settle in two to five."""


def ward_tree(vectors: Matrix) -> NDArray[np.float64]:
    """Join rows into a tree, each time the two groups whose union spreads least.

    Args:
        vectors: Shape (n, dim), n >= 2, finite.

    Returns:
        Shape (n - 1, 4), float64: scipy's linkage matrix. Cost: n * n * dim.

    Example:
        >>> ward_tree(np.array([[1, 0], [0, 1], [0, 1]], np.float32))[0, :2]
        array([1., 2.])
    """
    from scipy.cluster.hierarchy import linkage

    return np.asarray(linkage(np.asarray(vectors, np.float64), method="ward"))


def cut_tree(tree: NDArray[np.float64], n_groups: int) -> Labels:
    """Undo the last joins of a tree, so that n_groups remain.

    Args:
        tree: Shape (n - 1, 4), from `ward_tree`.
        n_groups: 1..n.

    Raises:
        InputError: if n_groups is out of range.

    Example:
        >>> cut_tree(ward_tree(np.array([[1, 0], [0, 1], [0, 1]], np.float32)), 2)
        array([0, 1, 1])
    """
    n = len(tree) + 1
    if not 1 <= n_groups <= n:
        raise InputError(f"n_groups is {n_groups}, must be in 1..{n}, the number of vectors.")
    group = list(range(2 * n - 1))  # a list: numpy would take longer for each join than for all
    joins = tree[:, :2].astype(np.int64).tolist()
    for step in range(n - n_groups - 1, -1, -1):
        # a join made earlier hangs below the one it was joined into
        for joined in joins[step]:
            group[joined] = group[n + step]
    return _numbered(group[:n])


def numbered(labels: NDArray[np.integer]) -> Labels:
    """Number groups 0, 1, ... by first appearance.

    Args:
        labels: Shape (n,), any integers.

    Example:
        >>> numbered(np.array([7, 3, 7]))
        array([0, 1, 0])
    """
    return _numbered(labels.tolist())


def _numbered(labels: list[int]) -> Labels:
    number = {label: place for place, label in enumerate(dict.fromkeys(labels))}
    return np.array([number[label] for label in labels], np.int64)


def centres(vectors: Matrix, labels: Labels) -> Matrix:
    """Give the direction of each group: the unit sum of its rows.

    Args:
        vectors: Shape (n, dim).
        labels: Shape (n,), 0..n_groups-1, each in use.

    Returns:
        Shape (n_groups, dim), float32, unit rows; zeros where rows cancel out.

    Example:
        >>> centres(np.eye(2, dtype=np.float32)[[0, 0, 1]], np.array([0, 0, 1]))
        array([[1., 0.],
               [0., 1.]], dtype=float32)
    """
    member = (np.arange(labels.max() + 1)[:, None] == labels).astype(np.float64)
    return unit_rows(member @ vectors)


def settle(vectors: Matrix, labels: Labels) -> Labels:
    """Move rows to the group they are most similar to until none moves: spherical k-means.

    Args:
        vectors: Shape (n, dim), unit rows.
        labels: Shape (n,), where to start, 0..n_groups-1, each in use.

    Returns:
        Shape (n,). A group that would lose all its rows stops the rounds, so none is ever empty.

    Example:
        >>> near = unit_rows(np.array([[1, 0], [1, 0.1], [0, 1]]))
        >>> settle(near, np.array([0, 1, 1]))
        array([0, 0, 1])
    """
    n_groups = int(labels.max()) + 1
    for _ in range(ROUNDS):
        moved = np.argmax(vectors @ centres(vectors, labels).T, axis=1)
        if not np.bincount(moved, minlength=n_groups).all() or (moved == labels).all():
            break
        labels = moved
    return numbered(labels)


def cross_similarity(vectors: Matrix, labels: Labels) -> NDArray[np.float64]:
    """Give the mean cosine of pairs of rows between groups, and inside them.

    Args:
        vectors: Shape (n, dim), unit rows.
        labels: Shape (n,), 0..n_groups-1, each in use.

    Returns:
        Shape (n_groups, n_groups), symmetric; on the diagonal the pairs of different rows of one
        group, 1 for a group of one.

    Example:
        >>> cross_similarity(np.eye(2, dtype=np.float32)[[0, 0, 1]], np.array([0, 0, 1]))
        array([[1., 0.],
               [0., 1.]])
    """
    member = (np.arange(labels.max() + 1)[:, None] == labels).astype(np.float64)
    size = member.sum(axis=1)
    sums = member @ vectors
    total = sums @ sums.T
    pairs = np.outer(size, size)
    np.fill_diagonal(total, np.diag(total) - size)  # a row's cosine with itself is 1
    np.fill_diagonal(pairs, size * (size - 1))
    return np.asarray(np.divide(total, pairs, out=np.ones_like(total), where=pairs > 0))
