"""Light inside cut stones: each seen ray is followed through facets, reflected and coloured."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.sample.render.cuts import facets
from penchant.sample.render.materials import Material
from penchant.sample.render.part import Floats, Setting, unit
from penchant.sample.render.studio import light_from

_BOUNCES = 5


def fresnel(cosine: Floats, ratio: float) -> Floats:
    """Give the share of light a clear surface reflects (Schlick), `ratio` of refraction indices."""
    base = ((1 - ratio) / (1 + ratio)) ** 2
    return np.asarray(base + (1 - base) * (1 - np.clip(cosine, 0, 1)) ** 5)


def _refracted(way: Floats, normal: Floats, ratio: float) -> tuple[Floats, Floats]:
    cosine = -(way * normal).sum(1)
    inside = 1 - ratio**2 * (1 - cosine**2)
    bent = ratio * way + (ratio * cosine - np.sqrt(np.maximum(inside, 0)))[:, None] * normal
    return bent, inside


def shine(
    points: Floats, way: Floats, normals: Floats, *, setting: Setting, material: Material
) -> Floats:
    """Give the colour of a stone where rays meet it.

    Args:
        points: Shape (n, 3): where each ray meets the stone.
        way: Shape (n, 3): unit directions of sight.
        normals: Shape (n, 3): the facets met, outward.
        setting: The stone's own frame and cut.
        material: Its refraction and colour.

    Returns:
        Shape (n, 3): linear RGB.
    """
    cosine = np.clip(-(way * normals).sum(1), 0, 1)
    mirror = way + 2 * cosine[:, None] * normals
    reflected = fresnel(cosine, material.refraction)[:, None]
    inner = _inside(points, way, normals, setting=setting, material=material)
    return np.asarray(light_from(mirror) * reflected * 1.1 + inner * (1 - reflected))


def _inside(
    points: Floats, way: Floats, normals: Floats, *, setting: Setting, material: Material
) -> Floats:
    _, planes, reach = facets(setting.cut)
    frame, index = setting.rotation, material.refraction
    place = (points - setting.offset) @ frame / setting.scale
    ray, _ = _refracted(way @ frame, normals @ frame, 1 / index)
    left, light = np.ones((len(points), 3)), np.zeros((len(points), 3))
    for _ in range(_BOUNCES):
        length, hit = _next_facet(place, ray, planes, reach)
        place = place + ray * length[:, None]
        left = left * np.power(np.array(material.colour), length[:, None])
        outward = planes[hit]
        cosine = (ray * outward).sum(1)
        _, escape = _refracted(ray, -outward, index)
        passes = np.where(escape > 0, 1 - fresnel(cosine, index), 0.0)
        out = np.flatnonzero(passes > 0.02)
        seen = _leaving(ray[out], outward[out], index=index, frame=frame)
        light[out] += left[out] * passes[out, None] * seen
        left = left * (1 - passes)[:, None]
        ray = ray - 2 * cosine[:, None] * outward
    return np.asarray(light + left * 0.22)


def _next_facet(
    place: Floats, ray: Floats, planes: Floats, reach: Floats
) -> tuple[Floats, NDArray[np.intp]]:
    # single precision halves the time of the largest step and moves no facet by a pixel
    narrow = planes.T.astype(np.float32)
    slope = ray.astype(np.float32) @ narrow
    gap = np.maximum(reach.astype(np.float32) - place.astype(np.float32) @ narrow, 1e-6)
    distance = np.where(slope > 1e-5, gap / np.maximum(slope, np.float32(1e-5)), np.float32(9.0))
    hit = distance.argmin(1)
    length = distance[np.arange(len(hit)), hit].astype(np.float64)
    return np.minimum(length, 4.0), hit


def _leaving(ray: Floats, outward: Floats, *, index: float, frame: Floats) -> Floats:
    light = np.empty((len(ray), 3))
    spread = 0.02 * (index - 1.45)
    for channel in range(3):
        # blue bends more than red: the fire of a diamond
        bent, _ = _refracted(ray, -outward, index * (1 + (channel - 1) * spread))
        light[:, channel] = light_from(unit(bent) @ frame.T)[:, channel]
    # through the back a stone sees its dim mount, not the studio
    behind = np.where(outward[:, 2] < -0.1, 0.55, 1.35)[:, None]
    return np.asarray(light**1.6 * behind)
