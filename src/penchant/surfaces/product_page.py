"""Product page: products like the one shown, in the customer's taste where that is known."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.candidates.linked import LinkedSource
from penchant.candidates.similar import similar_source
from penchant.candidates.source import Source
from penchant.candidates.visual import taste_alone
from penchant.ranking.blend import Blend
from penchant.ranking.rules import Rule
from penchant.settings import RecommendSettings
from penchant.settings.showing import COLLABORATIVE
from penchant.surfaces.ladder import lower_rungs
from penchant.surfaces.plan import Plan, Rung
from penchant.surfaces.request import Request


def product_page(
    stock: Assortment, request: Request, blend: Blend, settings: RecommendSettings
) -> Plan:
    """Plan what stands beside a product.

    Likeness to the product leads; buyers of it, the customer's taste and popularity sort what is
    about equally alike. What is near the taste alone has no place here and is not looked up.

    Args:
        stock: All products.
        request: Who is looking, and at which one product; it is never among the answer.
        blend: What each source weighs.
        settings: None that matter here.
    """
    visitor, seed = request.visitor, request.product_rows
    linked = LinkedSource(COLLABORATIVE, *stock.links.linked(seed))
    sources: list[Source] = [
        linked,
        stock.popularity.among(visitor.segment),
        *stock.paired(seed),
    ]
    alike = similar_source(stock.index, seed)
    if visitor.profile is not None and alike is not None:
        sources.insert(0, taste_alone(stock.index, visitor.profile.vector))
    if alike is not None:
        sources.insert(0, alike)
    known = alike is not None or bool((linked.linked > 0).any())
    rungs = [Rung("product", tuple(sources), blend)] if known else []
    return Plan(
        (*rungs, *lower_rungs(stock, visitor, seed)),
        seeds=seed,
        rules=(Rule("this_product", seed),),
        towards=None if alike is None else alike.vector,
    )
