"""How surfaces look: metal, pearl, lacquer, leather and dials, from normals and the studio."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from penchant.sample.render.materials import Material
from penchant.sample.render.part import Floats, unit
from penchant.sample.render.sparkle import fresnel
from penchant.sample.render.studio import light_from


@dataclass(frozen=True, slots=True)
class Seen:
    """Pixels of one material: sight directions, normals, texture places (n, 3), openness (n,)."""

    way: Floats
    normals: Floats
    local: Floats
    open: Floats


def shaded(seen: Seen, material: Material) -> Floats:
    """Give the colour of pixels of one material, shape (n, 3), linear RGB."""
    return _SHADERS[material.kind](_embossed(seen, material), material)


def _embossed(seen: Seen, material: Material) -> Seen:
    relief = _RELIEFS.get(material.bump)
    if relief is None:
        return seen
    return Seen(seen.way, unit(seen.normals + relief(seen.local)), seen.local, seen.open)


def _noise(values: Floats) -> Floats:
    # the classic sine hash: cheap, repeatable, good enough for scratches and grain
    return np.asarray((np.sin(values * 12.9898) * 43758.5453) % 1.0 - 0.5)


def _brushed(local: Floats) -> Floats:
    lines = _noise(np.floor(local[:, 1] * 260)) + 0.6 * _noise(np.floor(local[:, 1] * 610))
    return np.stack([lines * 0.05, lines * 0.22, np.zeros_like(lines)], 1)


def _hammered(local: Floats) -> Floats:
    x, y, z = (local * 17).T
    u = np.sin(x + 1.7 * np.sin(y * 0.9 + z)) * np.cos(z * 1.1)
    v = np.sin(y * 1.1 + 1.3 * np.sin(z + x * 0.8))
    w = np.sin(z * 1.2 + 1.5 * np.sin(x * 1.1))
    return np.stack([u, v, w], 1) * 0.2


def _grain(local: Floats) -> Floats:
    x, y, z = (local * 46).T
    u = np.sin(x + 2 * np.sin(y * 0.7)) + 0.7 * np.sin(2.3 * y + 1.9 * x)
    v = np.sin(y * 1.2 + 2 * np.sin(x * 0.8 + z)) + 0.7 * np.sin(2.7 * x - y)
    return np.stack([u, v, np.zeros_like(u)], 1) * 0.1


def _woven(local: Floats) -> Floats:
    x, y = local[:, 0] * 62, local[:, 1] * 62
    u, v = np.sin(x + np.pi * np.floor(y / np.pi)), np.cos(y)
    return np.stack([u * 0.55, v * 0.45, np.zeros_like(u)], 1)


_RELIEFS = {"brushed": _brushed, "hammered": _hammered, "grain": _grain, "woven": _woven}


def _mirror(seen: Seen) -> tuple[Floats, Floats]:
    cosine = np.clip(-(seen.way * seen.normals).sum(1), 0, 1)
    return unit(seen.way + 2 * cosine[:, None] * seen.normals), cosine


def _metal(seen: Seen, material: Material) -> Floats:
    mirror, cosine = _mirror(seen)
    tint = np.array(material.colour)
    grazing = ((1 - cosine) ** 5)[:, None] * 0.6
    reflectance = tint * (1 - grazing) + grazing * max(0.6, tint.mean())
    light = light_from(mirror, rough=material.rough) * 0.82 + light_from(mirror, rough=0.4) * 0.1
    # what a hollow reflects is metal again: darker and richer in its own colour
    hollow = (1 - seen.open)[:, None]
    inner = light * (1 - hollow) + light.mean(1, keepdims=True) * tint**2 * 0.42 * hollow
    dulled = 1 - material.patina * np.clip(hollow * 1.9 - 0.15, 0, 1)
    return np.asarray(inner * reflectance * dulled)


def _coated(seen: Seen, material: Material, strength: float, around: float) -> Floats:
    mirror, cosine = _mirror(seen)
    base = np.array(material.colour) * light_from(seen.normals, rough=0.8) * around
    gloss = light_from(mirror, rough=material.rough) * fresnel(cosine, 1.5)[:, None] * strength
    return np.asarray((base + gloss) * (0.25 + 0.75 * seen.open[:, None]))


def _gloss(seen: Seen, material: Material) -> Floats:
    return _coated(seen, material, 1.1, 0.95)


def _matte(seen: Seen, material: Material) -> Floats:
    return _coated(seen, material, 0.55, 0.95)


def _leather(seen: Seen, material: Material) -> Floats:
    return _coated(seen, material, 0.7, 1.0)


def _pearl(seen: Seen, material: Material) -> Floats:
    mirror, cosine = _mirror(seen)
    tint = np.array(material.colour)
    lit = np.clip(seen.normals @ unit(np.array([-0.35, 0.75, 0.55])) * 0.5 + 0.5, 0, 1)[:, None]
    bounce = np.clip(-seen.normals[:, 1:2], 0, 1) ** 2 * 0.2
    body = 0.27 + 0.7 * lit**1.5 + bounce
    edge = (1 - cosine)[:, None]
    rose, green = np.array([1.04, 0.95, 0.96]), np.array([0.93, 1.02, 1.0])
    orient = rose * (1 - edge) + green * edge
    glint = light_from(mirror, rough=material.rough * 0.6)
    sheen = np.maximum(glint - 0.45, 0) * (0.16 + 0.3 * edge**3)
    colour = tint * body * orient * (1 - 0.36 * edge**2.5) + sheen
    return np.asarray(colour * (0.4 + 0.6 * seen.open[:, None]))


def _dial(seen: Seen, material: Material) -> Floats:
    colour = np.array(material.colour) * np.ones((len(seen.local), 1))
    if material.bump == "sunray":
        angle = np.arctan2(seen.local[:, 1], seen.local[:, 0])
        rays = 0.75 + 0.9 * np.abs(np.cos(angle - 0.9)) ** 5 + 0.1 * _noise(np.floor(angle * 190))
        colour = colour * rays[:, None]
    shadow = 0.35 + 0.65 * seen.open[:, None]
    return np.asarray(colour * shadow * 1.02 + 0.02)


_SHADERS = {
    "metal": _metal,
    "pearl": _pearl,
    "gloss": _gloss,
    "matte": _matte,
    "leather": _leather,
    "dial": _dial,
}
