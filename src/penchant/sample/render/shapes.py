"""Surfaces: grids, sweeps along a path, lathes, balls and plates, each as one part."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penchant.sample.render.materials import Material
from penchant.sample.render.part import Floats, Ints, Part, merged, part, unit


def grid_faces(rows: int, columns: int, *, closed_rows: bool, closed_columns: bool) -> Ints:
    """Give the two triangles of every cell of a grid of points, shape (m, 3)."""
    i = np.arange(rows if closed_rows else rows - 1)
    j = np.arange(columns if closed_columns else columns - 1)
    a, b = (x.ravel() for x in np.meshgrid(i, j, indexing="ij"))
    c, d = (a + 1) % rows, (b + 1) % columns
    corners = [a * columns + b, c * columns + b, c * columns + d, a * columns + d]
    return np.concatenate(
        [
            np.stack([corners[0], corners[1], corners[2]], 1),
            np.stack([corners[0], corners[2], corners[3]], 1),
        ]
    )


def grid(points: Floats, material: Material, *, closed: Sequence[bool] = (False, False)) -> Part:
    """Make a smooth surface from points of shape (rows, columns, 3).

    Normals come from neighbour differences; `closed` says which of the two axes run in a circle.
    """
    slopes = [_slope(points, axis, wrap) for axis, wrap in enumerate(closed)]
    normals = unit(np.cross(slopes[0], slopes[1]))
    rows, columns = points.shape[:2]
    faces = grid_faces(rows, columns, closed_rows=closed[0], closed_columns=closed[1])
    return part(points.reshape(-1, 3), normals.reshape(-1, 3), faces, material)


def _slope(points: Floats, axis: int, wrap: bool) -> Floats:
    if wrap:
        return np.roll(points, -1, axis) - np.roll(points, 1, axis)
    return np.asarray(np.gradient(points, axis=axis))


def rounded(width: float, height: float, *, square: float = 2.0, n: int = 20) -> Floats:
    """Give a closed profile, shape (n, 2): an ellipse at `square` 2, nearly a box from 6 on.

    Example:
        >>> rounded(2.0, 1.0, n=4) + 0.0
        array([[ 1. ,  0. ], [ 0. ,  0.5], [-1. ,  0. ], [ 0. , -0.5]])
    """
    angle = np.arange(n) * 2 * np.pi / n
    c, s = np.cos(angle).round(12), np.sin(angle).round(12)
    radius = (np.abs(c) ** square + np.abs(s) ** square) ** (-1 / square)
    return np.stack([c * radius * width / 2, s * radius * height / 2], 1)


def sweep(
    path: Floats,
    profile: Floats,
    material: Material,
    *,
    up: Sequence[float] | Floats = (0.0, 0.0, 1.0),
    closed: bool = False,
    scale: Floats | None = None,
) -> Part:
    """Carry a closed profile along a path.

    Args:
        path: Shape (n, 3).
        profile: Shape (m, 2) or (n, m, 2): first across (outward), second along `up`.
        material: What it is made of.
        up: Shape (3,) or (n, 3), nowhere parallel to the path.
        closed: Whether the path returns to its start.
        scale: Shape (n,): size of the profile along the path; 1 everywhere by default.

    Returns:
        A tube; open ends are closed by caps.
    """
    ahead = unit(_slope(path, 0, closed))
    across = unit(np.cross(ahead, np.broadcast_to(np.asarray(up, dtype=np.float64), path.shape)))
    rise = np.cross(across, ahead)
    shape = np.broadcast_to(profile, (len(path), *profile.shape[-2:]))
    if scale is not None:
        shape = shape * scale[:, None, None]
    ring = path[:, None] + shape[..., :1] * across[:, None] + shape[..., 1:] * rise[:, None]
    tube = grid(ring, material, closed=(closed, True))
    if closed:
        return tube
    caps = [_cap(ring[0], -ahead[0], material), _cap(ring[-1], ahead[-1], material)]
    return merged([tube, *caps])


def _cap(ring: Floats, normal: Floats, material: Material) -> Part:
    points = np.concatenate([ring, ring.mean(0, keepdims=True)])
    n = len(ring)
    i = np.arange(n)
    faces = np.stack([i, (i + 1) % n, np.full(n, n)], 1)
    return part(points, np.broadcast_to(normal, points.shape).copy(), faces, material)


def tube(
    path: Floats, radius: float, material: Material, *, closed: bool = False, n: int = 12
) -> Part:
    """Make a round wire along a path (n, 3) that is nowhere parallel to (0.31, 0.17, 0.93)."""
    profile = rounded(2 * radius, 2 * radius, n=n)
    return sweep(path, profile, material, up=(0.31, 0.17, 0.93), closed=closed)


def ball(radius: float, material: Material, *, n: int = 24, squash: float = 1.0) -> Part:
    """Make a sphere about the origin; `squash` scales it along z."""
    polar = np.linspace(0, np.pi, n // 2 + 1)
    turn_ = np.arange(n) * 2 * np.pi / n
    s = np.sin(polar)[:, None]
    z = np.broadcast_to(np.cos(polar)[:, None], (len(polar), n))
    directions = np.stack([s * np.cos(turn_), s * np.sin(turn_), z], -1).reshape(-1, 3)
    faces = grid_faces(len(polar), n, closed_rows=False, closed_columns=True)
    stretch = np.array([1, 1, squash])
    return part(directions * radius * stretch, unit(directions / stretch), faces, material)


def lathe(profile: Floats, material: Material, *, n: int = 96) -> Part:
    """Turn a profile of (radius, z) pairs, shape (m, 2), about the z axis; corners stay crisp."""
    fine = _with_crisp_corners(profile)
    angle = np.arange(n) * 2 * np.pi / n
    radius, z = fine[:, :1], np.broadcast_to(fine[:, 1:], (len(fine), n))
    points = np.stack([radius * np.cos(angle), radius * np.sin(angle), z], -1)
    return grid(points, material, closed=(False, True))


def _with_crisp_corners(profile: Floats) -> Floats:
    # two points close to each corner keep the smoothing of normals to a narrow bevel
    starts, ends = profile[:-1], profile[1:]
    near = np.array([0.0, 0.06, 0.5, 0.94])
    inner = starts[:, None] + near[None, :, None] * (ends - starts)[:, None]
    return np.concatenate([inner.reshape(-1, 2), profile[-1:]])


def plate(
    outline: Floats, thickness: float, material: Material, *, bevel: float = 0.03, dome: float = 0.0
) -> Part:
    """Make a flat or domed plate facing +z from a star-shaped outline.

    Args:
        outline: Shape (n, 2), counter-clockwise about the origin.
        thickness: Along z; the back lies at z = 0.
        material: What it is made of.
        bevel: Width of the sloping edge.
        dome: How much higher the middle is than the edge.
    """
    size = np.linalg.norm(outline, axis=1).max()
    inset = outline * (1 - bevel / size)
    levels = np.linspace(1, 0.02, 14 if dome else 3)
    front = [_layer(inset * s, thickness + dome * (1 - s**2)) for s in levels]
    edge = [_layer(outline, thickness - bevel), _layer(inset, thickness)]
    side = [_layer(outline, 0.0), _layer(outline, thickness - bevel)]
    back = [_layer(outline * 0.02, 0.0), _layer(outline, 0.0)]
    return merged(
        [grid(np.stack(each), material, closed=(False, True)) for each in (front, edge, side, back)]
    )


def _layer(outline: Floats, z: float) -> Floats:
    return np.concatenate([outline, np.full((len(outline), 1), z)], 1)


def box(size: Sequence[float], material: Material, *, bevel: float = 0.02) -> Part:
    """Make a bevelled box of the given (width, height, depth), its back at z = 0."""
    w, h, depth = size
    corner = min(w, h) * 0.5
    points = _dense(np.array([[w, -h], [w, h], [-w, h], [-w, -h]]) / 2, per_side=2)
    return plate(points, depth, material, bevel=min(bevel, corner * 0.9, depth * 0.9))


def _dense(corners: Floats, *, per_side: int) -> Floats:
    steps = np.arange(per_side) / per_side
    after = np.roll(corners, -1, axis=0)
    lines = corners[:, None] + steps[None, :, None] * (after - corners)[:, None]
    return np.asarray(lines.reshape(-1, 2))


def polygon(sides: int, radius: float, *, start_degrees: float = 90.0, per_side: int = 6) -> Floats:
    """Give the outline of a regular polygon, shape (sides * per_side, 2), counter-clockwise."""
    angle = np.deg2rad(start_degrees) + np.arange(sides) * 2 * np.pi / sides
    return _dense(np.stack([np.cos(angle), np.sin(angle)], 1) * radius, per_side=per_side)
