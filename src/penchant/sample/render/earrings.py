"""Earrings, one of a pair: studs, drops and hoops of every style, facing +z."""

from __future__ import annotations

from typing import Final

import numpy as np

from penchant.sample.render.chains import chain
from penchant.sample.render.curves import circle, spline
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import METALS
from penchant.sample.render.motifs import motif
from penchant.sample.render.motifs.floral import leaf
from penchant.sample.render.motifs.urban import brushed
from penchant.sample.render.motifs.vintage import aged
from penchant.sample.render.mounts import beads, bezelled, jump_ring, pave, pearl_on
from penchant.sample.render.part import Part, Piece, bounds, moved, turn
from penchant.sample.render.shapes import rounded, sweep, tube

_PIN: Final = np.array([[0.0, 0, -0.05], [0.0, 0, -0.5], [0.0, 0, -0.9]])


def stud(style: str, kit: Kit) -> Piece:
    """Make a centrepiece on a pin."""
    return (*motif(style, kit), tube(_PIN, 0.05, kit.metal, n=10))


def hook(kit: Kit) -> Piece:
    """Make an ear hook whose lower end is the origin."""
    knots = np.array(
        [
            [0, 0, 0],
            [0.02, 0.35, 0.06],
            [0.0, 0.75, 0.02],
            [0.06, 1.0, -0.2],
            [0.12, 0.85, -0.48],
            [0.14, 0.3, -0.55],
        ]
    )
    return (tube(spline(knots, 50), 0.04, kit.metal, n=10), *jump_ring(0.1, kit.metal))


def drop(style: str, kit: Kit) -> Piece:
    """Make a centrepiece hanging from a hook, or from a smaller stone on a pin."""
    body = motif(style, kit)
    _, high = bounds(body)
    hung = moved(body, (0, -high[1] - 0.14, 0))
    if kit.seed % 2 == 0:
        return (*hook(kit), *hung)
    top = moved(_top(style, kit), (0, 0.32, 0), scale=1.0)
    link = moved(jump_ring(0.11, kit.metal), (0, 0, 0))
    return (*top, *link, *hung)


def _top(style: str, kit: Kit) -> Piece:
    if style == "pearl":
        return pearl_on(0.26, kit.pearl, kit.metal)
    cut = "square" if style == "deco" else "round"
    return bezelled(cut, 0.24, kit.accent if style in ("halo", "vintage") else kit.stone, kit.metal)


def hoop(style: str, kit: Kit) -> Piece:
    """Make a hoop in the y-z plane turned towards the viewer, its top at the origin."""
    body = _HOOPS[style](kit)
    _, high = bounds(body)
    return moved(body, (0, -high[1], 0))


def _thin_hoop(kit: Kit) -> Piece:
    return (sweep(circle(0.95), rounded(0.09, 0.09, n=12), kit.metal, closed=True),)


def _beaded_hoop(kit: Kit) -> Piece:
    metal = aged(kit.metal)
    parts: list[Part] = []
    for z in (-0.13, 0.13):
        parts += moved([sweep(circle(0.9), rounded(0.08, 0.06), metal, closed=True)], (0, 0, z))
        parts.append(beads(circle(0.95, 84) + np.array([0, 0, z]), 0.032, metal, n=8))
    a = np.linspace(0, 2 * np.pi, 600, endpoint=False)
    wave = np.stack([np.cos(a) * 0.9, np.sin(a) * 0.9, 0.12 * np.sin(16 * a)], 1)
    hung = moved(motif("vintage", kit), (0, -1.45, 0), scale=0.42)
    return (*parts, sweep(wave, rounded(0.05, 0.05, n=8), metal, closed=True), *hung)


def _chunky_hoop(kit: Kit) -> Piece:
    path = circle(0.72)
    grown = 0.75 + 0.35 * (1 - path[:, 1] / 0.72) / 2
    profile = rounded(0.44, 0.5, n=28)
    return (sweep(path, profile, kit.metal, closed=True, scale=grown),)


