"""Exact top-k by block maximum.

The k best of a row lie in at most k blocks: those with the k largest block maxima. One pass of
maxima and a sort of a few hundred candidates replace a partition of the whole row. Ties go to
the lower column, always.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 50
"""Scores a block holds; 50 keeps the maxima pass and the candidate pass about equally cheap."""

SMALL = 2 * BLOCK * BLOCK
"""Rows shorter than this are sorted whole."""

FEW_ROWS = 8
"""Up to so many rows are partitioned one by one; a loop over more would cost more than it saves."""


@dataclass(frozen=True, slots=True)
class TopK:
    """The best columns of each row, best first.

    Attributes:
        rows: Shape (n, k), int32 columns; -1 where a row has fewer than k finite scores.
        scores: Shape (n, k), float32; -inf where `rows` is -1.
    """

    rows: NDArray[np.int32]
    scores: NDArray[np.float32]


def top_k(scores: NDArray[np.float32], k: int) -> TopK:
    """Pick the k highest scores of each row, ties by lower column.

    Args:
        scores: Shape (n, n_columns), no NaN. -inf means "not eligible" and is never picked.
        k: How many, >= 0; more than n_columns gives n_columns.

    Returns:
        Shapes (n, min(k, n_columns)), best first. Cost: one pass over `scores`.

    Example:
        >>> top_k(np.array([[0.1, 0.9, 0.9, -np.inf]], dtype=np.float32), 3).rows
        array([[1, 2, 0]], dtype=int32)
    """
    n, n_columns = scores.shape
    k = min(k, n_columns)
    if k == 0 or n == 0:
        return TopK(np.empty((n, k), np.int32), np.empty((n, k), np.float32))
    if n <= FEW_ROWS and 4 * k < n_columns:
        picked = np.stack([_picked_in_row(row, k) for row in scores])
        return _finished(picked, np.take_along_axis(scores, picked, axis=1))
    n_blocks = -(-n_columns // BLOCK)
    if n_columns < SMALL or 2 * k >= n_blocks:
        order = np.argsort(-scores, axis=1, kind="stable")[:, :k]
        return _finished(order, np.take_along_axis(scores, order, axis=1))
    maxima = _block_maxima(scores, n_blocks)
    blocks = np.argpartition(-maxima, k - 1, axis=1)[:, :k]
    worst = np.take_along_axis(maxima, blocks, axis=1).min(axis=1)
    candidates = _columns_of(blocks, n_blocks, n_columns)
    best = _pick(scores, candidates, k)
    tied = ((maxima >= worst[:, None]).sum(axis=1) > k) & (worst > -np.inf)
    for row in np.flatnonzero(tied):
        columns = np.flatnonzero(scores[row] >= worst[row])[None, :]
        again = _pick(scores[row : row + 1], columns, k)
        best.rows[row], best.scores[row] = again.rows[0], again.scores[0]
    return best


def _picked_in_row(row: NDArray[np.float32], k: int) -> NDArray[np.intp]:
    """Give the k best columns of one row: those that reach an edge, sorted."""
    enough = np.flatnonzero(row >= _edge(row, k))
    return np.asarray(enough[np.argsort(-row[enough], kind="stable")[:k]])


def _edge(row: NDArray[np.float32], k: int) -> np.float32:
    """Give a score that k columns reach, and seldom many more: the k-th highest of some maxima."""
    n_blocks = len(row) // BLOCK
    if 2 * k < n_blocks:  # strided blocks, so that the maximum runs along contiguous memory
        row = row[: n_blocks * BLOCK].reshape(BLOCK, n_blocks).max(axis=0)
    highest: np.float32 = np.partition(row, len(row) - k)[len(row) - k]
    return highest


def _block_maxima(scores: NDArray[np.float32], n_blocks: int) -> NDArray[np.float32]:
    """Give the maximum of block b = columns b, b + n_blocks, b + 2 n_blocks, ... of each row.

    Strided blocks let the maximum run along contiguous memory.
    """
    n, n_columns = scores.shape
    full = n_columns // n_blocks
    head = np.lib.stride_tricks.as_strided(
        scores,
        shape=(n, full, n_blocks),
        strides=(scores.strides[0], scores.strides[1] * n_blocks, scores.strides[1]),
        writeable=False,
    )
    maxima = head.max(axis=1)
    tail = n_columns - full * n_blocks
    if tail:
        np.maximum(maxima[:, :tail], scores[:, full * n_blocks :], out=maxima[:, :tail])
    return np.asarray(maxima)


def _columns_of(blocks: NDArray[np.intp], n_blocks: int, n_columns: int) -> NDArray[np.intp]:
    per_block = -(-n_columns // n_blocks)
    columns = blocks[:, :, None] + n_blocks * np.arange(per_block)
    return np.asarray(columns.reshape(blocks.shape[0], -1))


def _pick(scores: NDArray[np.float32], columns: NDArray[np.intp], k: int) -> TopK:
    """Sort candidates by a 64-bit key: the score's order in the high half, the column below."""
    n_columns = scores.shape[1]
    inside = columns < n_columns
    values = np.take_along_axis(scores, np.where(inside, columns, 0), axis=1)
    values = np.where(inside, values, -np.inf).astype(np.float32) + np.float32(0.0)
    bits = values.view(np.int32).astype(np.int64)
    ordered = bits ^ ((bits >> 63) & 0x7FFFFFFF)
    keys = (ordered << 32) | (0xFFFFFFFF - columns)
    if keys.shape[1] > k:
        part = np.argpartition(-keys, k - 1, axis=1)[:, :k]
    else:
        part = np.broadcast_to(np.arange(keys.shape[1]), keys.shape)
    order = np.take_along_axis(
        part, np.argsort(-np.take_along_axis(keys, part, axis=1), axis=1), axis=1
    )
    return _finished(
        np.take_along_axis(columns, order, axis=1), np.take_along_axis(values, order, axis=1)
    )


def _finished(columns: NDArray[np.intp], values: NDArray[np.float32]) -> TopK:
    rows = np.where(values == -np.inf, -1, columns).astype(np.int32)
    return TopK(rows, values)
