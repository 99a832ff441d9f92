"""Shapes, curves and cuts have the forms their names promise."""

from __future__ import annotations

import numpy as np
import pytest

from penchant.sample.render import shapes
from penchant.sample.render.chains import CHAINS, chain
from penchant.sample.render.curves import circle, even_steps, facing, frames, path_length, spline
from penchant.sample.render.cuts import CUTS, facets, outline, stone
from penchant.sample.render.materials import METALS, STONES
from penchant.sample.render.part import Part, bounds, copies, merged, moved, turn, unit

SILVER = METALS["silver"]


def _flat_normals(part: Part) -> np.ndarray:
    a, b, c = (part.points[part.faces[:, i]] for i in range(3))
    return np.cross(b - a, c - a)


def test_a_ball_has_its_radius_and_outward_normals() -> None:
    """Every point lies on the sphere and its normal points away from the middle."""
    ball = shapes.ball(2.0, SILVER)
    assert np.allclose(np.linalg.norm(ball.points, axis=1), 2)
    assert np.allclose(ball.normals, ball.points / 2, atol=1e-9)


def test_a_closed_sweep_of_a_circle_is_a_ring() -> None:
    """Points keep the wire's radius from the circle; normals point away from the wire."""
    ring = shapes.tube(circle(3.0, 200), 0.5, SILVER, closed=True, n=24)
    around = np.linalg.norm(ring.points[:, :2], axis=1)
    from_wire = np.hypot(around - 3, ring.points[:, 2])
    assert np.allclose(from_wire, 0.5, atol=0.02)
    middle = unit(ring.points * [1, 1, 0]) * 3
    assert (np.abs((ring.normals * (ring.points - middle)).sum(1)) > 0.45).all()


@pytest.mark.parametrize("cut", CUTS)
def test_facet_planes_enclose_the_stone(cut: str) -> None:
    """No corner lies outside a facet plane, and every plane touches the stone."""
    triangles, planes, reach = facets(cut)
    beyond = triangles.reshape(-1, 3) @ planes.T - reach
    assert beyond.max() <= 1e-9
    assert np.allclose(beyond.max(0), 0)
    assert np.allclose(np.linalg.norm(planes, axis=1), 1)
    assert (reach > 0).all()


@pytest.mark.parametrize("cut", CUTS)
def test_stones_look_up_and_keep_their_size(cut: str) -> None:
    """A stone's girdle fills its outline; its table is level and on top."""
    cut_stone = stone(cut, 0.5, STONES["diamond"])
    low, high = bounds([cut_stone])
    assert high[:2].max() == pytest.approx(np.abs(outline(cut)).max() * 0.5, rel=0.05)
    assert high[2] > 0 > low[2]
    top = cut_stone.points[:, 2] > high[2] - 1e-9
    assert cut_stone.normals[top][:, 2].max() > 0.99
    assert ((_flat_normals(cut_stone) * cut_stone.normals[cut_stone.faces[:, 0]]).sum(1) > 0).all()


def test_moving_turns_then_shifts() -> None:
    """A point on the x axis, doubled, turned a quarter and shifted, lands where it should."""
    dot = Part(
        np.array([[1.0, 0, 0]]),
        np.array([[1.0, 0, 0]]),
        np.zeros((0, 3), int),
        SILVER,
        np.zeros((1, 3)),
    )
    (found,) = moved([dot], (0, 0, 5), rotation=turn("z", 90), scale=2)
    assert np.allclose(found.points, [[0, 2, 5]])
    assert np.allclose(found.normals, [[0, 1, 0]])


def test_copies_equal_moving_one_by_one() -> None:
    """Instancing gives the points of the slow way: move each and merge."""
    rng = np.random.default_rng(1)
    link = shapes.box([1, 2, 0.5], SILVER)
    turns = np.stack([turn("x", a) @ turn("z", 2 * a) for a in rng.uniform(0, 360, 5)])
    places, sizes = rng.normal(size=(5, 3)), rng.uniform(0.5, 2, 5)
    fast = copies(link, turns, places, sizes)
    slow = merged(
        [
            moved([link], p, rotation=t, scale=float(s))[0]
            for t, p, s in zip(turns, places, sizes, strict=True)
        ]
    )
    assert np.allclose(fast.points, slow.points)
    assert np.allclose(fast.normals, slow.normals)
    assert np.array_equal(fast.faces, slow.faces)


def test_even_steps_are_even() -> None:
    """Steps along a crooked path have one length, and directions have length one."""
    path = spline(np.array([[0, 0, 0], [1, 2, 0], [4, 2, 1], [5, 0, 0]], dtype=float), 400)
    points, along = even_steps(path, 30)
    gaps = np.linalg.norm(np.diff(points, axis=0), axis=1)
    assert np.allclose(gaps, path_length(path) / 29, rtol=0.01)
    assert np.allclose(np.linalg.norm(along, axis=1), 1)


def test_frames_and_facing_are_rotations() -> None:
    """Both give right-handed frames with the asked axes."""
    along = unit(np.array([[1.0, 0.2, 0], [0, 1, 0.3]]))
    for matrix in (
        *frames(along, np.array([[0, 0, 1.0]] * 2), roll_degrees=30),
        facing(unit(np.array([1.0, 2, 3]))),
    ):
        assert np.allclose(matrix @ matrix.T, np.eye(3))
        assert np.linalg.det(matrix) == pytest.approx(1)
    assert np.allclose(facing(np.array([0.0, 1, 0])) @ [0, 0, 1], [0, 1, 0])


@pytest.mark.parametrize("kind", CHAINS)
def test_chains_keep_to_their_path(kind: str) -> None:
    """No link strays from the path by more than a link's width, and the whole path is covered."""
    links = chain(kind, circle(2.0, 200), 0.2, SILVER, closed=True)
    points = np.concatenate([each.points for each in links])
    away = np.hypot(np.linalg.norm(points[:, :2], axis=1) - 2, points[:, 2])
    assert away.max() < 0.2
    angles = np.sort(np.arctan2(points[:, 1], points[:, 0]))
    assert np.diff(angles).max() < 0.2
