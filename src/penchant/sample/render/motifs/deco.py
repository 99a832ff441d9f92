"""Art deco centrepieces: steps, fans, lozenges, black against white."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.curves import flat
from penchant.sample.render.cuts import outline
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import STONES
from penchant.sample.render.mounts import bezelled, pave, seen_stone
from penchant.sample.render.part import Floats, Part, Piece, moved, turn
from penchant.sample.render.shapes import box, plate, polygon, rounded, sweep

_UP = np.array([0.0, 0.0, 1.0])


def _frame(points: Floats, width: float, kit: Kit) -> Part:
    return sweep(flat(points), rounded(width, 0.2, square=7.0, n=20), kit.metal, closed=True)


def _lined(points: Floats, size: float, kit: Kit) -> Piece:
    return pave(points, np.broadcast_to(_UP, points.shape), size, kit.accent, kit.metal)


def stepped_octagon(kit: Kit) -> Piece:
    """Make a step-cut stone in a black frame and a stepped octagon of metal."""
    onyx = plate(outline("emerald", 80) * 0.82, 0.1, STONES["onyx"], bevel=0.03)
    outer = outline("emerald", 96) * 0.96
    inner = outline("emerald", 96) * 0.6
    gem = moved(bezelled("emerald", 0.5, kit.stone, kit.metal), (0, 0, 0.14))
    return (onyx, _frame(outer, 0.13, kit), _frame(inner, 0.07, kit), *gem)


def fan(kit: Kit) -> Piece:
    """Make a fan of long stones with an arc of round ones, its hinge below."""
    parts: list[Part] = []
    for i, degrees in enumerate(np.linspace(-62, 62, 7)):
        spin = turn("z", float(degrees))
        stone = kit.stone if i % 2 == 0 else kit.accent
        blade = moved([seen_stone("baguette", 0.4, stone)], (0, 0.78, 0.1))
        bed = moved([box([0.34, 0.92, 0.14], kit.metal, bevel=0.03)], (0, 0.78, -0.08))
        parts += moved([*blade, *bed], (0, -0.6, 0), rotation=spin)
    a = np.deg2rad(np.linspace(22, 158, 11))
    arc = np.stack([np.cos(a) * 1.38, np.sin(a) * 1.38 - 0.6, np.full(11, 0.08)], 1)
    hinge = moved(bezelled("round", 0.2, kit.stone, kit.metal), (0, -0.5, 0.12))
    return (*parts, *_lined(arc, 0.095, kit), *hinge)


def lozenge(kit: Kit) -> Piece:
    """Make a tall black lozenge with a square stone and stones along its edges."""
    corners = np.array([[0.0, 0.98], [-0.62, 0.0], [0.0, -0.98], [0.62, 0.0]])
    edge = _along(corners, 10)
    onyx = plate(edge * 0.8, 0.12, STONES["onyx"], bevel=0.04)
    gem = moved(
        bezelled("square", 0.24, kit.stone, kit.metal), (0, 0, 0.18), rotation=turn("z", 45)
    )
    stones = _lined(flat(_along(corners * 0.93, 7), 0.06), 0.075, kit)
    return (onyx, *gem, *stones, _frame(edge, 0.1, kit))


def _along(corners: Floats, per_side: int) -> Floats:
    steps = np.arange(per_side)[None, :, None] / per_side
    after = np.roll(corners, -1, axis=0)
    return np.asarray((corners[:, None] + steps * (after - corners)[:, None]).reshape(-1, 2))


def skyline(kit: Kit) -> Piece:
    """Make a square stone between stepped bars, like a tower's crown."""
    parts: list[Part] = [*moved(bezelled("square", 0.38, kit.stone, kit.metal), (0, 0, 0.1))]
    for i, height in enumerate((1.5, 1.1, 0.7)):
        for side in (1, -1):
            at = (side * (0.52 + 0.18 * i), 0.0, 0.0)
            parts += moved([box([0.15, height, 0.22 - 0.04 * i], kit.metal, bevel=0.025)], at)
    ends = np.array([[0.0, y, 0.08] for y in (0.58, 0.78, -0.58, -0.78)])
    return (*parts, *_lined(ends, 0.1, kit))


def target(kit: Kit) -> Piece:
    """Make a round stone in a black octagon in a metal octagon."""
    octagon = polygon(8, 0.95, start_degrees=22.5, per_side=10)
    onyx = plate(octagon * 0.92, 0.1, STONES["onyx"], bevel=0.03)
    gem = moved(bezelled("round", 0.4, kit.stone, kit.metal), (0, 0, 0.15))
    a = (np.arange(8) + 0.5) * np.pi / 4
    dots = np.stack([np.cos(a) * 0.68, np.sin(a) * 0.68, np.full(8, 0.13)], 1)
    return (onyx, _frame(octagon, 0.12, kit), *gem, *_lined(dots, 0.07, kit))


MOTIFS: Final[tuple[Callable[[Kit], Piece], ...]] = (
    stepped_octagon,
    fan,
    lozenge,
    skyline,
    target,
)
