"""Explaining: shares of past interactions that sum to a similarity, sources that sum to a score."""

from __future__ import annotations

import numpy as np

from penchant.builds import Build
from penchant.errors import InputError
from penchant.reasons.explanation import Explanation, split_similarity
from penchant.recommender import Recommender
from penchant.surfaces.request import Request


def explain_product(
    build: Build,
    recommender: Recommender,
    request: Request,
    customer_id: str,
    product_id: str,
    *,
    build_id: str,
) -> Explanation:
    """Explain why a product matches a customer.

    Args:
        build: Whose products.
        recommender: That would rank it.
        request: Who is looking, and where.
        customer_id: The same customer.
        product_id: Any product, owned or not.
        build_id: Name of the build.

    Raises:
        NotFoundError: if there is no such product.
        InputError: if the customer has no profile, or the product no style vector.
    """
    row, profile = build.product_ids.row(product_id), request.visitor.profile
    if profile is None:
        raise InputError(
            f'Customer "{customer_id}" has no profile: it takes usable interactions and consent.'
        )
    if not recommender.stock.index.present[row]:
        raise InputError(
            f'Product "{product_id}" has no style vector: it lacks a usable photo and any '
            "known attribute. See: penchant doctor"
        )
    shares = split_similarity(
        profile,
        row,
        space=build.space,
        channels=build.channels,
        styles=build.styles,
        product_ids=build.product_ids,
    )
    ranking = recommender.rank_one(request, row)
    return Explanation(
        customer_id,
        product_id,
        build_id,
        float(np.sum([one.share for one in shares])),
        shares,
        request.surface,
        float(ranking.scores[0]),
        dict(zip(ranking.sources, ranking.parts[0].tolist(), strict=True)),
    )
