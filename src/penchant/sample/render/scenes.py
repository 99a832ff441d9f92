"""From a design of the sample shop to the scene its photo shows."""

from __future__ import annotations

import numpy as np

from penchant.sample.design import Design
from penchant.sample.render.bracelets import bracelet
from penchant.sample.render.camera import camera
from penchant.sample.render.earrings import pair
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import METALS, PEARLS, STONES
from penchant.sample.render.necklaces import necklace, pendant
from penchant.sample.render.part import moved, turn
from penchant.sample.render.picture import Scene
from penchant.sample.render.poses import lying, standing
from penchant.sample.render.rings import ring
from penchant.sample.render.watches import watch


def kit_of(design: Design) -> Kit:
    """Give the materials and choices of a design."""
    return Kit(
        metal=METALS[design.metal],
        stone=STONES[design.stone],
        cut=design.cut,
        variant=design.variant,
        seed=design.seed,
        pearl=PEARLS[design.pearl],
        dial=design.dial,
        strap=design.strap,
    )


def scene(design: Design) -> Scene:
    """Set up the photo of a design; metal variants of one design stand alike."""
    kit, style = kit_of(design), design.style
    tilt = (design.seed % 7 - 3) * 1.5
    if design.category == "ring":
        return standing(ring(style, kit), yaw=27 + tilt, lean=30, pitch=27, fill=1.26)
    if design.category == "earrings":
        lift = 0.12 if design.kind == "drop" else 0.03
        small = style == "minimalist" and design.kind == "stud"
        fill = 2.0 if small else 1.2
        return lying(pair(style, design.kind, kit), lift=lift, fill=fill)
    if design.category == "necklace":
        return lying(necklace(style, kit), fill=1.12)
    if design.category == "bracelet":
        return standing(bracelet(style, kit), yaw=-14 + tilt, lean=0, pitch=33, fill=1.18)
    if design.category == "watch":
        return standing(watch(style, kit), yaw=-22 + tilt, lean=-6, pitch=8, fill=1.12)
    piece = moved(pendant(style, kit), rotation=turn("y", tilt * 1.6))
    lens = camera(np.array([0.0, 0.42, 0.0]), width=3.7, yaw=0, pitch=3)
    return Scene(piece, lens, np.array([0.0, 0.0, 1.0, -0.5]))
