"""The building block of every drawn piece: a triangle mesh of one material.

Coordinates are right-handed with y up; a piece is a tuple of parts. One unit is about a centimetre.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from penchant.sample.render.materials import Material

Floats: TypeAlias = NDArray[np.float64]
"""Any shape; points and directions have a last axis of 3."""

Ints: TypeAlias = NDArray[np.int64]
"""Any shape; vertex numbers or pixel numbers."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a cut stone sits: its own frame, in which its facets are known exactly."""

    cut: str
    rotation: Floats
    scale: float
    offset: Floats


@dataclass(frozen=True, slots=True)
class Part:
    """A mesh: points and normals (n, 3), faces (m, 3), and `local`, unmoved points for textures."""

    points: Floats
    normals: Floats
    faces: Ints
    material: Material
    local: Floats
    setting: Setting | None = None


Piece: TypeAlias = tuple[Part, ...]


def unit(vectors: Floats) -> Floats:
    """Scale vectors along the last axis to length one; zero vectors stay zero.

    Example:
        >>> unit(np.array([3.0, 4.0, 0.0]))
        array([0.6, 0.8, 0. ])
    """
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-12))


def part(points: Floats, normals: Floats, faces: Ints, material: Material) -> Part:
    """Make a part whose texture coordinates are its own points."""
    return Part(points, normals, faces, material, points)


def turn(axis: str, degrees: float) -> Floats:
    """Give the 3 x 3 matrix that turns by `degrees` about the axis "x", "y" or "z".

    Example:
        >>> np.round(turn("z", 90) @ np.array([1.0, 0.0, 0.0]), 6) + 0.0
        array([0., 1., 0.])
    """
    angle = np.deg2rad(degrees)
    c, s = np.cos(angle), np.sin(angle)
    rows = {
        "x": [[1, 0, 0], [0, c, -s], [0, s, c]],
        "y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
        "z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
    }
    return np.array(rows[axis], dtype=np.float64)


def moved(
    piece: Iterable[Part],
    offset: Sequence[float] | Floats = (0.0, 0.0, 0.0),
    *,
    rotation: Floats | None = None,
    scale: float = 1.0,
) -> Piece:
    """Scale, then rotate, then shift every part of a piece."""
    matrix = np.eye(3) if rotation is None else rotation
    shift = np.asarray(offset, dtype=np.float64)
    return tuple(_moved_part(each, matrix, scale, shift) for each in piece)


def _moved_part(each: Part, matrix: Floats, scale: float, shift: Floats) -> Part:
    setting = each.setting
    if setting is not None:
        setting = Setting(
            setting.cut,
            matrix @ setting.rotation,
            setting.scale * scale,
            matrix @ setting.offset * scale + shift,
        )
    return replace(
        each,
        points=each.points @ matrix.T * scale + shift,
        normals=each.normals @ matrix.T,
        setting=setting,
    )


def merged(parts: Sequence[Part]) -> Part:
    """Join parts of one material (no stones) into one, which draws faster."""
    starts = np.cumsum([0] + [len(p.points) for p in parts[:-1]])
    return Part(
        np.concatenate([p.points for p in parts]),
        np.concatenate([p.normals for p in parts]),
        np.concatenate([p.faces + s for p, s in zip(parts, starts, strict=True)]),
        parts[0].material,
        np.concatenate([p.local for p in parts]),
    )


def copies(template: Part, rotations: Floats, offsets: Floats, scales: Floats) -> Part:
    """Repeat one part at many places as a single part: chain links, beads, grains.

    Args:
        template: The part to repeat; it holds no stone.
        rotations: Shape (n, 3, 3).
        offsets: Shape (n, 3).
        scales: Shape (n,).

    Returns:
        One part of n times as many points.
    """
    n, size = len(offsets), len(template.points)
    points = np.einsum("nij,pj->npi", rotations, template.points) * scales[:, None, None]
    points = (points + offsets[:, None, :]).reshape(-1, 3)
    normals = np.einsum("nij,pj->npi", rotations, template.normals).reshape(-1, 3)
    faces = (template.faces[None] + (np.arange(n) * size)[:, None, None]).reshape(-1, 3)
    local = np.tile(template.local, (n, 1))
    return Part(points, normals, faces, template.material, local)


def bounds(piece: Iterable[Part]) -> tuple[Floats, Floats]:
    """Give the lowest and highest corner of the box around a piece, each of shape (3,)."""
    lows, highs = zip(*((p.points.min(0), p.points.max(0)) for p in piece), strict=True)
    return np.min(lows, axis=0), np.max(highs, axis=0)
