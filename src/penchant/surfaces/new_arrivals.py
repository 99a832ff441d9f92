"""New arrivals: what came in lately, by taste alone; nothing new has links or sales to speak of."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

import numpy as np

from penchant.candidates.assortment import Assortment
from penchant.candidates.newest import DAY_US
from penchant.candidates.source import Source
from penchant.candidates.visual import visual_source
from penchant.ranking.blend import Blend
from penchant.settings import RecommendSettings
from penchant.surfaces.ladder import lower_rungs
from penchant.surfaces.plan import Plan, Rung
from penchant.surfaces.request import Request
from penchant.types import Mask


def new_arrivals(
    stock: Assortment, request: Request, blend: Blend, settings: RecommendSettings
) -> Plan:
    """Plan a new-arrivals e-mail.

    Args:
        stock: All products.
        request: To whom it goes, and when.
        blend: What each source weighs.
        settings: How long a product is new; older ones, by taste and then by age, only fill what
            stays open.
    """
    visitor = request.visitor
    new = new_within(stock, request, settings)
    liked, _ = visitor.liked
    lower = lower_rungs(stock, visitor, liked[:0], within=new)
    older = Rung("newest", (stock.newest,), lower[-1].blend)
    if visitor.profile is None:
        return Plan((*lower, older))
    sources: tuple[Source, ...] = (
        visual_source(stock.index, visitor.profile.vector, [s.vector for s in visitor.styles]),
        stock.popularity.among(visitor.segment),
    )
    least = settings.min_similarity
    rungs = (
        Rung(visitor.step, sources, blend, new, least),
        *lower,
        Rung(visitor.step, sources, blend, None, least),
        older,
    )
    return Plan(rungs, seeds=liked, towards=visitor.profile.vector)


def new_within(
    stock: Assortment, request: Request, settings: RecommendSettings
) -> Callable[[], Mask]:
    """Give what tells which products are new.

    Args:
        stock: All products.
        request: When it is asked.
        settings: How long a product is new.
    """
    return partial(_new, stock, request.as_of_us, settings.new_days)


def _new(stock: Assortment, as_of_us: int, new_days: float) -> Mask:
    """Tell what came in lately, or after the last interaction the shop knows of."""
    return np.asarray(stock.created_us > math.floor(as_of_us - new_days * DAY_US))
