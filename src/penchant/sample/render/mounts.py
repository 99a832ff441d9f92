"""How stones and pearls are held: claws, bezels, halos, pave, milgrain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from penchant.sample.render.curves import circle, even_steps, facing, flat
from penchant.sample.render.cuts import outline, stone
from penchant.sample.render.materials import Material
from penchant.sample.render.part import Floats, Part, Piece, copies, merged, moved
from penchant.sample.render.shapes import ball, grid, rounded, sweep, tube

_CLAW_ANGLES: Final[dict[str, tuple[float, ...]]] = {
    "round": (30, 90, 150, 210, 270, 330),
    "oval": (45, 135, 225, 315),
    "pear": (90, 200, 340, 270),
    "marquise": (90, 270, 20, 160, 200, 340),
    "emerald": (50, 130, 230, 310),
    "baguette": (65, 115, 245, 295),
}


def seen_stone(cut: str, size: float, material: Material) -> Part:
    """Make a faceted stone, or a polished cabochon where the material is opaque."""
    if material.kind == "gem":
        return stone(cut, size, material)
    return cabochon(cut, size, material)


def cabochon(cut: str, size: float, material: Material, *, height: float = 0.5) -> Part:
    """Make a smooth dome on a cut's outline."""
    rim = outline(cut, 72) * size
    steps = np.sin(np.linspace(np.pi / 2, 0.02, 14))
    rings = [flat(rim * s, size * height * np.sqrt(max(0.0, 1 - s**2))) for s in steps]
    return grid(np.stack(rings), material, closed=(False, True))


def clawed(cut: str, size: float, material: Material, metal: Material) -> Piece:
    """Make a stone in claws over a slim basket, its girdle at z = 0."""
    angles = np.deg2rad(_CLAW_ANGLES.get(cut, (45, 135, 225, 315)))
    dense = outline(cut, 360) * size
    around = np.arctan2(dense[:, 1], dense[:, 0])
    wire = 0.085 * size + 0.012
    claws: list[Part] = []
    for angle in angles:
        rim = dense[np.argmin(np.abs(np.angle(np.exp(1j * (around - angle)))))]
        ways = [(*rim * 0.45, -0.95 * size), (*rim * 0.96, -0.3 * size), (*rim * 1.04, 0.03 * size)]
        claws.append(tube(np.array([*ways, (*rim * 0.95, 0.17 * size)]), wire, metal, n=8))
        claws += moved([ball(wire * 1.35, metal, n=12)], (*rim * 0.94, 0.17 * size))
    basket = sweep(
        flat(outline(cut, 60) * size * 0.75, -0.45 * size),
        rounded(wire * 1.6, wire * 1.8, n=8),
        metal,
        closed=True,
    )
    return (seen_stone(cut, size, material), merged([*claws, basket]))


def bezelled(cut: str, size: float, material: Material, metal: Material) -> Piece:
    """Make a stone in a closed rim of metal."""
    rim = flat(outline(cut, 90) * (size * 1.07), -0.12 * size)
    wall = sweep(rim, rounded(0.17 * size, 0.55 * size, square=3.0, n=14), metal, closed=True)
    return (seen_stone(cut, size, material), wall, *cup(cut, size, metal))


def cup(cut: str, size: float, metal: Material) -> Piece:
    """Make the closed back under a stone's rim."""
    levels = ((1.05, -0.1), (0.9, -0.45), (0.5, -0.72), (0.05, -0.8))
    rings = [flat(outline(cut, 60) * size * s, z * size) for s, z in levels]
    return (grid(np.stack(rings), metal, closed=(False, True)),)


def around(cut: str, size: float, n: int, *, z: float = 0.0) -> tuple[Floats, Floats]:
    """Give n points evenly round a cut's outline grown to `size`, and the directions there."""
    return even_steps(flat(outline(cut, 360) * size, z), n, closed=True)


def beads(points: Floats, radius: float, metal: Material, *, n: int = 10) -> Part:
    """Make a row of little balls: milgrain, granulation, or a ball chain."""
    count = len(points)
    turns = np.broadcast_to(np.eye(3), (count, 3, 3))
    return copies(ball(radius, metal, n=n), turns, points, np.ones(count))


def pave(
    points: Floats, normals: Floats, size: float | Floats, accent: Material, metal: Material
) -> Piece:
    """Set small round stones at points, facing along unit normals, with grains between them."""
    sizes = np.broadcast_to(size, (len(points),))
    stones: list[Part] = []
    for place, normal, each in zip(points, normals, sizes, strict=True):
        stones += moved([seen_stone("round", float(each), accent)], place, rotation=facing(normal))
    after = np.roll(points, -1, axis=0)
    near = np.linalg.norm(after - points, axis=1) < 3.2 * sizes
    middles = (points + after)[near] / 2 + 0.08 * sizes[near, None] * normals[near]
    if len(middles) == 0:
        return tuple(stones)
    return (*stones, beads(middles, float(sizes.min()) * 0.24, metal, n=8))


def halo(cut: str, size: float, accent: Material, metal: Material, *, n: int = 0) -> Piece:
    """Make a ring of small stones round a stone of half width `size`, on a metal seat."""
    small = 0.15 * size + 0.02
    grown = size + small * 1.25
    ring = flat(outline(cut, 120) * grown, 0.0)
    count = n or max(8, int(_length(ring) / (small * 2.12)))
    points, _ = around(cut, grown, count)
    up = np.broadcast_to(np.array([0.0, 0.0, 1.0]), points.shape)
    seat = sweep(
        flat(outline(cut, 120) * grown, -small * 0.55),
        rounded(small * 2.6, small * 1.1, square=4.0, n=14),
        metal,
        closed=True,
    )
    return (seat, *pave(points, up, small, accent, metal))


def _length(points: Floats) -> float:
    return float(np.linalg.norm(np.roll(points, -1, 0) - points, axis=1).sum())


def milgrain(cut: str, size: float, metal: Material, *, bead: float = 0.05, z: float = 0.0) -> Part:
    """Make a beaded rim on a cut's outline grown to `size`."""
    ring = flat(outline(cut, 180) * size, z)
    points, _ = even_steps(ring, max(12, int(_length(ring) / (bead * 2.1))), closed=True)
    return beads(points, bead, metal)


def jump_ring(radius: float, metal: Material, *, wire: float = 0.0) -> Piece:
    """Make a small wire ring in the x-y plane about the origin."""
    return (tube(circle(radius, 32), wire or radius * 0.24, metal, closed=True, n=8),)


def pearl_on(radius: float, pearl: Material, metal: Material, caps: Sequence[float] = ()) -> Piece:
    """Make a pearl about the origin with a small metal cap towards each given angle (degrees)."""
    parts = [ball(radius, pearl, n=40)]
    for degrees in caps:
        a = np.deg2rad(degrees)
        place = np.array([np.cos(a), np.sin(a), 0.0])
        lid = ball(radius * 0.34, metal, n=16, squash=0.55)
        parts += moved([lid], place * radius * 0.93, rotation=facing(place))
    return tuple(parts)
