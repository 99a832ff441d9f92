"""Cut stones: the outline, facets and facet planes of each cut, in a frame of its own.

A stone looks along +z: the girdle lies at z = 0 with a half width of 1, the table above it, the
culet below. Facets are exact planes, so light can be followed through the stone.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np

from penchant.sample.render.materials import Material
from penchant.sample.render.part import Floats, Part, Setting, unit

CUTS: Final = (
    "round",
    "oval",
    "cushion",
    "princess",
    "pear",
    "marquise",
    "emerald",
    "baguette",
    "square",
)
_STEPPED: Final = {"emerald": (0.72, 1.0), "baguette": (0.36, 1.0), "square": (0.92, 0.92)}


@cache
def outline(cut: str, n: int = 180) -> Floats:
    """Give the girdle of a cut as points, shape (n, 2), counter-clockwise from the right.

    Example:
        >>> np.abs(outline("marquise")).max(axis=0).round(2)
        array([0.5, 1. ])
    """
    angle = np.arange(n) * 2 * np.pi / n
    direction = np.stack([np.cos(angle), np.sin(angle)], 1)
    if cut in _STEPPED:
        return direction * _stepped_radius(direction, *_STEPPED[cut])[:, None]
    if cut in ("cushion", "princess"):
        power = 2.7 if cut == "cushion" else 9.0
        radius = (np.abs(direction) ** power).sum(1) ** (-1 / power)
        return np.asarray(direction * radius[:, None] * (0.93 if cut == "cushion" else 0.88))
    if cut == "oval":
        return np.asarray(direction * np.array([0.74, 1.0]))
    if cut == "pear":
        # an egg drawn out to a point at the top
        rise = (1 + direction[:, 1]) / 2
        return np.stack([direction[:, 0] * 0.68 * (1 - rise**2.6 * 0.62), direction[:, 1]], 1)
    if cut == "marquise":
        across = 0.5 * (1 - np.abs(direction[:, 1]) ** 1.7)
        return np.stack([np.sign(np.round(direction[:, 0], 9)) * across, direction[:, 1]], 1)
    return direction


def _stepped_radius(direction: Floats, half_width: float, half_height: float) -> Floats:
    x, y = np.abs(direction[:, 0]), np.abs(direction[:, 1])
    cut_off = half_width + half_height - 0.38 * min(half_width, half_height)
    reach = np.stack([x / half_width, y / half_height, (x + y) / cut_off])
    return np.asarray(1 / reach.max(0))


@cache
def _girdle(cut: str, n: int) -> Floats:
    dense = outline(cut, 360)
    if cut in _STEPPED:
        w, h = _STEPPED[cut]
        c = 0.38 * min(w, h)
        right = [[w, -h + c], [w, h - c], [w - c, h]]
        corners = np.array([*right, *([-x, y] for x, y in right[::-1])])
        low = np.array([[-w + c, -h], [w - c, -h]])
        return np.concatenate([corners, low])
    around = np.arctan2(dense[:, 1], dense[:, 0]) % (2 * np.pi)
    order = np.argsort(around)
    radius = np.linalg.norm(dense, axis=1)
    wanted = np.arange(n) * 2 * np.pi / n + (np.pi / 2)
    r = np.interp(wanted % (2 * np.pi), around[order], radius[order], period=2 * np.pi)
    return np.asarray(np.stack([np.cos(wanted), np.sin(wanted)], 1) * r[:, None])


@cache
def facets(cut: str) -> tuple[Floats, Floats, Floats]:
    """Give a cut's triangles (m, 3, 3), and its facet planes as normals (p, 3) and reach (p,)."""
    triangles = _stepped_triangles(cut) if cut in _STEPPED else _brilliant_triangles(cut)
    normals = unit(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]))
    outward = np.sign((normals * (triangles.mean(1) - np.array([0, 0, -0.2]))).sum(1))
    normals = normals * outward[:, None]
    _, first = np.unique(normals.round(3), axis=0, return_index=True)
    planes = normals[np.sort(first)]
    reach = (triangles.reshape(-1, 3) @ planes.T).max(0)
    return triangles, planes, reach


def _brilliant_triangles(cut: str) -> Floats:
    rim = _girdle(cut, 16)
    main, half = rim[::2], rim[1::2]
    width = min(1.0, float(np.abs(rim[:, 0]).max()) + 0.15)
    table = _raised(main * 0.56, 0.33 * width)
    top, low = _raised(rim, 0.03), _raised(rim, -0.03)
    star = _raised(half * 0.8, 0.205 * width)
    deep = _raised(half * 0.36, -0.66 * width)
    culet, centre = np.array([0, 0, -0.86 * width]), np.array([0, 0, 0.33 * width])
    faces: list[list[Floats]] = []
    for i in range(8):
        j, g, h, k = (i + 1) % 8, 2 * i, 2 * i + 1, (2 * i + 2) % 16
        faces += [[centre, table[i], table[j]], [table[i], star[i], table[j]]]
        faces += [[star[i - 1], top[g], table[i]], [table[i], top[g], star[i]]]
        faces += [[star[i], top[g], top[h]], [star[i], top[h], top[k]]]
        faces += [[low[g], top[g], top[h]], [low[g], low[h], top[h]]]
        faces += [[low[h], top[h], top[k]], [low[h], low[k], top[k]]]
        faces += [[deep[i], low[g], low[h]], [deep[i], low[h], low[k]]]
        faces += [[deep[i - 1], low[g], culet], [culet, low[g], deep[i]]]
    return np.array(faces)


def _stepped_triangles(cut: str) -> Floats:
    rim = _girdle(cut, 8)
    w = float(np.abs(rim[:, 0]).max())
    levels = [(0.03, 0.0), (0.17, 0.16), (0.27, 0.34), (0.27, w)]
    depths = [(-0.03, 0.0), (-0.32, 0.3), (-0.55, 0.62), (-0.66, 0.97)]
    rings = [_raised(_inset(rim, share * w), z * w) for z, share in reversed(depths)]
    rings += [_raised(_inset(rim, share * w), z * w) for z, share in levels]
    faces: list[list[Floats]] = []
    for lower, upper in pairwise(rings):
        for i in range(8):
            j = (i + 1) % 8
            faces += [[lower[i], lower[j], upper[j]], [lower[i], upper[j], upper[i]]]
    triangles = np.array(faces)
    area = np.linalg.norm(
        np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]), axis=1
    )
    return np.asarray(triangles[area > 1e-6])


def _inset(rim: Floats, by: float) -> Floats:
    return np.sign(rim) * np.maximum(np.abs(rim) - by * 0.98, 0.004)


def _raised(points: Floats, z: float) -> Floats:
    return np.concatenate([points, np.full((len(points), 1), z)], 1)


def stone(cut: str, size: float, material: Material) -> Part:
    """Make a cut stone of half width `size` about the origin, its table towards +z."""
    triangles, _, _ = facets(cut)
    normals = unit(np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]))
    outward = np.sign((normals * (triangles.mean(1) - np.array([0, 0, -0.2]))).sum(1))
    points = triangles.reshape(-1, 3) * size
    faces = np.arange(len(points)).reshape(-1, 3)
    faces = np.where(outward[:, None] < 0, faces[:, ::-1], faces)
    spread = np.repeat(normals * outward[:, None], 3, axis=0)
    setting = Setting(cut, np.eye(3), size, np.zeros(3))
    return Part(points, spread, faces, material, points, setting)
