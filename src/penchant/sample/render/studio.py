"""The light: a studio of soft boxes and dark cards around the piece, as a panorama to look up.

Polished metal shows little but its surroundings, so contrast here is what makes it read as metal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from penchant.sample.render.part import Floats, unit

HEIGHT: Final = 256
ROUGHNESS: Final = (0.0, 0.08, 0.2, 0.4, 0.8)


@dataclass(frozen=True, slots=True)
class _Panel:
    """A soft box (bright) or card (dark) seen in a direction; half sizes as tangents."""

    direction: tuple[float, float, float]
    half_width: float
    half_height: float
    light: float
    soft: float = 0.12


_PANELS: Final = (
    _Panel((0.0, 1.0, 0.35), 1.1, 0.62, 1.75),
    _Panel((-1.0, 0.45, 0.35), 0.42, 0.95, 1.5),
    _Panel((1.0, 0.3, 0.15), 0.26, 1.05, 1.2),
    _Panel((0.55, 0.25, -1.0), 0.5, 0.7, 1.15),
    _Panel((-0.62, -0.1, 0.9), 0.17, 0.62, 0.08),
    _Panel((0.75, 0.25, 0.8), 0.2, 0.7, 0.06),
    _Panel((0.0, 0.62, 1.0), 0.75, 0.09, 0.1, 0.08),
    _Panel((-0.45, 0.75, -0.6), 0.25, 0.5, 0.05),
    _Panel((0.2, -0.35, 1.0), 0.85, 0.1, 0.22, 0.1),
    _Panel((-1.0, -0.25, -0.4), 0.5, 0.3, 0.12),
)


def _smooth(values: Floats) -> Floats:
    t = np.clip(values, 0, 1)
    return np.asarray(t * t * (3 - 2 * t))


def _cover(directions: Floats, panel: _Panel) -> Floats:
    forward = unit(np.array(panel.direction))
    side = unit(np.cross([0.0, 1.0, 0.001], forward))
    rise = np.cross(forward, side)
    ahead = np.maximum(directions @ forward, 1e-6)
    a, b = np.abs(directions @ side) / ahead, np.abs(directions @ rise) / ahead
    inside = _smooth((panel.half_width - a) / panel.soft + 0.5)
    inside = inside * _smooth((panel.half_height - b) / panel.soft + 0.5)
    return np.asarray(np.where(directions @ forward > 0.02, inside, 0.0))


def _analytic(directions: Floats) -> Floats:
    y, z = directions[..., 1], directions[..., 2]
    wall = 0.2 + 0.3 * _smooth((y + 0.1) / 0.9) + 0.16 * _smooth(-z)
    # a fill beside the lens keeps faces that look straight at it from going black
    wall = wall + (0.26 + 0.5 * y - 0.22 * directions[..., 0]) * _smooth((z - 0.7) / 0.3)
    floor = 0.6 + 0.16 * _smooth(-y)
    light = np.where(y < 0, floor + (wall - floor) * _smooth((y + 0.14) / 0.16), wall)
    for panel in _PANELS:
        cover = _cover(directions, panel)
        light = light * (1 - cover) + panel.light * cover
    warm = 1 + 0.025 * directions[..., 0]
    return np.stack([light * warm, light, light / warm], -1)


def _box_blur(image: Floats, radius: int, axis: int, *, wrap: bool) -> Floats:
    pad = [(0, 0)] * image.ndim
    pad[axis] = (radius + 1, radius)
    padded = np.pad(image, pad, mode="wrap" if wrap else "edge")
    total = np.cumsum(padded, axis=axis)
    high = np.take(total, range(2 * radius + 1, total.shape[axis]), axis=axis)
    low = np.take(total, range(total.shape[axis] - 2 * radius - 1), axis=axis)
    return np.asarray((high - low) / (2 * radius + 1))


def blurred(image: Floats, radius: float, *, wrap: bool = False) -> Floats:
    """Blur the first two axes with three box passes, about a Gaussian of `radius` pixels."""
    reach = round(radius)
    if reach < 1:
        return image
    for _ in range(3):
        image = _box_blur(image, reach, 1, wrap=wrap)
        image = _box_blur(image, reach, 0, wrap=False)
    return image


@cache
def _panoramas() -> tuple[Floats, ...]:
    polar = (np.arange(HEIGHT) + 0.5) / HEIGHT * np.pi
    around = (np.arange(2 * HEIGHT) + 0.5) / HEIGHT * np.pi - np.pi
    s, c = np.sin(polar)[:, None], np.cos(polar)[:, None]
    y = np.broadcast_to(c, (HEIGHT, 2 * HEIGHT))
    directions = np.stack([s * np.sin(around), y, s * np.cos(around)], -1)
    sharp = _analytic(directions)
    return tuple(blurred(sharp, r * HEIGHT * 0.32, wrap=True) for r in ROUGHNESS)


def light_from(directions: Floats, *, rough: float = 0.0) -> Floats:
    """Give the light arriving from unit directions.

    Args:
        directions: Shape (n, 3).
        rough: 0 sees the studio sharply, 0.8 almost as a plain gradient.

    Returns:
        Shape (n, 3): linear RGB, 0 to about 2.
    """
    level = float(np.interp(rough, ROUGHNESS, range(len(ROUGHNESS))))
    low = int(level)
    high, share = min(low + 1, len(ROUGHNESS) - 1), level - low
    row, column = _places(directions)
    found = _sample(_panoramas()[low], row, column)
    if share > 1e-6:
        found = found * (1 - share) + _sample(_panoramas()[high], row, column) * share
    return found


def _places(directions: Floats) -> tuple[Floats, Floats]:
    row = np.arccos(np.clip(directions[:, 1], -1, 1)) / np.pi * HEIGHT - 0.5
    column = (np.arctan2(directions[:, 0], directions[:, 2]) + np.pi) / np.pi * HEIGHT - 0.5
    return row, column


def _sample(panorama: Floats, row: Floats, column: Floats) -> Floats:
    r, c = np.floor(row).astype(np.int64), np.floor(column).astype(np.int64)
    fr, fc = (row - r)[:, None], (column - c)[:, None]
    r0, r1 = np.clip(r, 0, HEIGHT - 1), np.clip(r + 1, 0, HEIGHT - 1)
    c0, c1 = c % (2 * HEIGHT), (c + 1) % (2 * HEIGHT)
    top = panorama[r0, c0] * (1 - fc) + panorama[r0, c1] * fc
    bottom = panorama[r1, c0] * (1 - fc) + panorama[r1, c1] * fc
    return np.asarray(top * (1 - fr) + bottom * fr)
