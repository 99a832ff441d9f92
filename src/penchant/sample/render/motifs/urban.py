"""Urban centrepieces: hex nuts, name tags, screwed plates, gears, in brushed or black metal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.curves import circle, flat
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import METALS, Material, finished
from penchant.sample.render.mounts import bezelled
from penchant.sample.render.part import Part, Piece, moved, turn
from penchant.sample.render.shapes import box, lathe, plate, polygon, rounded, sweep


def brushed(metal: Material) -> Material:
    """Give a metal with a brushed face."""
    return finished(metal, bump="brushed", rough=0.22)


def screw(radius: float, metal: Material) -> Piece:
    """Make a slotted screw head facing +z."""
    head = plate(circle(radius, 32)[:, :2], radius * 0.5, metal, bevel=radius * 0.25)
    slot = box([radius * 1.5, radius * 0.34, radius * 0.06], METALS["black"], bevel=0.004)
    return (head, *moved([slot], (0, 0, radius * 0.48), rotation=turn("z", 35)))


def hex_nut(kit: Kit) -> Piece:
    """Make a hexagonal nut."""
    ring = polygon(6, 0.78, per_side=14)
    body = sweep(flat(ring), rounded(0.34, 0.34, square=6.0, n=24), brushed(kit.metal), closed=True)
    bore = sweep(circle(0.56), rounded(0.1, 0.36, square=4.0, n=14), METALS["black"], closed=True)
    return (body, bore)


def tag(kit: Kit) -> Piece:
    """Make a name tag with a black line and a stone."""
    body = plate(rounded(1.08, 2.0, square=5.0, n=120), 0.12, brushed(kit.metal), bevel=0.05)
    line = moved([box([0.07, 1.2, 0.03], METALS["black"], bevel=0.005)], (0.26, 0.0, 0.115))
    gem = moved(bezelled("round", 0.1, kit.stone, kit.metal), (-0.18, -0.62, 0.16))
    return (body, *line, *gem)


def screwed_plate(kit: Kit) -> Piece:
    """Make a square black plate in a steel frame with four screws."""
    frame = plate(rounded(1.7, 1.7, square=7.0, n=96), 0.16, brushed(kit.metal), bevel=0.06)
    inlay = moved(
        [plate(rounded(1.06, 1.06, square=8.0, n=64), 0.06, METALS["black"])], (0, 0, 0.14)
    )
    parts: list[Part] = [frame, *inlay]
    for x in (-0.66, 0.66):
        for y in (-0.66, 0.66):
            parts += moved(screw(0.12, kit.metal), (x, y, 0.13))
    return tuple(parts)


def gear(kit: Kit) -> Piece:
    """Make a toothed wheel."""
    a = np.linspace(0, 2 * np.pi, 240, endpoint=False)
    wave = np.clip(np.sin(a * 12) * 4, -1, 1)
    rim = np.stack([np.cos(a), np.sin(a)], 1) * (0.86 + 0.09 * wave)[:, None]
    body = plate(rim, 0.22, brushed(kit.metal), bevel=0.04)
    well = moved([plate(circle(0.52, 60)[:, :2], 0.02, METALS["black"], bevel=0.005)], (0, 0, 0.22))
    return (body, *well, *moved(screw(0.28, kit.metal), (0, 0, 0.2)))


def bullet_bar(kit: Kit) -> Piece:
    """Make an upright cylinder with black grooves."""
    parts: list[Part] = []
    rod = lathe(
        np.array(
            [[0.001, -1.0], [0.24, -1.0], [0.28, -0.96], [0.28, 0.9], [0.2, 1.0], [0.001, 1.0]]
        ),
        brushed(kit.metal),
        n=48,
    )
    parts.append(rod)
    for z in (-0.7, -0.55, 0.55, 0.7):
        band = lathe(
            np.array([[0.2, z - 0.03], [0.292, z - 0.03], [0.292, z + 0.03], [0.2, z + 0.03]]),
            METALS["black"],
            n=48,
        )
        parts.append(band)
    return moved(parts, rotation=turn("x", -90))


def signet(kit: Kit) -> Piece:
    """Make a shield-like cushion plate with a black face."""
    frame = plate(rounded(1.5, 1.7, square=3.2, n=96), 0.2, kit.metal, bevel=0.12)
    face = plate(
        rounded(1.15, 1.34, square=3.4, n=80),
        0.05,
        kit.stone if kit.stone.kind == "gloss" else METALS["black"],
        bevel=0.02,
    )
    return (frame, *moved([face], (0, 0, 0.185)))


MOTIFS: Final[tuple[Callable[[Kit], Piece], ...]] = (
    tag,
    hex_nut,
    signet,
    screwed_plate,
    gear,
    bullet_bar,
)
