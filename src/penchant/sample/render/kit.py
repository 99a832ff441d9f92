"""What a jeweller draws from to make one piece: its metal, stones and the seed of its details."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penchant.sample.render.materials import METALS, PEARLS, STONES, Material


@dataclass(frozen=True, slots=True)
class Kit:
    """Materials and choices for one piece.

    `variant` picks among a style's designs, `seed` fixes small proportions; metal variants of one
    design share both and so have equal shapes.
    """

    metal: Material
    stone: Material
    cut: str
    variant: int = 0
    seed: int = 0
    pearl: Material = PEARLS["white pearl"]
    accent: Material = STONES["diamond"]
    dial: str = "white"
    strap: str = "brown"

    def rng(self) -> np.random.Generator:
        """Give a fresh generator for this design."""
        return np.random.default_rng(self.seed)


def plain_kit(metal: str = "silver", stone: str = "diamond", cut: str = "round") -> Kit:
    """Give a kit by names, with first-choice details.

    Example:
        >>> plain_kit("gold").cut
        'round'
    """
    return Kit(METALS[metal], STONES[stone], cut)
