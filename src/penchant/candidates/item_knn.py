"""Item-kNN: products are linked when the same customers own both.

    K(i, j) = sum_u n_u^-a [u owns i and j] / (s_i^b s_j^c + shrinkage)

i is owned, j the candidate, n_u the products of customer u, s the customers of a product. Without
the three powers a best seller is everybody's neighbor, and big buyers outvote all others.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict

import numpy as np

from penchant.candidates.links import ProductLinks
from penchant.candidates.ownership import Ownership, find_ownership
from penchant.candidates.strongest import (
    BLOCK,
    LinkBlock,
    join_links,
    strongest,
    strongest_of_dense,
)
from penchant.settings import ItemKnnSettings
from penchant.types import Rows

DENSE_FROM = 20
"""From one entry in this many on, picking from a dense block is faster than sorting entries."""


def fit_item_knn(
    customer_row: Rows,
    product_row: Rows,
    *,
    n_customers: int,
    n_products: int,
    settings: ItemKnnSettings | None = None,
) -> ProductLinks:
    """Link products by the customers they share.

    Args:
        customer_row: Shape (n,), any order.
        product_row: Shape (n,), aligned; -1 is left out, repeated pairs count once.
        n_customers: Customers in all.
        n_products: Products in all.
        settings: Powers, shrinkage, and how many links to keep.

    Returns:
        Links > 0. Cost: the pairs within histories, sum of n_u squared.

    Raises:
        InputError: if the arrays are not pairs of rows.

    Example:
        >>> customers, products = np.array([0, 0, 1, 1], np.int32), np.array([0, 1, 0, 2], np.int32)
        >>> plain = ItemKnnSettings(owned_power=0, candidate_power=0, shrinkage=0, customer_power=1)
        >>> links = fit_item_knn(customers, products, n_customers=2, n_products=3, settings=plain)
        >>> links.score_products(np.array([0], np.int32)).tolist()
        [0.0, 0.5, 0.5]
    """
    chosen = settings or ItemKnnSettings()
    known = find_ownership(customer_row, product_row, n_customers=n_customers,
                           n_products=n_products)  # fmt: skip
    about = {"method": "item-knn", "settings": asdict(chosen), **known.about()}
    return join_links(_blocks(known, chosen), n_products, about)


def _blocks(known: Ownership, settings: ItemKnnSettings) -> Iterator[LinkBlock]:
    by_product = known.weighted(settings.customer_power).T.tocsr()
    owned_part = known.sold**settings.owned_power
    candidate_part = known.sold**settings.candidate_power
    for first in range(0, len(known.sold), BLOCK):
        together = (by_product[first : first + BLOCK] @ known.matrix).tocoo()
        owned, candidates = together.row + first, together.col
        divisor = owned_part[owned] * candidate_part[candidates] + settings.shrinkage
        together.data = together.data / divisor
        if together.nnz * DENSE_FROM > together.shape[0] * together.shape[1]:
            yield strongest_of_dense(together.toarray().astype(np.float32), first, settings.keep)
        else:
            yield strongest(owned, candidates, together.data, settings.keep)
