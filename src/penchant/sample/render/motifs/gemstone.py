"""Centrepieces of halo and pearl: a stone ringed by stones, a pearl with a little gold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.kit import Kit
from penchant.sample.render.mounts import around, clawed, halo, pave, pearl_on
from penchant.sample.render.part import Part, Piece, moved, turn

_UP = np.array([0.0, 0.0, 1.0])


def single_halo(kit: Kit) -> Piece:
    """Make a stone in claws with a ring of small stones."""
    return (*moved(clawed(kit.cut, 0.66, kit.stone, kit.metal), (0, 0, 0.1)), *_halo(kit, 0.7))


def double_halo(kit: Kit) -> Piece:
    """Make a stone with two rings of small stones."""
    inner = moved(halo(kit.cut, 0.5, kit.accent, kit.metal), (0, 0, 0.03))
    outer = moved(halo(kit.cut, 0.75, kit.accent, kit.metal), (0, 0, -0.09))
    return (*moved(clawed(kit.cut, 0.46, kit.stone, kit.metal), (0, 0, 0.12)), *inner, *outer)


def _halo(kit: Kit, size: float) -> Piece:
    return halo(kit.cut, size, kit.accent, kit.metal)


def cluster(kit: Kit) -> Piece:
    """Make a stone ringed by eight larger ones, like a blossom."""
    places, _ = around(kit.cut, 0.78, 9)
    normals = np.broadcast_to(_UP, places.shape)
    stones = pave(places, normals, 0.2, kit.accent, kit.metal)
    return (*moved(clawed(kit.cut, 0.5, kit.stone, kit.metal), (0, 0, 0.1)), *stones)


def coloured_halo(kit: Kit) -> Piece:
    """Make a clear stone ringed by coloured ones."""
    ring = halo(kit.cut, 0.68, kit.stone, kit.metal)
    return (*moved(clawed(kit.cut, 0.63, kit.accent, kit.metal), (0, 0, 0.1)), *ring)


def single_pearl(kit: Kit) -> Piece:
    """Make one round pearl."""
    return pearl_on(0.82, kit.pearl, kit.metal)


def pearl_halo(kit: Kit) -> Piece:
    """Make a pearl in a ring of small stones."""
    return (
        *moved(pearl_on(0.66, kit.pearl, kit.metal), (0, 0, 0.2)),
        *halo("round", 0.66, kit.accent, kit.metal),
    )


def pearl_trio(kit: Kit) -> Piece:
    """Make three pearls round a small stone."""
    parts: list[Part] = []
    for degrees, size in ((90, 0.46), (205, 0.42), (330, 0.38)):
        place = turn("z", degrees) @ np.array([0.46, 0, 0])
        parts += moved(pearl_on(size, kit.pearl, kit.metal), place)
    return (*parts, *moved(clawed("round", 0.16, kit.accent, kit.metal), (0, 0.0, 0.32)))


def pearl_crescent(kit: Kit) -> Piece:
    """Make a pearl cradled in a crescent of small stones."""
    a = np.deg2rad(np.linspace(160, 380, 13))
    places = np.stack([np.cos(a), np.sin(a), np.zeros(13)], 1) * 0.86
    sizes = 0.06 + 0.07 * np.sin(np.linspace(0, np.pi, 13))
    normals = np.broadcast_to(_UP, places.shape)
    stones = pave(places, normals, sizes, kit.accent, kit.metal)
    return (*moved(pearl_on(0.6, kit.pearl, kit.metal), (0, 0.12, 0.1)), *stones)


def pearl_drop(kit: Kit) -> Piece:
    """Make a pearl hanging under a stone."""
    gem = moved(clawed(kit.cut, 0.34, kit.stone, kit.metal), (0, 0.66, 0.05))
    pearl = pearl_on(0.6, kit.pearl, kit.metal, caps=(90,))
    return (*gem, *moved(pearl, (0, -0.36, 0)))


HALO_MOTIFS: Final[tuple[Callable[[Kit], Piece], ...]] = (
    single_halo,
    double_halo,
    cluster,
    coloured_halo,
)
PEARL_MOTIFS: Final[tuple[Callable[[Kit], Piece], ...]] = (
    single_pearl,
    pearl_halo,
    pearl_trio,
    pearl_crescent,
    pearl_drop,
)
