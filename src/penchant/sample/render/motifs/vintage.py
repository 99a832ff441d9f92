"""Vintage centrepieces: filigree scrolls, milgrain rims, oval stones, darkened hollows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.curves import flat, scroll
from penchant.sample.render.cuts import outline
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import Material, finished
from penchant.sample.render.mounts import around, beads, bezelled, milgrain, pave
from penchant.sample.render.part import Floats, Part, Piece, merged, moved, turn
from penchant.sample.render.shapes import rounded, sweep, tube


def aged(metal: Material) -> Material:
    """Give a metal with darkened hollows."""
    return finished(metal, patina=0.75, rough=metal.rough + 0.02)


def scrolls(cut: str, size: float, n: int, curl: float, metal: Material) -> Part:
    """Make pairs of C-scrolls that stand outward all round a cut's outline."""
    points, along = around(cut, size, n)
    parts: list[Part] = []
    for place, way in zip(points, along, strict=True):
        outward = np.degrees(np.arctan2(-way[0], way[1])) - 90
        for mirror in (1.0, -1.0):
            path = scroll(curl) * np.array([mirror, 1.0, 1.0])
            wire = tube(path, curl * 0.17, metal, n=8)
            parts += moved([wire], place, rotation=turn("z", outward))
    return merged(parts)


def lace(cut: str, inner: float, outer: float, n: int, metal: Material) -> Part:
    """Make a zigzag of fine wire between two sizes of an outline: openwork."""
    low, _ = around(cut, inner, n)
    high, _ = around(cut, outer, n)
    knots = np.stack([low, np.roll(high, -1, axis=0)], 1).reshape(-1, 3)
    return tube(knots, 0.025, metal, closed=True, n=8)


def _rim(cut: str, size: float, metal: Material) -> Piece:
    wire = sweep(flat(outline(cut, 120) * size), rounded(0.07, 0.12, n=10), metal, closed=True)
    return (wire, milgrain(cut, size, metal, bead=0.038, z=0.06))


def filigree_oval(kit: Kit) -> Piece:
    """Make an oval stone in a beaded rim inside a frame of scrolls."""
    metal = aged(kit.metal)
    cut = kit.cut if kit.cut in ("oval", "cushion", "round") else "oval"
    stone = moved(bezelled(cut, 0.5, kit.stone, metal), (0, 0, 0.06))
    frame = scrolls(cut, 0.62, 14, 0.13, metal)
    return (*stone, milgrain(cut, 0.61, metal, bead=0.036, z=0.16), frame, *_rim(cut, 0.96, metal))


def lace_round(kit: Kit) -> Piece:
    """Make a small stone in two bands of openwork."""
    metal = aged(kit.metal)
    stone = moved(bezelled("round", 0.34, kit.stone, metal), (0, 0, 0.06))
    inner = scrolls("round", 0.44, 10, 0.1, metal)
    web = lace("round", 0.7, 0.92, 24, metal)
    return (*stone, inner, web, *_rim("round", 0.68, metal), *_rim("round", 0.95, metal))


def navette(kit: Kit) -> Piece:
    """Make a pointed boat of filigree with three stones down its middle."""
    metal = aged(kit.metal)
    middle = moved(bezelled("oval", 0.32, kit.stone, metal), (0, 0, 0.05))
    small = [
        each
        for side in (1, -1)
        for each in moved(bezelled("round", 0.11, kit.accent, metal), (0, side * 0.56, 0.05))
    ]
    web = lace("marquise", 0.62, 0.96, 26, metal)
    return (
        *middle,
        *small,
        web,
        *_rim("marquise", 0.98, metal),
        milgrain("oval", 0.42, metal, bead=0.03),
    )


def rose_window(kit: Kit) -> Piece:
    """Make a stone ringed by eight beaded loops, each with a tiny stone."""
    metal = aged(kit.metal)
    cut = "cushion" if kit.cut in ("emerald", "princess", "cushion") else "round"
    parts: list[Part] = [*moved(bezelled(cut, 0.4, kit.stone, metal), (0, 0, 0.06))]
    places = _ring(8, 0.69)
    for place in places:
        parts += moved([milgrain("round", 0.22, metal, bead=0.035)], place)
    normals = np.broadcast_to(np.array([0.0, 0.0, 1.0]), places.shape)
    parts += pave(places, normals, 0.11, kit.accent, metal)
    parts.append(beads(_ring(8, 0.93, start=0.5), 0.06, metal))
    return (*parts, milgrain(cut, 0.49, metal, bead=0.034, z=0.12))


def _ring(n: int, radius: float, *, start: float = 0.0) -> Floats:
    a = (np.arange(n) + start) * 2 * np.pi / n
    return np.stack([np.cos(a) * radius, np.sin(a) * radius, np.zeros(n)], 1)


MOTIFS: Final[tuple[Callable[[Kit], Piece], ...]] = (
    filigree_oval,
    rose_window,
    lace_round,
    navette,
)
