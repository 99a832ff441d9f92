"""Light inside cut stones: every seen ray is followed through the facets, reflected and coloured."""

from __future__ import annotations

import numpy as np

from penchant.sample.render.cuts import facets
from penchant.sample.render.materials import Material
from penchant.sample.render.part import Floats, Setting
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
    inner = np.stack(
        [_inside(points, way, normals, setting, material, channel=channel) for channel in range(3)],
        1,
    )
    return np.asarray(light_from(mirror) * reflected * 1.1 + inner * (1 - reflected))


def _inside(
    points: Floats,
    way: Floats,
    normals: Floats,
    setting: Setting,
    material: Material,
    *,
    channel: int,
) -> Floats:
    _, planes, reach = facets(setting.cut)
    # blue bends more than red: the fire of a diamond
    index = material.refraction * (1 + (channel - 1) * 0.02 * (material.refraction - 1.45))
    turned = setting.rotation
    place = (points - setting.offset) @ turned / setting.scale
    ray, _ = _refracted(way @ turned, normals @ turned, 1 / index)
    left = np.ones(len(points))
    light = np.zeros(len(points))
    for _ in range(_BOUNCES):
        slope = ray @ planes.T
        gap = np.maximum(reach - place @ planes.T, 0) + 1e-6
        distance = np.where(slope > 1e-6, gap / np.maximum(slope, 1e-6), np.inf)
        hit = distance.argmin(1)
        length = np.minimum(distance[np.arange(len(hit)), hit], 4.0)
        place = place + ray * length[:, None]
        left = left * material.colour[channel] ** length
        outward = planes[hit]
        leaving, escape = _refracted(ray, -outward, index)
        passes = np.where(escape > 0, 1 - fresnel((ray * outward).sum(1), index), 0.0)
        light += left * passes * _arriving(leaving @ turned.T, outward, channel)
        left = left * (1 - passes)
        ray = ray - 2 * (ray * outward).sum(1)[:, None] * outward
    return np.asarray(light + left * 0.25)


def _arriving(ways: Floats, outward: Floats, channel: int) -> Floats:
    light = light_from(ways)[:, channel]
    # through the back a stone sees its dim mount, not the studio
    behind = np.where(outward[:, 2] < -0.1, 0.45, 1.15)
    return np.asarray((light**1.5) * behind)
