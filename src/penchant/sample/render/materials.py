"""What the pieces are made of: metals, stones, pearls, leather, as numbers the shader reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, TypeAlias

Colour: TypeAlias = tuple[float, float, float]
"""Linear RGB, 0..1."""


@dataclass(frozen=True, slots=True)
class Material:
    """A surface.

    `kind` is one of metal, gem, pearl, gloss, matte, leather, dial. `colour` is linear RGB:
    reflectance, or for a gem the light left after one unit of way. `rough` (0..1) blurs what is
    mirrored; `bump` names a relief (brushed, hammered, grain, woven) and `patina` darkens hollows.
    """

    kind: str
    colour: Colour
    rough: float = 0.0
    bump: str = ""
    patina: float = 0.0
    refraction: float = 1.5


METALS: Final[dict[str, Material]] = {
    "silver": Material("metal", (0.93, 0.925, 0.91), 0.08),
    "gold": Material("metal", (1.0, 0.745, 0.33), 0.08),
    "rose gold": Material("metal", (0.97, 0.66, 0.53), 0.08),
    "platinum": Material("metal", (0.76, 0.765, 0.775), 0.16),
    "steel": Material("metal", (0.66, 0.67, 0.68), 0.15),
    "black": Material("metal", (0.085, 0.088, 0.095), 0.2),
}

STONES: Final[dict[str, Material]] = {
    "diamond": Material("gem", (0.985, 0.985, 0.985), refraction=2.2),
    "sapphire": Material("gem", (0.13, 0.26, 0.85), refraction=1.77),
    "ruby": Material("gem", (0.85, 0.06, 0.17), refraction=1.77),
    "emerald": Material("gem", (0.1, 0.68, 0.36), refraction=1.6),
    "amethyst": Material("gem", (0.55, 0.25, 0.8), refraction=1.6),
    "citrine": Material("gem", (0.97, 0.68, 0.15), refraction=1.6),
    "aquamarine": Material("gem", (0.58, 0.87, 0.93), refraction=1.6),
    "peridot": Material("gem", (0.62, 0.83, 0.22), refraction=1.65),
    "garnet": Material("gem", (0.62, 0.06, 0.08), refraction=1.75),
    "morganite": Material("gem", (0.98, 0.72, 0.68), refraction=1.6),
    "onyx": Material("gloss", (0.012, 0.012, 0.014), 0.05),
    "turquoise": Material("gloss", (0.1, 0.55, 0.56), 0.25),
    "malachite": Material("gloss", (0.03, 0.3, 0.17), 0.1),
    "moonstone": Material("pearl", (0.78, 0.84, 0.92), 0.1),
    "coral": Material("gloss", (0.8, 0.17, 0.12), 0.2),
}

PEARLS: Final[dict[str, Material]] = {
    "white pearl": Material("pearl", (1.0, 0.965, 0.91), 0.25),
    "pink pearl": Material("pearl", (1.0, 0.8, 0.73), 0.25),
    "grey pearl": Material("pearl", (0.3, 0.32, 0.35), 0.2),
    "golden pearl": Material("pearl", (1.0, 0.8, 0.5), 0.25),
}

STRAPS: Final[dict[str, Material]] = {
    "brown": Material("leather", (0.17, 0.065, 0.028), 0.5, "grain"),
    "black": Material("leather", (0.018, 0.018, 0.02), 0.45, "grain"),
    "tan": Material("leather", (0.42, 0.2, 0.08), 0.5, "grain"),
    "navy": Material("leather", (0.02, 0.035, 0.09), 0.5, "grain"),
    "burgundy": Material("leather", (0.16, 0.015, 0.025), 0.5, "grain"),
    "grey": Material("leather", (0.2, 0.2, 0.2), 0.5, "grain"),
    "white": Material("leather", (0.75, 0.73, 0.7), 0.5, "grain"),
    "green": Material("leather", (0.03, 0.1, 0.05), 0.5, "grain"),
}

RUBBER: Final[dict[str, Material]] = {
    "black": Material("matte", (0.022, 0.022, 0.024), 0.6),
    "blue": Material("matte", (0.02, 0.06, 0.2), 0.6),
    "orange": Material("matte", (0.75, 0.18, 0.03), 0.6),
    "olive": Material("matte", (0.09, 0.1, 0.045), 0.6),
    "white": Material("matte", (0.75, 0.75, 0.74), 0.6),
}

DIALS: Final[dict[str, Material]] = {
    "white": Material("dial", (0.86, 0.86, 0.84), 0.3),
    "ivory": Material("dial", (0.83, 0.77, 0.62), 0.3),
    "black": Material("dial", (0.02, 0.02, 0.022), 0.3, "sunray"),
    "blue": Material("dial", (0.03, 0.09, 0.28), 0.3, "sunray"),
    "green": Material("dial", (0.02, 0.14, 0.09), 0.3, "sunray"),
    "champagne": Material("dial", (0.72, 0.56, 0.33), 0.3, "sunray"),
    "silver": Material("dial", (0.62, 0.63, 0.65), 0.3, "sunray"),
    "rose": Material("dial", (0.8, 0.5, 0.44), 0.3, "sunray"),
    "mother-of-pearl": Material("pearl", (0.85, 0.86, 0.86), 0.3),
}

THREAD: Final = Material("matte", (0.8, 0.76, 0.68), 0.8)
INK: Final = Material("matte", (0.015, 0.015, 0.018), 0.5)
PAPER: Final = Material("matte", (0.9, 0.9, 0.88), 0.5)


def finished(
    material: Material,
    *,
    rough: float | None = None,
    bump: str | None = None,
    patina: float | None = None,
) -> Material:
    """Give the same material with another finish.

    Example:
        >>> finished(METALS["silver"], bump="brushed").bump
        'brushed'
    """
    return replace(
        material,
        rough=material.rough if rough is None else rough,
        bump=material.bump if bump is None else bump,
        patina=material.patina if patina is None else patina,
    )
