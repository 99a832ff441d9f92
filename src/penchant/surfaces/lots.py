"""Lots: products drawn evenly, to compare recipes with and to learn from without any bias."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.candidates.even import EvenSource
from penchant.ranking.blend import Blend
from penchant.settings.showing import RANDOM
from penchant.surfaces.plan import Rung, Within


def lots(stock: Assortment, within: Within) -> tuple[Rung, ...]:
    """Give the rung that draws from all products that may be shown: see `ranking.lot`.

    Args:
        stock: All products.
        within: As in `Rung`.
    """
    source = EvenSource(RANDOM, len(stock))
    return (Rung(RANDOM, (source,), Blend({RANDOM: 1.0}), within, by_lot=True),)
