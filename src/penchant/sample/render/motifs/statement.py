"""Statement centrepieces: big stones in thick rims, hammered domes, knots, sunbursts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.curves import circle, flat
from penchant.sample.render.cuts import outline
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import finished
from penchant.sample.render.mounts import clawed, cup, seen_stone
from penchant.sample.render.part import Part, Piece, merged, moved, turn
from penchant.sample.render.shapes import ball, plate, rounded, sweep


def thick_rim(kit: Kit) -> Piece:
    """Make a large stone in a heavy polished rim."""
    rim = flat(outline(kit.cut, 120) * 0.93, -0.1)
    wall = sweep(rim, rounded(0.3, 0.5, square=2.4, n=20), kit.metal, closed=True)
    return (seen_stone(kit.cut, 0.84, kit.stone), wall, *cup(kit.cut, 0.9, kit.metal))


def hammered_dome(kit: Kit) -> Piece:
    """Make a wide domed disc with a hammered face."""
    metal = finished(kit.metal, bump="hammered")
    return (plate(circle(1.0, 120)[:, :2], 0.12, metal, bevel=0.04, dome=0.3),)


def knot(kit: Kit) -> Piece:
    """Make a knot of thick round wire."""
    t = np.linspace(0, 2 * np.pi, 220, endpoint=False)
    x, y = np.sin(t) + 2 * np.sin(2 * t), np.cos(t) - 2 * np.cos(2 * t)
    path = np.stack([x, y, -1.1 * np.sin(3 * t)], 1) * 0.26
    profile = rounded(0.36, 0.36, n=20)
    return (sweep(path, profile, kit.metal, up=(0.1, 0.07, 1.0), closed=True),)


def cocktail(kit: Kit) -> Piece:
    """Make one very large stone in claws."""
    return clawed(kit.cut, 1.0, kit.stone, kit.metal)


def sunburst(kit: Kit) -> Piece:
    """Make a disc that breaks into rays round a stone."""
    parts: list[Part] = []
    ray = np.array([[0.1, 0.0], [0.03, 0.62], [-0.03, 0.62], [-0.1, 0.0]])
    for i in range(16):
        size = 1.0 if i % 2 == 0 else 0.72
        spoke = plate((ray - [0, 0.25]) * size, 0.14, kit.metal, bevel=0.05)
        around = turn("z", i * 22.5)
        parts += moved(
            [spoke], around @ np.array([0.0, 0.42 + 0.25 * size - 0.12, 0.0]), rotation=around
        )
    boss = ball(0.42, kit.metal, n=40, squash=0.5)
    gem = moved(clawed("round", 0.26, kit.stone, kit.metal), (0, 0, 0.26))
    return (merged(parts), boss, *gem)


def stacked_rings(kit: Kit) -> Piece:
    """Make three interlocked heavy rings."""
    parts: list[Part] = []
    for i in range(3):
        ring = sweep(circle(0.5), rounded(0.2, 0.24, n=18), kit.metal, closed=True)
        tilt = turn("z", 120 * i) @ turn("y", 24)
        parts += moved([ring], turn("z", 120 * i) @ np.array([0, 0.42, 0]), rotation=tilt)
    return tuple(parts)


MOTIFS: Final[tuple[Callable[[Kit], Piece], ...]] = (
    thick_rim,
    hammered_dome,
    cocktail,
    knot,
    sunburst,
    stacked_rings,
)
