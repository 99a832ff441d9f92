"""Homepage: products that match the customer's taste; what everyone likes for those without one."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.candidates.linked import LinkedSource
from penchant.candidates.recent import RecentSource
from penchant.candidates.source import Source
from penchant.candidates.visual import visual_source
from penchant.maths.distinct import among
from penchant.ranking.blend import Blend
from penchant.settings import RecommendSettings
from penchant.settings.showing import COLLABORATIVE
from penchant.surfaces.ladder import lower_rungs
from penchant.surfaces.plan import Plan, Rung
from penchant.surfaces.request import Request


def homepage(
    stock: Assortment, request: Request, blend: Blend, settings: RecommendSettings
) -> Plan:
    """Plan a customer's homepage.

    Taste, what buyers of the same products like, what is popular among customers alike, and what
    the customer looked at lately without buying it.

    Args:
        stock: All products.
        request: Who is looking.
        blend: What each source weighs.
        settings: How near to a taste a product must be to be chosen by it.
    """
    visitor = request.visitor
    liked, weights = visitor.liked
    lower = lower_rungs(stock, visitor, liked)
    if not len(liked):
        return Plan(lower)
    unbought = ~among(liked, visitor.owned)
    sources: tuple[Source, ...] = (
        LinkedSource(COLLABORATIVE, *stock.links.linked(liked, weights)),
        stock.popularity.among(visitor.segment),
        RecentSource(liked[unbought], weights[unbought]),
        *stock.paired(liked, weights),
    )
    if visitor.profile is None:
        return Plan((Rung(visitor.step, sources, blend), *lower), seeds=liked)
    taste = visitor.profile.vector
    looks = visual_source(stock.index, taste, [one.vector for one in visitor.styles])
    least = settings.min_similarity
    personal = Rung(visitor.step, (looks, *sources), blend, min_similarity=least)
    return Plan((personal, *lower), seeds=liked, towards=taste)
