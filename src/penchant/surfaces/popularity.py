"""Popularity: what everybody likes most, to compare recipes with."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.ranking.blend import Blend
from penchant.settings.showing import NEWEST, POPULAR, POPULARITY
from penchant.surfaces.plan import Rung, Within

LIKED = Blend({POPULAR: 1.0})
FRESH = Blend({NEWEST: 1.0})


def popularity(stock: Assortment, within: Within) -> tuple[Rung, ...]:
    """Give the rungs that are the same for everybody: no taste, no segment, no product named.

    Args:
        stock: All products.
        within: As in `Rung`.

    Returns:
        The most liked products of all time; products that nobody touched, newest first, only
        behind all of those.
    """
    return (
        Rung(POPULARITY, (stock.popularity.popular,), LIKED, within, deep=True),
        Rung(POPULARITY, (stock.newest,), FRESH, within),
    )
