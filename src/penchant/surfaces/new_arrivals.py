"""New arrivals: what came in lately, by taste alone; nothing new has links or sales to speak of."""

from __future__ import annotations

from functools import partial

import numpy as np

from penchant.candidates.assortment import Assortment
from penchant.candidates.newest import DAY_US
from penchant.candidates.source import Source
from penchant.candidates.visual import visual_source
from penchant.ranking.blend import Blend
from penchant.surfaces.ladder import lower_rungs
from penchant.surfaces.plan import Plan, Rung
from penchant.surfaces.visitor import Visitor
from penchant.types import Mask


def new_arrivals(
    stock: Assortment,
    visitor: Visitor,
    blend: Blend,
    *,
    as_of_us: int,
    new_days: float,
    min_similarity: float = -1.0,
) -> Plan:
    """Plan a new-arrivals e-mail.

    Args:
        stock: All products.
        visitor: To whom it goes.
        blend: What each source weighs.
        as_of_us: Now, microseconds since 1970 UTC.
        new_days: Days for which a product is new; older ones only fill what stays open.
        min_similarity: Cosine to the taste that a product chosen by taste must reach.
    """
    new = partial(_new, stock, as_of_us, new_days)
    liked, _ = visitor.liked
    lower = lower_rungs(stock, visitor, liked[:0], within=new)
    older = Rung("newest", (stock.newest,), lower[-1].blend)
    if visitor.profile is None:
        return Plan((*lower, older))
    sources: tuple[Source, ...] = (
        visual_source(stock.index, visitor.profile.vector, [s.vector for s in visitor.styles]),
        stock.popularity.among(visitor.segment),
    )
    personal = Rung(visitor.step, sources, blend, new, min_similarity)
    return Plan((personal, *lower, older), seeds=liked, towards=visitor.profile.vector)


def _new(stock: Assortment, as_of_us: int, new_days: float) -> Mask:
    age_us = as_of_us - stock.created_us.astype(np.float64)  # as floats: unknown is the lowest int
    return np.asarray((age_us >= 0) & (age_us < new_days * DAY_US))
