"""Graph filter: what a customer owns, smoothed over the graph of customers and products.

    R = customers x products, each entry n_u^(-a/2) s_i^(-1/2)
    V = its strongest right singular vectors, those of its largest connected part
    link(i, j) = (R'R)_ij + smooth_weight * s_i^-t (VV')_ij s_j^t

i is owned, j the candidate (Shen et al., "How powerful is graph convolution for recommendation?",
2021). The first term sees products shared by the same customers, the second those joined by longer
ways, which is what sparse shops live on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.links import ProductLinks
from penchant.candidates.ownership import find_ownership
from penchant.candidates.strongest import (
    BLOCK,
    LinkBlock,
    join_links,
    spread,
    strongest_of_dense,
)
from penchant.errors import InputError
from penchant.maths.threads import one_thread
from penchant.settings import GraphFilterSettings
from penchant.types import Rows

if TYPE_CHECKING:
    from scipy.sparse import csr_array

Matrix = NDArray[np.float32]
POWER_STEPS = 5
"""Rounds that sharpen the directions of a large graph; more change no ranking."""

SMALL = 1000
"""Up to this many products the directions are exact: faster than the search for them."""


def fit_graph_filter(
    customer_row: Rows,
    product_row: Rows,
    *,
    n_customers: int,
    n_products: int,
    settings: GraphFilterSettings | None = None,
) -> ProductLinks:
    """Link products by how near they lie in the graph of customers and products.

    Args:
        customer_row: Shape (n,), any order.
        product_row: Shape (n,), aligned; -1 is left out, repeated pairs count once.
        n_customers: Customers in all.
        n_products: Products in all; those without a customer cost nothing.
        settings: Directions, weights, size limit, and how many links to keep.

    Returns:
        Links, mostly > 0. Same bytes on any number of threads.

    Raises:
        InputError: if the arrays are not pairs of rows, or too many products have customers.

    Example:
        >>> customers, products = np.array([0, 0, 1], np.int32), np.array([0, 1, 1], np.int32)
        >>> links = fit_graph_filter(customers, products, n_customers=2, n_products=2,
        ...                          settings=GraphFilterSettings(smooth_weight=0))
        >>> [round(one, 3) for one in links.weights.tolist()]  # 1/2, over sqrt(1 * 2)
        [0.354, 0.354]
    """
    chosen = settings or GraphFilterSettings()
    known = find_ownership(customer_row, product_row, n_customers=n_customers,
                           n_products=n_products)  # fmt: skip
    seen = np.flatnonzero(known.sold)
    if len(seen) > chosen.max_products:
        raise InputError(
            f"The graph filter would compare {len(seen)} products with each other, max_products "
            f"allows {chosen.max_products}. Use item-kNN, or raise max_products if time allows."
        )
    about = {"method": "graph-filter", "settings": asdict(chosen), **known.about()}
    sold = known.sold[seen]
    graph = known.weighted(chosen.customer_power / 2)[:, seen].tocsr()
    graph.data /= np.sqrt(sold)[graph.indices]
    with one_thread():
        directions = _directions(graph, chosen)
        links = join_links(_blocks(graph, directions, sold, chosen), len(seen), about)
    return spread(links, seen, n_products)


def _directions(graph: csr_array, settings: GraphFilterSettings) -> Matrix:
    """Give the smoothest directions, shape (n_products, dim), for sums VV' only.

    Of the largest connected part alone: every island would take a direction of its own, and counts
    tell all there is to tell within an island.
    """
    mainland = _mainland(graph)
    dim = min(settings.dim, len(mainland), graph.shape[0])
    directions = np.zeros((graph.shape[1], dim), np.float32)
    if dim and settings.smooth_weight:
        directions[mainland] = _singular_vectors(graph[:, mainland], dim, settings.seed)
    return directions


def _mainland(graph: csr_array) -> NDArray[np.intp]:
    from scipy.sparse import block_array
    from scipy.sparse.csgraph import connected_components

    _, part = connected_components(block_array([[None, graph], [graph.T, None]]), directed=False)
    of_product = part[graph.shape[0] :]
    largest = np.bincount(of_product, minlength=1).argmax()
    return np.flatnonzero(of_product == largest)


def _singular_vectors(graph: csr_array, dim: int, seed: int) -> NDArray[np.float64]:
    if graph.shape[1] <= SMALL:
        _, vectors = np.linalg.eigh((graph.T @ graph).toarray())
        return np.asarray(vectors[:, -dim:])
    from sklearn.utils.extmath import randomized_svd

    _, _, right = randomized_svd(
        graph, dim, n_oversamples=dim // 4 + 8, n_iter=POWER_STEPS, random_state=seed
    )
    return np.asarray(right.T)


def _blocks(
    graph: csr_array,
    directions: Matrix,
    sold: NDArray[np.float64],
    settings: GraphFilterSettings,
) -> Iterator[LinkBlock]:
    by_product = graph.T.tocsr()
    owned_part = (settings.smooth_weight * sold**-settings.tilt).astype(np.float32)
    candidate_part = (sold**settings.tilt).astype(np.float32)
    for first in range(0, len(sold), BLOCK):
        here = slice(first, first + BLOCK)
        smooth = (directions[here] * owned_part[here, None]) @ directions.T * candidate_part
        plain = (by_product[here] @ graph).toarray()
        yield strongest_of_dense((plain + smooth).astype(np.float32), first, settings.keep)
