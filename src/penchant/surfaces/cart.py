"""Cart: what completes the look, one product of each category that goes with those in the cart."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.candidates.completing import completing_source
from penchant.candidates.similar import similar_source
from penchant.candidates.source import Source
from penchant.candidates.visual import visual_source
from penchant.ranking.blend import Blend
from penchant.ranking.rules import Rule
from penchant.settings import RecommendSettings
from penchant.surfaces.ladder import lower_rungs
from penchant.surfaces.plan import Plan, Rung
from penchant.surfaces.request import Request
from penchant.surfaces.visitor import Visitor
from penchant.types import Rows


def cart(stock: Assortment, request: Request, blend: Blend, settings: RecommendSettings) -> Plan:
    """Plan what is shown beside a cart.

    What is bought together with its products, in their style and in the customer's taste; never
    of a category that is in the cart already, unless all are, and each category once before any
    comes again.

    Args:
        stock: All products.
        request: Who is looking, and what is in the cart; an empty one is filled by taste.
        blend: What each source weighs.
        settings: None that matter here.
    """
    visitor, cart_rows = request.visitor, request.product_rows
    category = stock.facets["category"]
    there = category.labelled_as(cart_rows)
    if there.all():
        there[:] = False
    there[stock.variants_of(cart_rows)] = True
    step = "cart" if len(cart_rows) else visitor.step
    rungs = [Rung(step, _sources(stock, visitor, cart_rows), blend)]
    if not len(cart_rows) and visitor.profile is None:
        rungs = []
    return Plan(
        (*rungs, *lower_rungs(stock, visitor, cart_rows[:0])),
        seeds=cart_rows if len(cart_rows) else visitor.liked[0],
        rules=(Rule("in_cart", there),) if len(cart_rows) else (),
        turns=category,
        towards=None if visitor.profile is None else visitor.profile.vector,
    )


def _sources(stock: Assortment, visitor: Visitor, cart_rows: Rows) -> tuple[Source, ...]:
    """Give what speaks for a product beside a cart; only taste and popularity when it is empty."""
    sources: list[Source] = [stock.popularity.among(visitor.segment)]
    if len(cart_rows):
        sources.append(completing_source(stock.complements, cart_rows))
        sources.extend(stock.paired(cart_rows))
    alike = similar_source(stock.index, cart_rows)
    if alike is not None:
        sources.append(alike)
    if visitor.profile is not None:
        sources.append(visual_source(stock.index, visitor.profile.vector))
    return tuple(sources)
