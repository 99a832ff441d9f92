"""Chains: links of many kinds laid along a path."""

from __future__ import annotations

from typing import Final

import numpy as np

from penchant.sample.render.curves import even_steps, frames, path_length
from penchant.sample.render.materials import Material
from penchant.sample.render.mounts import beads
from penchant.sample.render.part import Floats, Part, Piece, copies
from penchant.sample.render.shapes import box, rounded, sweep

CHAINS: Final = ("cable", "curb", "figaro", "rope", "snake", "box", "ball", "paperclip")


def chain(
    kind: str,
    path: Floats,
    size: float,
    metal: Material,
    *,
    front: Floats | None = None,
    closed: bool = False,
) -> Piece:
    """Lay a chain along a path.

    Args:
        kind: One of CHAINS.
        path: Shape (n, 3).
        size: Width of a link.
        metal: What it is made of.
        front: The way the chain faces, shape (3,) or (n, 3) along the path; +z by default.
        closed: Whether the path returns to its start.
    """
    if kind == "rope":
        return _rope(path, size, metal, closed=closed)
    if kind == "snake":
        return _snake(path, size, metal, front, closed=closed)
    if kind == "ball":
        n = max(3, int(path_length(path, closed=closed) / (size * 1.25)))
        return (beads(even_steps(path, n, closed=closed)[0], size * 0.5, metal, n=12),)
    return _linked(kind, path, size, metal, front, closed=closed)


def _link(
    length: float, width: float, wire: float, metal: Material, *, square: float = 2.0
) -> Part:
    straight = max(0.0, (length - width) / 2)
    a = np.linspace(-np.pi / 2, np.pi / 2, 9)
    half = np.stack([np.cos(a) * (width - wire) / 2 + straight, np.sin(a) * (width - wire) / 2], 1)
    ring = np.concatenate([half, -half])
    path = np.concatenate([ring, np.zeros((len(ring), 1))], 1)
    return sweep(path, rounded(wire, wire, square=square, n=9), metal, closed=True)


def _linked(
    kind: str, path: Floats, size: float, metal: Material, front: Floats | None, *, closed: bool
) -> Piece:
    pitch, link = {
        "cable": (1.05, _link(1.45 * size, size, 0.25 * size, metal)),
        "curb": (0.74, _link(1.3 * size, size, 0.29 * size, metal, square=2.4)),
        "figaro": (0.8, _link(1.4 * size, size, 0.3 * size, metal, square=2.6)),
        "paperclip": (2.1, _link(2.6 * size, size, 0.22 * size, metal)),
        "box": (0.72, _link(0.95 * size, 0.9 * size, 0.26 * size, metal, square=5.0)),
    }[kind]
    n = max(4, int(path_length(path, closed=closed) / (pitch * size)) // 2 * 2)
    points, along = even_steps(path, n, closed=closed)
    towards = _front_at(front, n)
    flip = np.arange(n) % 2
    roll = 32.0 * np.ones(n) if kind in ("curb", "figaro") else np.where(flip, 48.0, -42.0)
    turns = frames(along, towards, roll_degrees=roll)
    scales = np.where(np.arange(n) % 4 == 0, 1.28, 0.9) if kind == "figaro" else np.ones(n)
    return (copies(link, turns, points, scales),)


def _front_at(front: Floats | None, n: int) -> Floats:
    if front is None:
        return np.broadcast_to(np.array([0.0, 0.0, 1.0]), (n, 3))
    if front.ndim == 1:
        return np.broadcast_to(front, (n, 3))
    places = np.linspace(0, len(front) - 1, n).round().astype(np.int64)
    return np.asarray(front[places])


def _rope(path: Floats, size: float, metal: Material, *, closed: bool) -> Piece:
    n = int(path_length(path, closed=closed) / (size * 0.11))
    points, along = even_steps(path, n, closed=closed)
    base = frames(along, np.broadcast_to(np.array([0.05, 0.02, 1.0]), points.shape))
    turns = round(n * 0.11 / 1.5)
    angle = np.arange(n) * 2 * np.pi * turns / n
    parts = []
    for start in (0.0, np.pi):
        c, s = np.cos(angle + start)[:, None], np.sin(angle + start)[:, None]
        strand = points + (base[:, :, 1] * c + base[:, :, 2] * s) * size * 0.24
        profile = rounded(size * 0.56, size * 0.56, n=9)
        parts.append(sweep(strand, profile, metal, up=base[:, :, 2], closed=closed))
    return tuple(parts)


def _snake(
    path: Floats, size: float, metal: Material, front: Floats | None, *, closed: bool
) -> Piece:
    n = int(path_length(path, closed=closed) / (size * 0.085))
    points, _ = even_steps(path, n, closed=closed)
    ripple = 1 - 0.09 * (np.arange(n) % 4 == 0)
    profile = rounded(size, size, n=14)
    up = _front_at(front, n) + np.array([0.013, 0.017, 0.0])
    return (sweep(points, profile, metal, up=up, closed=closed, scale=ripple),)


def bricks(points: Floats, along: Floats, front: Floats, size: Floats, metal: Material) -> Piece:
    """Lay flat bars (length, width, height) along a path, as in watch straps of metal."""
    block = box([1.0, size[1] / size[0], size[2] / size[0]], metal, bevel=0.07)
    turns = frames(along, front)
    return (copies(block, turns, points, np.full(len(points), size[0])),)
