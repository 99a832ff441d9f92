"""After the purchase: what goes with what was just bought, and what buyers of it took next."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.candidates.completing import completing_source
from penchant.candidates.linked import LinkedSource
from penchant.candidates.source import Source
from penchant.candidates.visual import visual_source
from penchant.ranking.blend import Blend
from penchant.ranking.rules import Rule
from penchant.settings import RecommendSettings
from penchant.settings.showing import COLLABORATIVE
from penchant.surfaces.ladder import lower_rungs
from penchant.surfaces.plan import Plan, Rung
from penchant.surfaces.request import Request
from penchant.surfaces.visitor import Visitor
from penchant.types import Rows


def post_purchase(
    stock: Assortment, request: Request, blend: Blend, settings: RecommendSettings
) -> Plan:
    """Plan what is shown after a purchase.

    Products of other categories first in line, then whatever its buyers took; what was bought is
    never shown again, nor another color of it, whatever the settings say of owned products.

    Args:
        stock: All products.
        request: Who bought, and what; where that is nothing, taste fills it.
        blend: What each source weighs.
        settings: None that matter here.
    """
    visitor, bought_rows = request.visitor, request.product_rows
    step = "purchase" if len(bought_rows) else visitor.step
    rungs = [Rung(step, _sources(stock, visitor, bought_rows), blend)]
    if not len(bought_rows) and visitor.profile is None:
        rungs = []
    return Plan(
        (*rungs, *lower_rungs(stock, visitor, bought_rows[:0])),
        seeds=bought_rows if len(bought_rows) else visitor.liked[0],
        rules=(Rule("just_bought", stock.variants_of(bought_rows)),),
        turns=stock.facets["category"],
        towards=None if visitor.profile is None else visitor.profile.vector,
    )


def _sources(stock: Assortment, visitor: Visitor, bought_rows: Rows) -> tuple[Source, ...]:
    """Give what speaks for a product after a purchase; without one, taste and popularity."""
    sources: list[Source] = [stock.popularity.among(visitor.segment)]
    if len(bought_rows):
        sources.append(completing_source(stock.complements, bought_rows))
        sources.append(LinkedSource(COLLABORATIVE, *stock.links.linked(bought_rows)))
        sources.extend(stock.paired(bought_rows))
    if visitor.profile is not None:
        sources.append(visual_source(stock.index, visitor.profile.vector))
    return tuple(sources)
