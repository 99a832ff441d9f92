"""Product page: products that look like the one shown."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.candidates.candidate import Candidates
from penchant.candidates.newest import newest_candidates
from penchant.candidates.popular import popular_candidates
from penchant.candidates.visual import visual_candidates
from penchant.surfaces.fill import SourceCall, fill_slots
from penchant.types import Mask


def product_page(
    assortment: Assortment, product_row: int, *, eligible: Mask, k: int
) -> tuple[Candidates, ...]:
    """Choose k products to stand beside a product.

    Args:
        assortment: All products.
        product_row: The product shown; never among the answer.
        eligible: Shape (n_products,), which may be shown.
        k: How many.

    Returns:
        Candidates in the order they are shown; popular and newest ones only when the product has
        no place in the style space or too few others have.
    """
    others = eligible.copy()
    others[product_row] = False
    sources: list[SourceCall] = [
        lambda left, n: popular_candidates(assortment.popularity, n, eligible=left),
        lambda left, n: newest_candidates(assortment.created_us, n, eligible=left),
    ]
    if assortment.index.present[product_row]:
        towards = assortment.index.vectors[product_row]
        sources.insert(
            0, lambda left, n: visual_candidates(assortment.index, towards, n, eligible=left)
        )
    return fill_slots(sources, eligible=others, k=k)
