"""Which triangle is seen at each pixel: a z-buffer over triangles in groups of equal size."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.sample.render.part import Floats, Ints

_CELLS = 3_000_000


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is seen: `face` (n,), -1 for nothing; `share` (n, 3), corner weights; `depth` (n,)."""

    face: Ints
    share: Floats
    depth: Floats


def rasterise(points: Floats, faces: Ints, *, size: int) -> Coverage:
    """Find the nearest triangle at the centre of every pixel of a square image.

    Args:
        points: Shape (n, 3): x and y in pixels from the top left, and depth, smaller is nearer.
        faces: Shape (m, 3): corners of each triangle; either side is seen.
        size: Pixels along one side.

    Returns:
        The coverage, in row-major pixel order; depth is infinite where nothing is seen.
    """
    corners = points[faces]
    low = np.ceil(corners[..., :2].min(1) - 0.5).clip(0, size).astype(np.int64)
    high = np.floor(corners[..., :2].max(1) - 0.5).clip(-1, size - 1).astype(np.int64)
    extent = (high - low + 1).max(1)
    empty = (high < low).any(1)
    result = Coverage(
        np.full(size * size, -1), np.zeros((size * size, 3)), np.full(size * size, np.inf)
    )
    below = 0
    for side in (1, 2, 3, 4, 6, 8, 12, 16, 32, 64, 128, 256, 512, 1024, 2048):
        rows = np.flatnonzero(~empty & (extent > below) & (extent <= side))
        below = side
        step = max(1, _CELLS // (side * side))
        for start in range(0, len(rows), step):
            chunk = rows[start : start + step]
            _draw(result, corners[chunk], low[chunk], high[chunk], chunk, (side, size))
    return result


def _draw(
    into: Coverage, corners: Floats, low: Ints, high: Ints, names: Ints, sides: tuple[int, int]
) -> None:
    side, size = sides
    reach = np.arange(side)
    x, y = low[:, 0, None] + reach, low[:, 1, None] + reach
    px, py = x[:, None, :] + 0.5, y[:, :, None] + 0.5
    (ax, ay), (bx, by), (cx, cy) = (
        (corners[:, i, 0, None, None], corners[:, i, 1, None, None]) for i in range(3)
    )
    area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
    area = np.where(np.abs(area) < 1e-12, np.inf, area)
    wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) / area
    wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) / area
    inside = (wb >= -1e-9) & (wc >= -1e-9) & (wb + wc <= 1 + 1e-9) & np.isfinite(area)
    inside &= (x <= high[:, :1])[:, None, :] & (y <= high[:, 1:])[:, :, None]
    which, row, column = np.nonzero(inside)
    pixel = y[which, row] * size + x[which, column]
    wb, wc = wb[inside], wc[inside]
    share = np.stack([1 - wb - wc, wb, wc], 1)
    depth = (share * corners[which, :, 2]).sum(1)
    _keep_nearest(into, pixel, depth, share, names[which])


def _keep_nearest(
    into: Coverage, pixel: Ints, depth: Floats, share: Floats, face: NDArray[np.int64]
) -> None:
    np.minimum.at(into.depth, pixel, depth)
    best = depth <= into.depth[pixel]
    into.face[pixel[best]] = face[best]
    into.share[pixel[best]] = share[best]
