"""The lower rungs of the ladder: what is left when little or nothing is known."""

from __future__ import annotations

from functools import partial

from penchant.candidates.assortment import Assortment
from penchant.candidates.facet import Facet
from penchant.ranking.blend import Blend
from penchant.settings.showing import NEWEST, POPULAR, TRENDING
from penchant.surfaces.plan import Rung, Within
from penchant.surfaces.visitor import Visitor
from penchant.types import Mask, Rows

LIKED = Blend({POPULAR: 0.5, TRENDING: 0.5})
LATELY = Blend({TRENDING: 1.0, POPULAR: 0.1})
FRESH = Blend({NEWEST: 1.0})


def lower_rungs(
    stock: Assortment, visitor: Visitor, seeds: Rows, *, within: Within = None
) -> tuple[Rung, ...]:
    """Give the rungs without a taste: segment, category, popular, newest.

    Args:
        stock: All products.
        visitor: Who is looking; the segment of someone who refused is -1.
        seeds: Shape (n,), products whose categories are of interest.
        within: Gives a mask of shape (n_products,), the only products they may give; None: all.

    Returns:
        Rungs that together give every eligible product.
    """
    popularity = stock.popularity
    rungs = [
        Rung("popular", (popularity.popular, popularity.trending), LIKED, within),
        Rung("newest", (stock.newest,), FRESH, within),
    ]
    category = stock.facets["category"]
    if category.knows(seeds):
        sources = (popularity.trending, popularity.popular)
        rungs.insert(0, Rung("category", sources, LATELY, partial(_alike, category, seeds, within)))
    if visitor.segment >= 0:
        sources = (popularity.among(visitor.segment), popularity.trending)
        rungs.insert(0, Rung("segment", sources, LIKED, within))
    return tuple(rungs)


def _alike(category: Facet, seeds: Rows, within: Within) -> Mask:
    near = category.labelled_as(seeds)
    return near if within is None else near & within()