def _deco_hoop(kit: Kit) -> Piece:
    corners = np.array(
        [
            [0.55, 0.9],
            [0, 1.05],
            [-0.55, 0.9],
            [-0.72, 0],
            [-0.55, -0.9],
            [0, -1.05],
            [0.55, -0.9],
            [0.72, 0],
        ]
    )
    dense = np.concatenate(
        [
            np.linspace(a, b, 14, endpoint=False)
            for a, b in zip(corners, np.roll(corners, -1, 0), strict=True)
        ]
    )
    path = np.concatenate([dense, np.zeros((len(dense), 1))], 1)
    frame = sweep(path, rounded(0.13, 0.2, square=7.0, n=20), kit.metal, closed=True)
    inner = sweep(path * 0.78, rounded(0.08, 0.12, square=7.0, n=20), METALS["black"], closed=True)
    return (frame, inner, *moved(bezelled("emerald", 0.26, kit.stone, kit.metal), (0, -0.62, 0)))


def _leaf_hoop(kit: Kit) -> Piece:
    path = circle(0.85, 220)
    parts: list[Part] = [*chain("rope", path, 0.11, kit.metal, closed=True)]
    for i, degrees in enumerate(np.linspace(200, 340, 9)):
        a = np.deg2rad(degrees)
        blade = leaf(0.24, 0.5, kit.metal, tip=1.3)
        lean = turn("z", float(degrees) - 90 + (38 if i % 2 else -142) * 0.6)
        parts += moved([blade], (np.cos(a) * 0.85, np.sin(a) * 0.85, 0.06), rotation=lean)
    return tuple(parts)


def _pearl_hoop(kit: Kit) -> Piece:
    return (
        *_thin_hoop(kit),
        *moved(pearl_on(0.36, kit.pearl, kit.metal, caps=(90,)), (0, -1.32, 0)),
    )


def _pave_hoop(kit: Kit) -> Piece:
    body = sweep(circle(0.86), rounded(0.2, 0.22, square=4.0, n=20), kit.metal, closed=True)
    a = np.deg2rad(np.linspace(0, 360, 38, endpoint=False))
    places = np.stack([np.cos(a), np.sin(a), 0 * a], 1)
    front = places * 0.86 + np.array([0, 0, 0.12])
    normals = np.broadcast_to(np.array([0.0, 0.0, 1.0]), places.shape)
    return (body, *pave(front, normals, 0.07, kit.accent if kit.seed % 3 else kit.stone, kit.metal))


def _hex_hoop(kit: Kit) -> Piece:
    a = np.deg2rad(np.arange(6) * 60 + 30)
    corners = np.stack([np.cos(a), np.sin(a)], 1) * 0.9
    dense = np.concatenate(
        [
            np.linspace(p, q, 16, endpoint=False)
            for p, q in zip(corners, np.roll(corners, -1, 0), strict=True)
        ]
    )
    path = np.concatenate([dense, np.zeros((len(dense), 1))], 1)
    return (sweep(path, rounded(0.2, 0.28, square=6.0, n=20), brushed(kit.metal), closed=True),)


_HOOPS = {
    "minimalist": _thin_hoop,
    "vintage": _beaded_hoop,
    "statement": _chunky_hoop,
    "deco": _deco_hoop,
    "floral": _leaf_hoop,
    "pearl": _pearl_hoop,
    "halo": _pave_hoop,
    "urban": _hex_hoop,
}


def pair(style: str, kind: str, kit: Kit) -> Piece:
    """Make a pair, side by side about the origin, one turned a little away as on a shop's photo."""
    one = {"stud": stud, "drop": drop, "hoop": hoop}[kind](style, kit)
    angles = {"stud": (-10.0, 38.0), "drop": (-8.0, 10.0), "hoop": (-38.0, -52.0)}[kind]
    low, high = bounds(one)
    gap = max(high[0] - low[0], 0.9) * (0.56 if kind == "hoop" else 0.64)
    placed: list[Part] = []
    for side, degrees in zip((-1, 1), angles, strict=True):
        shift = (side * gap, 0.0, 0.0)
        placed += moved(one, shift, rotation=turn("y", degrees))
    return tuple(placed)
