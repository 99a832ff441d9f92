"""The rasteriser agrees with a loop over every pixel and triangle."""

from __future__ import annotations

import numpy as np

from penchant.sample.render.raster import rasterise


def _slow(points: np.ndarray, faces: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    face = np.full(size * size, -1)
    depth = np.full(size * size, np.inf)
    for pixel in range(size * size):
        place = np.array([pixel % size + 0.5, pixel // size + 0.5])
        for number, corners in enumerate(points[faces]):
            sides = np.stack([corners[1, :2] - corners[0, :2], corners[2, :2] - corners[0, :2]], 1)
            share = np.linalg.solve(sides, place - corners[0, :2])
            weights = np.array([1 - share.sum(), *share])
            if (weights >= -1e-9).all() and weights @ corners[:, 2] < depth[pixel]:
                depth[pixel] = weights @ corners[:, 2]
                face[pixel] = number
    return face, depth


def test_every_pixel_shows_the_nearest_triangle() -> None:
    """Random triangles of all sizes, partly outside, give the faces and depths of the slow twin."""
    rng = np.random.default_rng(0)
    size = 24
    centre = rng.uniform(-3, 27, size=(40, 1, 2))
    spread = rng.choice([1.0, 4.0, 15.0], size=(40, 1, 1))
    flat = centre + rng.uniform(-1, 1, size=(40, 3, 2)) * spread
    points = np.concatenate([flat, rng.uniform(1, 9, size=(40, 3, 1))], 2).reshape(-1, 3)
    faces = np.arange(120).reshape(-1, 3)
    found = rasterise(points, faces, size=size)
    face, depth = _slow(points, faces, size)
    assert (face >= 0).sum() > 100
    assert np.array_equal(found.face, face)
    seen = face >= 0
    assert np.allclose(found.depth[seen], depth[seen])
    assert np.allclose(found.share[seen].sum(1), 1)


def test_triangles_without_area_are_not_drawn() -> None:
    """Lines and points leave no pixel."""
    points = np.array([[1.0, 1, 1], [9, 9, 1], [5, 5, 1]])
    assert (rasterise(points, np.array([[0, 1, 2], [0, 0, 0]]), size=10).face == -1).all()
