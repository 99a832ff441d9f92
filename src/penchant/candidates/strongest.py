"""Keep the strongest links of each product: the long tail costs memory and tells nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.links import ProductLinks

BLOCK = 512
"""Owned products worked on at a time, so that no square of all products is ever held."""


@dataclass(frozen=True, slots=True, eq=False)
class LinkBlock:
    """Links of some owned products.

    Attributes:
        owned_row: Shape (n,), owned products, rising.
        product_row: Shape (n,), candidates, rising within an owned product.
        weights: Shape (n,), float32, never 0.
    """

    owned_row: NDArray[np.int64]
    product_row: NDArray[np.int64]
    weights: NDArray[np.float32]


def strongest(
    owned_row: NDArray[np.integer],
    product_row: NDArray[np.integer],
    weights: NDArray[np.floating],
    keep: int,
) -> LinkBlock:
    """Keep, per owned product, the links of largest size.

    Args:
        owned_row: Shape (n,), any order.
        product_row: Shape (n,), aligned.
        weights: Shape (n,), aligned; rounded to float32 first, zeros and links of a product to
            itself are left out.
        keep: Links per owned product, at most; ties go to the lower product_row.

    Returns:
        At most `keep` links for each owned product. Cost: a sort of n.

    Example:
        >>> strongest(np.zeros(3, int), np.array([5, 6, 7]), np.array([1.0, -3.0, 2.0]), 2).weights
        array([-3.,  2.], dtype=float32)
    """
    rounded = weights.astype(np.float32)
    good = (rounded != 0) & (owned_row != product_row)
    owned_row, product_row, rounded = owned_row[good], product_row[good], rounded[good]
    order = np.lexsort((product_row, -np.abs(rounded), owned_row))
    ranked = owned_row[order]
    place = np.arange(len(order)) - np.searchsorted(ranked, ranked, side="left")
    best = order[place < keep]
    best = best[np.lexsort((product_row[best], owned_row[best]))]
    return LinkBlock(owned_row[best].astype(np.int64), product_row[best].astype(np.int64),
                     rounded[best])  # fmt: skip


def strongest_of_dense(block: NDArray[np.float32], first: int, keep: int) -> LinkBlock:
    """Keep, per row, the entries of largest size; the same as `strongest`, without the full sort.

    Args:
        block: Shape (n, n_products): the links of owned products first, first + 1, ...
        first: The owned product of the first row.
        keep: Links per owned product, at most; ties go to the lower product_row.
    """
    sizes = np.abs(block)
    sizes[np.arange(len(block)), first + np.arange(len(block))] = 0
    chosen = sizes > 0
    if keep < block.shape[1]:
        edge = np.partition(sizes, block.shape[1] - keep, axis=1)[:, block.shape[1] - keep, None]
        chosen &= sizes >= edge
    rows, columns = np.nonzero(chosen)
    return strongest(rows + first, columns, block[rows, columns], keep)


def join_links(
    blocks: Iterable[LinkBlock], n_products: int, about: Mapping[str, object]
) -> ProductLinks:
    """Put blocks together.

    Args:
        blocks: In order of owned product.
        n_products: Products in all.
        about: How the links were fitted.
    """
    parts = list(blocks)
    owned = np.concatenate([np.empty(0, np.int64), *(one.owned_row for one in parts)])
    counts = np.bincount(owned, minlength=n_products)
    rows = np.concatenate([np.empty(0, np.int64), *(one.product_row for one in parts)])
    weights = np.concatenate([np.empty(0, np.float32), *(one.weights for one in parts)])
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    return ProductLinks(starts, rows.astype(np.int32), weights, about)


def spread(links: ProductLinks, rows: NDArray[np.intp], n_products: int) -> ProductLinks:
    """Give links fitted on some products their rows among all.

    Args:
        links: Between products 0..len(rows) - 1.
        rows: Shape (links.n_products,), rising: the row of each among all products.
        n_products: Products in all.

    Example:
        >>> few = ProductLinks(np.array([0, 1, 1]), np.array([1], np.int32),
        ...                    np.ones(1, np.float32), {})
        >>> spread(few, np.array([3, 5]), 6).product_row
        array([5], dtype=int32)
    """
    counts = np.zeros(n_products, np.int64)
    counts[rows] = np.diff(links.starts)
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    placed = rows[links.product_row].astype(np.int32)
    return ProductLinks(starts, placed, links.weights, links.about)
