"""The centrepieces of each style: small works about the origin, one unit in radius, facing +z.

`motif(style, kit)` makes one; rings, pendants, earrings, bracelets and necklaces carry them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from penchant.errors import NotFoundError
from penchant.sample.render.kit import Kit
from penchant.sample.render.motifs import (
    deco,
    floral,
    gemstone,
    minimalist,
    statement,
    urban,
    vintage,
)
from penchant.sample.render.part import Piece

MOTIFS: Final[dict[str, tuple[Callable[[Kit], Piece], ...]]] = {
    "minimalist": minimalist.MOTIFS,
    "vintage": vintage.MOTIFS,
    "statement": statement.MOTIFS,
    "deco": deco.MOTIFS,
    "floral": floral.MOTIFS,
    "pearl": gemstone.PEARL_MOTIFS,
    "halo": gemstone.HALO_MOTIFS,
    "urban": urban.MOTIFS,
}


def motif(style: str, kit: Kit) -> Piece:
    """Make the centrepiece that a style's variant asks for.

    Raises:
        NotFoundError: if there is no such style.
    """
    if style not in MOTIFS:
        raise NotFoundError("style", style, MOTIFS)
    makers = MOTIFS[style]
    return makers[kit.variant % len(makers)](kit)
