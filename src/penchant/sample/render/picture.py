"""From a scene to a photo: cover, shade, put on the studio's ground, expose, shrink."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from penchant.sample.render.camera import Camera
from penchant.sample.render.materials import Material
from penchant.sample.render.part import Floats, Ints, Part, Piece, unit
from penchant.sample.render.raster import rasterise
from penchant.sample.render.shade import Seen, shaded
from penchant.sample.render.shadow import cast_shadow, openness
from penchant.sample.render.sparkle import shine

if TYPE_CHECKING:
    from PIL import Image

PHOTO_SIZE: Final = 360
OVERSAMPLE: Final = 3


@dataclass(frozen=True, slots=True)
class Scene:
    """A piece, its camera, the ground (unit normal and height, shape (4,)), a paper tone 0..1."""

    piece: Piece
    camera: Camera
    ground: Floats
    paper: float = 0.5


@dataclass(frozen=True, slots=True)
class _Soup:
    points: Floats
    normals: Floats
    local: Floats
    faces: Ints
    owner: Ints


def _soup(piece: Piece) -> _Soup:
    starts = np.cumsum([0] + [len(p.points) for p in piece[:-1]])
    owner = np.repeat(np.arange(len(piece)), [len(p.faces) for p in piece])
    return _Soup(
        np.concatenate([p.points for p in piece]),
        np.concatenate([p.normals for p in piece]),
        np.concatenate([p.local for p in piece]),
        np.concatenate([p.faces + s for p, s in zip(piece, starts, strict=True)]),
        owner,
    )


def photograph(scene: Scene, *, size: int = PHOTO_SIZE) -> Image.Image:
    """Draw a scene.

    Args:
        scene: What to draw.
        size: Pixels along one side of the photo.

    Returns:
        An RGB image; equal scenes give equal pixels.
    """
    from PIL import Image

    large = size * OVERSAMPLE
    soup = _soup(scene.piece)
    projected = scene.camera.project(soup.points, size=large)
    coverage = rasterise(projected, soup.faces, size=large)
    pixels = np.flatnonzero(coverage.face >= 0)
    photo = _paper(scene, soup, large)
    scale = large / scene.camera.width
    light = openness(coverage.depth, pixels=pixels, size=large, pixels_per_unit=scale)
    face, share = coverage.face[pixels], coverage.share[pixels]
    photo[pixels] = _colours(scene, soup, face, share, light)
    exposed = _exposed(photo).reshape(size, OVERSAMPLE, size, OVERSAMPLE, 3).mean((1, 3))
    return Image.fromarray(np.rint(exposed * 255).clip(0, 255).astype(np.uint8), "RGB")


def _paper(scene: Scene, soup: _Soup, large: int) -> Floats:
    shadow = cast_shadow(
        soup.points, soup.faces, camera=scene.camera, ground=scene.ground, size=large
    )
    y, x = np.mgrid[0:large, 0:large] / large - 0.5
    tone = 0.93 + 0.05 * scene.paper - 0.07 * (x**2 + (y - 0.1) ** 2) - 0.03 * y
    lit = tone[..., None] * np.array([1.0, 0.998, 0.99 + 0.012 * scene.paper])
    cool = np.array([1.0, 0.985, 0.95])
    return np.asarray((lit * (1 - shadow[..., None] * cool)).reshape(-1, 3))


def _colours(scene: Scene, soup: _Soup, face: Ints, share: Floats, light: Floats) -> Floats:
    corners = soup.faces[face]
    places = (soup.points[corners] * share[..., None]).sum(1)
    normals = unit((soup.normals[corners] * share[..., None]).sum(1))
    local = (soup.local[corners] * share[..., None]).sum(1)
    way = unit(places - scene.camera.eye)
    normals = _towards_viewer(normals, soup.points[corners], way)
    colours = np.zeros((len(face), 3))
    plain: dict[Material, list[Ints]] = {}
    for each, mine in _by_part(scene.piece, soup.owner[face]):
        if each.setting is None or each.material.kind != "gem":
            plain.setdefault(each.material, []).append(mine)
            continue
        found = shine(
            places[mine], way[mine], normals[mine], setting=each.setting, material=each.material
        )
        colours[mine] = found * (0.5 + 0.5 * light[mine, None])
    for material, groups in plain.items():
        rows = np.concatenate(groups)
        colours[rows] = shaded(Seen(way[rows], normals[rows], local[rows], light[rows]), material)
    return colours


def _by_part(piece: Piece, owner: Ints) -> Iterator[tuple[Part, Ints]]:
    order = np.argsort(owner, kind="stable")
    cuts = np.searchsorted(owner[order], np.arange(len(piece) + 1))
    for number, each in enumerate(piece):
        if cuts[number] < cuts[number + 1]:
            yield each, order[cuts[number] : cuts[number + 1]]


def _towards_viewer(normals: Floats, corners: Floats, way: Floats) -> Floats:
    flat = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    side = np.where((flat * way).sum(1) > 0, -1.0, 1.0)[:, None]
    turned = normals * side
    # smoothed normals may lean away from the eye at the rim; bring them back to grazing
    away = np.maximum((turned * way).sum(1) + 0.02, 0)[:, None]
    return unit(turned - away * way)


def _exposed(light: Floats) -> Floats:
    knee = 0.86
    over = np.maximum(light - knee, 0)
    soft = np.minimum(light, knee) + (1 - knee) * (1 - np.exp(-over / (1 - knee) * 0.8))
    linear = np.clip(soft, 0, 1)
    return np.asarray(
        np.where(linear < 0.0031, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    )
