"""How each kind of piece stands or lies for its photo: the scenes."""

from __future__ import annotations

import numpy as np

from penchant.sample.render.camera import camera
from penchant.sample.render.part import Piece, bounds, moved, turn
from penchant.sample.render.picture import Scene


def standing(
    piece: Piece,
    *,
    yaw: float,
    lean: float,
    pitch: float,
    fill: float = 1.3,
) -> Scene:
    """Stand a piece on the studio floor.

    Args:
        piece: Facing +z.
        yaw: Degrees it turns to the right.
        lean: Degrees its top leans towards the camera.
        pitch: Degrees the camera looks down.
        fill: Width of the photo against the piece's longest side.
    """
    placed = moved(piece, rotation=turn("y", yaw) @ turn("x", lean))
    low, high = bounds(placed)
    middle = (low + high) / 2
    view = camera(middle, width=1.0, yaw=0, pitch=pitch)
    seen = np.concatenate([p.points for p in placed]) @ view.axes().T
    extent = float((seen.max(0) - seen.min(0))[:2].max())
    centre = (seen.max(0) + seen.min(0))[:2] / 2
    middle = centre @ view.axes()[:2] + (middle @ view.axes()[2]) * view.axes()[2]
    lens = camera(middle, width=extent * fill, yaw=0, pitch=pitch)
    return Scene(placed, lens, np.array([0.0, 1.0, 0.0, low[1]]))


def lying(piece: Piece, *, fill: float = 1.3, lift: float = 0.0) -> Scene:
    """Lay a piece on paper seen from above, its face to the camera.

    Args:
        piece: Facing +z.
        fill: Width of the photo against the piece's longest side.
        lift: How far it floats above the paper, as when hung.
    """
    low, high = bounds(piece)
    extent = float((high - low)[:2].max())
    lens = camera((low + high) / 2, width=extent * fill, yaw=0, pitch=4)
    return Scene(piece, lens, np.array([0.0, 0.0, 1.0, low[2] - lift]))
