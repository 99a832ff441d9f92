"""Nothing: an empty slate, to see what recommendations do at all."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.candidates.even import EvenSource
from penchant.ranking.blend import Blend
from penchant.settings.showing import NOTHING
from penchant.surfaces.plan import Rung, Within


def nothing(stock: Assortment, within: Within) -> tuple[Rung, ...]:
    """Give a rung for which no slot is there to be filled; it likes no product more than another.

    Args:
        stock: All products.
        within: As in `Rung`.
    """
    return (Rung(NOTHING, (EvenSource(NOTHING, len(stock)),), Blend({NOTHING: 1.0}), within),)
