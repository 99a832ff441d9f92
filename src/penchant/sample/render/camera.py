"""The camera: where points of the scene land on the photo, and the way each pixel looks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penchant.sample.render.part import Floats, unit


@dataclass(frozen=True, slots=True)
class Camera:
    """A long lens at `eye`, looking at `target`; `width` is the scene's width at the target."""

    eye: Floats
    target: Floats
    width: float

    def axes(self) -> Floats:
        """Give right, up and backward as rows, shape (3, 3)."""
        back = unit(self.eye - self.target)
        right = unit(np.cross(np.array([0.0, 1.0, 1e-6]), back))
        return np.stack([right, np.cross(back, right), back])

    def project(self, points: Floats, *, size: int) -> Floats:
        """Give x and y in pixels and depth for points (n, 3) on a square photo."""
        seen = (points - self.eye) @ self.axes().T
        reach = float(np.linalg.norm(self.eye - self.target))
        depth = -seen[:, 2]
        zoom = size / self.width * reach / np.maximum(depth, 1e-6)
        return np.stack([size / 2 + seen[:, 0] * zoom, size / 2 - seen[:, 1] * zoom, depth], 1)


def camera(target: Floats, *, width: float, yaw: float, pitch: float) -> Camera:
    """Place a camera about a target.

    Args:
        target: Shape (3,): the middle of the photo.
        width: Width of the scene in the photo.
        yaw: Degrees to the right of straight in front (+z).
        pitch: Degrees above the horizon.
    """
    a, b = np.deg2rad(yaw), np.deg2rad(pitch)
    way = np.array([np.sin(a) * np.cos(b), np.sin(b), np.cos(a) * np.cos(b)])
    return Camera(target + way * width * 4.5, target, width)
