"""Lines that pieces follow: circles, scrolls, hanging chains, petals; and even steps along them."""

from __future__ import annotations

import numpy as np

from penchant.sample.render.part import Floats, unit


def circle(radius: float, n: int = 160) -> Floats:
    """Give a closed circle in the x-y plane, counter-clockwise from the right, shape (n, 3)."""
    return ellipse(radius, radius, n)


def ellipse(half_width: float, half_height: float, n: int = 160) -> Floats:
    """Give a closed ellipse in the x-y plane, shape (n, 3)."""
    a = np.arange(n) * 2 * np.pi / n
    return np.stack([half_width * np.cos(a), half_height * np.sin(a), np.zeros(n)], 1)


def flat(points: Floats, z: float = 0.0) -> Floats:
    """Lift plane points (n, 2) to height z, shape (n, 3)."""
    return np.concatenate([points, np.full((len(points), 1), z)], 1)


def scroll(size: float, *, turns: float = 1.4, n: int = 60) -> Floats:
    """Give a C-scroll that curls inwards from (0, 0), shape (n, 3), about 2 * size tall."""
    t = np.linspace(0, 1, n)
    radius = size * (1 - 0.82 * t)
    a = -np.pi / 2 + t * turns * 2 * np.pi
    points = np.stack([radius * np.cos(a), radius * np.sin(a) + size, np.zeros(n)], 1)
    return np.asarray(points - points[0])


def spline(knots: Floats, n: int = 80, *, closed: bool = False) -> Floats:
    """Draw a smooth curve through knots (m, 3): Catmull-Rom, shape (n, 3)."""
    m = len(knots)
    t = np.linspace(0, m if closed else m - 1, n, endpoint=not closed)
    i = np.minimum(t.astype(np.int64), m - 1 if closed else m - 2)
    f = (t - i)[:, None]
    around = [i - 1, i, i + 1, i + 2]
    p = [knots[k % m if closed else np.clip(k, 0, m - 1)] for k in around]
    cubic = 2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]
    cube = -p[0] + 3 * p[1] - 3 * p[2] + p[3]
    return np.asarray(0.5 * (2 * p[1] + (p[2] - p[0]) * f + cubic * f**2 + cube * f**3))


def even_steps(path: Floats, n: int, *, closed: bool = False) -> tuple[Floats, Floats]:
    """Give n evenly spaced points on a path and the unit directions there, each (n, 3)."""
    full = np.concatenate([path, path[:1]]) if closed else path
    lengths = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(full, axis=0), axis=1))])
    wanted = np.linspace(0, lengths[-1], n, endpoint=not closed)
    step = lengths[-1] / (len(full) * 2)
    ends = [_at(full, lengths, wanted + d, closed=closed) for d in (-step, 0.0, step)]
    return ends[1], unit(ends[2] - ends[0])


def _at(path: Floats, lengths: Floats, wanted: Floats, *, closed: bool) -> Floats:
    where = wanted % lengths[-1] if closed else wanted.clip(0, lengths[-1])
    return np.stack([np.interp(where, lengths, path[:, k]) for k in range(3)], 1)


def path_length(path: Floats, *, closed: bool = False) -> float:
    """Give the length of a path."""
    full = np.concatenate([path, path[:1]]) if closed else path
    return float(np.linalg.norm(np.diff(full, axis=0), axis=1).sum())


def petal(width: float, length: float, *, tip: float = 1.0, n: int = 40) -> Floats:
    """Give a petal's outline, shape (n, 2), from the origin up; `tip` above 1 sharpens it."""
    a = np.arange(n) * 2 * np.pi / n
    rise = (1 - np.cos(a)) / 2
    across = np.sin(a) * width / 2 * (0.35 + 0.65 * rise) * (1 - rise**6 * 0.3) ** tip
    sharpened = across * (1 - np.clip(rise - 0.5, 0, 1) * (tip - 1) * 0.9)
    return np.stack([-sharpened, rise * length], 1)[::-1]


def frames(along: Floats, facing: Floats, *, roll_degrees: Floats | float = 0.0) -> Floats:
    """Give matrices (n, 3, 3) that lay x along a path and z towards `facing`, rolled about x."""
    side = unit(np.cross(facing, along))
    front = np.cross(along, side)
    roll = np.deg2rad(np.broadcast_to(roll_degrees, (len(along),)))[:, None]
    c, s = np.cos(roll), np.sin(roll)
    return np.stack([along, side * c + front * s, front * c - side * s], -1)


def facing(normal: Floats) -> Floats:
    """Give a matrix (3, 3) that turns +z to a unit normal, keeping +y upward where it can."""
    hint = np.array([0.0, 1.0, 0.0]) if abs(normal[1]) < 0.9 else np.array([0.0, 0.0, -1.0])
    side = unit(np.cross(hint, normal))
    return np.stack([side, np.cross(normal, side), normal], -1)
