"""Watch straps: leather, rubber, mesh, metal links and strands of pearls, round the wrist."""

from __future__ import annotations

import numpy as np

from penchant.sample.render.chains import bricks
from penchant.sample.render.curves import even_steps
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import RUBBER, STRAPS, THREAD, Material, finished
from penchant.sample.render.motifs.urban import brushed
from penchant.sample.render.part import Floats, Part, Piece, moved
from penchant.sample.render.shapes import ball, rounded, sweep

_HALF_HEIGHT, _DEPTH = 1.72, 1.35


def wrist_line(reach: float, n: int = 160) -> Floats:
    """Give the line of a strap from above the case round the wrist to below it, shape (n, 3)."""
    start = np.arcsin(min(0.98, (reach + 0.03) / _HALF_HEIGHT))
    a = np.linspace(start, 2 * np.pi - start, n)
    drop = _DEPTH * (np.cos(a) - np.cos(start))
    return np.stack([0 * a, _HALF_HEIGHT * np.sin(a), drop - 0.2], 1)


def strap(kind: str, width: float, reach: float, kit: Kit) -> Piece:
    """Make a strap of a kind: leather, rubber, mesh, links or pearls."""
    path = wrist_line(reach)
    if kind == "leather":
        return _leather(path, width, STRAPS[kit.strap])
    if kind == "rubber":
        return _rubber(path, width, RUBBER.get(kit.strap, RUBBER["black"]))
    if kind == "mesh":
        woven = finished(kit.metal, bump="woven", rough=0.2)
        return (_band(path, width, 0.07, woven),)
    if kind == "pearls":
        return _pearls(path, width, kit)
    return _links(path, width, kit)


def _band(path: Floats, width: float, thick: float, material: Material) -> Part:
    # texture follows the strap, so the relief is laid on its unrolled length
    profile = rounded(thick, width, square=4.0, n=28)
    shape = sweep(path, profile, material, up=(1, 0, 0))
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))])
    along = np.repeat(steps, 28)
    extra = len(shape.points) - len(along)
    along = np.concatenate([along, np.zeros(extra)])
    local = np.stack([shape.points[:, 0], along, np.zeros_like(along)], 1)
    return Part(shape.points, shape.normals, shape.faces, material, local)


def _leather(path: Floats, width: float, material: Material) -> Piece:
    taper = np.linspace(1.0, 0.84, len(path) // 2)
    size = np.concatenate([taper, taper[::-1]])
    body = _band(path, width, 0.13, material)
    squeeze = np.repeat(size, 28)
    squeeze = np.concatenate([squeeze, np.full(len(body.points) - len(squeeze), size[0])])
    points = body.points * np.stack([squeeze, np.ones_like(squeeze), np.ones_like(squeeze)], 1)
    stitches: list[Part] = []
    for side in (-1, 1):
        edge = path + np.stack([side * size * width * 0.41, 0 * size, 0 * size], 1)
        places, along = even_steps(edge, 84)
        out = np.cross(along, [1.0, 0.0, 0.0])
        out = out * np.sign((out * (places - path.mean(0))).sum(1, keepdims=True))
        stitches += bricks(
            places + out * 0.066, along, out, np.array([0.055, 0.018, 0.014]), THREAD
        )
    return (Part(points, body.normals, body.faces, material, body.local), *stitches)


def _rubber(path: Floats, width: float, material: Material) -> Piece:
    places, along = even_steps(path, 40)
    out = np.cross(along, [1.0, 0.0, 0.0])
    out = out * np.sign((out * (places - path.mean(0))).sum(1, keepdims=True))
    ribs = bricks(places + out * 0.05, along, out, np.array([0.11, width * 0.62, 0.05]), material)
    return (_band(path, width, 0.14, material), *ribs)


def _links(path: Floats, width: float, kit: Kit) -> Piece:
    places, along = even_steps(path, 38)
    out = np.cross(along, [1.0, 0.0, 0.0])
    out = out * np.sign((out * (places - path.mean(0))).sum(1, keepdims=True))
    step = float(np.linalg.norm(places[1] - places[0]))
    parts: list[Part] = []
    outer = brushed(kit.metal) if kit.seed % 2 else kit.metal
    for x, share, metal, shift in (
        (-0.34, 0.31, outer, 0.0),
        (0.0, 0.36, kit.metal, 0.5),
        (0.34, 0.31, outer, 0.0),
    ):
        moved_places = places + np.array([x * width, 0, 0]) + along * step * shift - out * 0.06
        size = np.array([step * 0.93, width * share, 0.13])
        parts += bricks(moved_places, along, out, size, metal)
    return tuple(parts)


def _pearls(path: Floats, width: float, kit: Kit) -> Piece:
    places, _ = even_steps(path, 36)
    parts: list[Part] = []
    for x in (-0.36, 0.0, 0.36):
        for place in places:
            parts += moved([ball(0.105, kit.pearl, n=18)], place + np.array([x * width, 0, 0]))
    return tuple(parts)
