"""Floral centrepieces: blossoms, leaves on a twig, a butterfly, a rose."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.curves import spline
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import Material, finished
from penchant.sample.render.mounts import beads, bezelled, clawed
from penchant.sample.render.part import Part, Piece, moved, turn
from penchant.sample.render.shapes import ball, grid, tube


def leaf(
    width: float,
    length: float,
    metal: Material,
    *,
    cup: float = 0.12,
    curl: float = 0.1,
    tip: float = 1.0,
) -> Part:
    """Make a curved petal or leaf from the origin up; `tip` above 1 draws it to a point."""
    u, v = np.meshgrid(np.linspace(0.001, 0.999, 26), np.linspace(-1, 1, 15), indexing="ij")
    spread = np.sin(np.pi * u ** (0.62 + 0.22 * (tip < 1.1))) ** (0.75 * tip)
    x = v * spread * width / 2
    crease = -0.05 * length * np.exp(-((v / 0.16) ** 2)) * np.sin(np.pi * u)
    z = cup * v**2 * spread + curl * u**2 + crease
    return grid(np.stack([x, u * length, z], -1), metal)


def _blossom(metal: Material, n: int, width: float, length: float, tip: float) -> list[Part]:
    parts: list[Part] = []
    for i in range(n):
        spin = turn("z", i * 360 / n) @ turn("y", 7)
        blade = leaf(width, length, metal, cup=0.14, curl=0.2, tip=tip)
        parts += moved([blade], turn("z", i * 360 / n) @ np.array([0, 0.08, 0.0]), rotation=spin)
    return parts


def blossom(kit: Kit) -> Piece:
    """Make a flower of five broad petals with a stone at its heart."""
    gem = moved(clawed("round", 0.24, kit.stone, kit.metal), (0, 0, 0.2))
    return (*_blossom(kit.metal, 5, 0.92, 0.95, 0.8), *gem)


def daisy(kit: Kit) -> Piece:
    """Make a daisy of many slim petals with a grain heart."""
    satin = finished(kit.metal, rough=0.3)
    heart = moved([ball(0.26, kit.metal, n=28, squash=0.55)], (0, 0, 0.12))
    a = np.arange(26) * 2.39996
    r = np.sqrt(np.arange(26) / 26) * 0.22
    grains = np.stack([np.cos(a) * r, np.sin(a) * r, 0.26 - r * 0.35], 1)
    parts = [*_blossom(satin, 13, 0.36, 0.92, 0.9), *heart, beads(grains, 0.04, kit.metal)]
    return tuple(parts)


def twig(kit: Kit) -> Piece:
    """Make a curved twig of pointed leaves with stones for berries."""
    stem = spline(
        np.array([[-0.15, -1.0, 0], [0.1, -0.5, 0.05], [0.0, 0.1, 0.1], [0.2, 0.95, 0.0]])
    )
    parts: list[Part] = [tube(stem, 0.045, kit.metal, n=10)]
    for i, at in enumerate((12, 26, 40, 54, 68)):
        size = 0.72 - 0.07 * i
        for side in (1, -1):
            blade = leaf(0.34 * size / 0.6, size, kit.metal, curl=0.08, tip=1.35)
            spin = turn("z", side * -52 + 8) @ turn("y", side * 14)
            parts += moved([blade], stem[at], rotation=spin)
    parts += moved([leaf(0.26, 0.5, kit.metal, tip=1.35)], stem[-8], rotation=turn("z", -12))
    for x, y in ((0.2, -0.42), (-0.16, 0.02), (0.22, 0.42)):
        parts += moved(clawed("round", 0.1, kit.stone, kit.metal), (x, y, 0.16))
    return tuple(parts)


def butterfly(kit: Kit) -> Piece:
    """Make a butterfly with a body of stones."""
    parts: list[Part] = []
    for side in (1, -1):
        upper = leaf(0.85, 1.15, kit.metal, cup=0.1, curl=0.15, tip=0.8)
        lower = leaf(0.62, 0.85, kit.metal, cup=0.1, curl=0.1, tip=0.8)
        tilt = turn("y", side * -16)
        parts += moved([upper], (0, 0.1, 0), rotation=tilt @ turn("z", side * -52))
        parts += moved([lower], (0, 0.0, 0), rotation=tilt @ turn("z", side * -128))
        feeler = spline(
            np.array([[0, 0.35, 0.1], [side * 0.1, 0.6, 0.15], [side * 0.26, 0.78, 0.1]]), 20
        )
        parts.append(tube(feeler, 0.025, kit.metal, n=8))
    for y, size in ((0.3, 0.12), (0.07, 0.13), (-0.16, 0.11), (-0.35, 0.09)):
        parts += moved(bezelled("round", size, kit.stone, kit.metal), (0, y, 0.12))
    return tuple(parts)


def rose(kit: Kit) -> Piece:
    """Make a rose of three rings of curling petals."""
    parts: list[Part] = []
    for layer, (n, length, lift) in enumerate(((6, 0.95, 0.15), (5, 0.7, 0.34), (4, 0.46, 0.5))):
        for i in range(n):
            spin = turn("z", i * 360 / n + layer * 31)
            petal = leaf(
                0.95 * length, length, kit.metal, cup=0.2, curl=0.3 + 0.15 * layer, tip=0.7
            )
            lean = spin @ turn("x", 8 + 16 * layer) @ turn("y", 9)
            parts += moved([petal], (0, 0, lift * 0.3), rotation=lean)
    heart = moved(bezelled("round", 0.15, kit.stone, kit.metal), (0, 0, 0.36))
    return (*parts, *heart)


MOTIFS: Final[tuple[Callable[[Kit], Piece], ...]] = (blossom, twig, daisy, butterfly, rose)
