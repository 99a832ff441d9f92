"""Light behaves: mirrors, stones, metals and shadows look as their physics says."""

from __future__ import annotations

import numpy as np
import pytest

from penchant.sample.render.camera import camera
from penchant.sample.render.cuts import stone
from penchant.sample.render.materials import METALS, STONES, finished
from penchant.sample.render.part import moved, unit
from penchant.sample.render.picture import Scene, photograph
from penchant.sample.render.shade import Seen, shaded
from penchant.sample.render.shapes import ball
from penchant.sample.render.sparkle import fresnel, shine
from penchant.sample.render.studio import blurred, light_from


def _directions(n: int = 4000) -> np.ndarray:
    return unit(np.random.default_rng(0).normal(size=(n, 3)))


def test_the_studio_has_bright_boxes_and_dark_cards() -> None:
    """Sharp light has strong contrast; rough light keeps the mean and loses the contrast."""
    sharp = light_from(_directions())
    rough = light_from(_directions(), rough=0.8)
    assert sharp.min() < 0.15
    assert sharp.max() > 1.4
    assert rough.std() < 0.7 * sharp.std()
    assert rough.mean() == pytest.approx(sharp.mean(), rel=0.2)


def test_blur_equals_three_plain_box_means() -> None:
    """The running-sum blur agrees with averaging windows one by one."""
    image = np.random.default_rng(1).random((9, 11))
    slow = image
    for _ in range(3):
        padded = np.pad(slow, ((0, 0), (2, 2)), mode="edge")
        slow = np.stack([padded[:, i : i + 5].mean(1) for i in range(11)], 1)
        padded = np.pad(slow, ((2, 2), (0, 0)), mode="edge")
        slow = np.stack([padded[i : i + 5].mean(0) for i in range(9)])
    assert np.allclose(blurred(image, 2), slow)


def test_fresnel_is_whole_at_grazing_and_small_head_on() -> None:
    """Glass reflects 4 % head on and everything at the rim."""
    found = fresnel(np.array([1.0, 0.0]), 1.5)
    assert np.allclose(found, [0.04, 1.0])


def _metal_mean(name: str) -> np.ndarray:
    normals = _directions(2000)
    normals = normals[normals[:, 2] > 0.1]
    way = np.broadcast_to(np.array([0, 0, -1.0]), normals.shape)
    return shaded(Seen(way, normals, normals, np.ones(len(normals))), METALS[name]).mean(0)


def test_metals_have_their_colours() -> None:
    """Gold is yellow, rose gold pinker, silver neutral and brighter than platinum."""
    gold, rose, silver, platinum = (
        _metal_mean(name) for name in ("gold", "rose gold", "silver", "platinum")
    )
    assert gold[0] > gold[1] * 1.2 > gold[2] * 1.8
    assert rose[2] / rose[0] > gold[2] / gold[0] + 0.1
    assert np.ptp(silver) < 0.05 * silver.mean()
    assert silver.mean() > 1.15 * platinum.mean()


def test_patina_darkens_hollows_only() -> None:
    """Old silver is as bright as new in the open, and darker where light is blocked."""
    normals = unit(np.tile([0.2, 0.5, 0.8], (2, 1)))
    way = np.tile([0.0, 0, -1], (2, 1))
    seen = Seen(way, normals, normals, np.array([1.0, 0.3]))
    new, old = shaded(seen, METALS["silver"]), shaded(seen, finished(METALS["silver"], patina=0.8))
    assert np.allclose(new[0], old[0])
    assert (old[1] < 0.6 * new[1]).all()


@pytest.mark.parametrize(("name", "channel"), [("ruby", 0), ("emerald", 1), ("sapphire", 2)])
def test_stones_have_their_colours(name: str, channel: int) -> None:
    """Light that crossed a stone is strongest in the stone's own colour."""
    gem = stone("round", 1.0, STONES[name])
    assert gem.setting is not None
    rng = np.random.default_rng(2)
    flat = rng.uniform(-0.5, 0.5, size=(800, 2))
    points = np.concatenate([flat, np.full((800, 1), 0.33)], 1)
    way = unit(np.tile([0.1, -0.2, -1.0], (800, 1)))
    normals = np.tile([0.0, 0, 1], (800, 1))
    colour = shine(points, way, normals, setting=gem.setting, material=gem.material)
    mean = colour.mean(0)
    assert mean.argmax() == channel
    assert mean[channel] > 1.5 * np.delete(mean, channel).max()
    assert colour.std() > 0.05


def test_a_turned_stone_seen_from_its_side_is_the_same() -> None:
    """Rays are followed in the stone's frame: shifting and growing everything changes nothing."""
    gem = stone("oval", 1.0, STONES["diamond"])
    assert gem.setting is not None
    points = np.array([[0.1, 0.2, 0.24], [-0.2, 0.1, 0.24]])
    way = unit(np.array([[0.1, 0.0, -1.0], [0.0, 0.2, -1.0]]))
    normals = np.array([[0.0, 0, 1], [0, 0, 1]])
    first = shine(points, way, normals, setting=gem.setting, material=gem.material)
    (grown,) = moved([gem], (5, -2, 1), scale=3)
    assert grown.setting is not None
    second = shine(
        points * 3 + [5, -2, 1], way, normals, setting=grown.setting, material=gem.material
    )
    assert np.allclose(first, second, atol=1e-3)


def test_a_photo_shows_the_piece_on_light_paper_with_a_shadow() -> None:
    """The middle is the ball, corners are near white, and the ground under the ball is darker."""
    scene = Scene(
        (ball(1.0, METALS["gold"], n=48),),
        camera(np.zeros(3), width=4, yaw=0, pitch=20),
        np.array([0.0, 1.0, 0.0, -1.0]),
    )
    pixels = np.asarray(photograph(scene, size=90)).astype(int)
    assert pixels.shape == (90, 90, 3)
    assert pixels[:6, :6].min() > 235
    middle = pixels[35:55, 35:55].reshape(-1, 3).mean(0)
    assert middle[0] > middle[2] + 40
    assert pixels[68:74, 40:50].mean() < pixels[:6].mean() - 12


def test_equal_scenes_give_equal_pixels() -> None:
    """Nothing random is in a photo."""
    scene = Scene(
        (ball(1.0, METALS["silver"]),),
        camera(np.zeros(3), width=3, yaw=5, pitch=9),
        np.array([0, 1.0, 0, -1]),
    )
    assert photograph(scene, size=30).tobytes() == photograph(scene, size=30).tobytes()
