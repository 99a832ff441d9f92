"""Darkness: hollows that see little light, and the soft shadow a piece casts on the ground."""

from __future__ import annotations

import numpy as np

from penchant.sample.render.camera import Camera
from penchant.sample.render.part import Floats, Ints
from penchant.sample.render.raster import rasterise
from penchant.sample.render.studio import blurred

_SPOKES = 10


def openness(depth: Floats, *, pixels: Ints, size: int, pixels_per_unit: float) -> Floats:
    """Estimate how open to light each seen pixel is, from the depths around it.

    Args:
        depth: Shape (size * size,), infinite where nothing is seen.
        pixels: Shape (n,): the pixels to judge.
        size: Pixels along one side.
        pixels_per_unit: Scale of the photo.

    Returns:
        Shape (n,), in [0, 1]: 1 is fully open.
    """
    row, column = pixels // size, pixels % size
    here = depth[pixels]
    blocked = np.zeros(len(pixels))
    image = depth.reshape(size, size)
    for reach in (0.06, 0.16):
        radius = max(2.0, reach * pixels_per_unit)
        world = radius / pixels_per_unit
        for angle in (np.arange(_SPOKES) + reach * 3) * 2 * np.pi / _SPOKES:
            r = np.clip(row + round(float(radius * np.sin(angle))), 0, size - 1)
            c = np.clip(column + round(float(radius * np.cos(angle))), 0, size - 1)
            rise = (here - image[r, c]) / world
            near = np.clip(1.6 - np.abs(rise) / 3.0, 0, 1)
            blocked += np.clip(rise - 0.25, 0, 1.3) * np.where(rise > 0, near, 0)
    return np.asarray(np.clip(1 - 1.15 * blocked / (2 * _SPOKES), 0, 1))


def cast_shadow(
    points: Floats, faces: Ints, *, camera: Camera, ground: Floats, size: int
) -> Floats:
    """Draw the soft shadow on the ground as seen by the camera.

    Args:
        points: Shape (n, 3).
        faces: Shape (m, 3).
        camera: The camera of the photo.
        ground: Shape (4,): unit normal of the ground plane and its height along it.
        size: Pixels along one side.

    Returns:
        Shape (size, size): 0 lit, 1 black.
    """
    small = size // 3
    normal, height = ground[:3], ground[3]
    above = points @ normal - height
    pixels = small / camera.width
    dark = np.zeros((small, small))
    lean = np.array([0.16, -0.1, 0.0]) if normal[2] > 0.5 else np.array([0.16, 0.0, -0.08])
    layers = ((0.0, 0.16, 0.07, 0.36), (0.0, 0.7, 0.2, 0.26), (0.0, 99.0, 0.5, 0.24))
    for low, high, spread, strength in layers:
        mean = above[faces].mean(1)
        chosen = faces[(mean >= low - 0.05) & (mean < high)]
        if len(chosen) == 0:
            continue
        flat = (
            points
            - above[:, None] * normal
            + above[:, None].clip(0) * (lean - lean @ normal * normal)
        )
        cover = rasterise(camera.project(flat, size=small), chosen, size=small).face >= 0
        dark += (
            blurred(cover.reshape(small, small).astype(np.float64), spread * pixels * 0.55)
            * strength
        )
    return np.asarray(np.repeat(np.repeat(dark, 3, 0), 3, 1)).clip(0, 0.75)
