"""Rings of every style: a shank about the z axis with its head on top."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

import numpy as np

from penchant.sample.render.chains import chain
from penchant.sample.render.curves import circle, even_steps, facing, frames
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import METALS, STONES, Material, finished
from penchant.sample.render.motifs import motif
from penchant.sample.render.motifs.floral import leaf
from penchant.sample.render.motifs.urban import brushed
from penchant.sample.render.motifs.vintage import aged
from penchant.sample.render.mounts import beads, bezelled, clawed, pave, pearl_on, seen_stone
from penchant.sample.render.part import Floats, Part, Piece, bounds, copies, moved, turn
from penchant.sample.render.shapes import ball, polygon, rounded, sweep

INNER: Final = 0.92
_N: Final = 180


def shank(
    width: float, thickness: float, metal: Material, *, square: float = 2.4, swell: float = 0.0
) -> Part:
    """Make a band; `swell` widens and thickens it towards the top, as a share."""
    path = circle(INNER + thickness / 2, _N)
    height = (1 + path[:, 1] / (INNER + thickness / 2)) / 2
    grown = 1 + swell * height**2
    profile = rounded(thickness, width, square=square, n=24)
    rings = profile[None] * np.stack([1 + (grown - 1) * 0.55, grown], 1)[:, None, :]
    lifted = path * (1 + (np.stack([grown] * 3, 1) - 1) * 0.55 * thickness / 2 / INNER)
    return sweep(lifted, rings, metal, closed=True)


def on_top(head: Piece, size: float, *, lift: float = 0.0) -> Piece:
    """Set a centrepiece on the top of a band so that its back touches it."""
    low, _ = bounds(head)
    up = INNER + 0.12 + lift - max(low[2], -0.45) * size
    return moved(head, (0.0, up, 0.0), rotation=turn("x", -90), scale=size)


def ring_places(n: int, radius: float, *, degrees: tuple[float, float] = (0, 360)) -> Floats:
    """Give n places round the finger, counted from the top, shape (n, 3)."""
    whole = degrees[1] - degrees[0] >= 360
    a = np.deg2rad(np.linspace(*degrees, n, endpoint=not whole))
    return np.stack([np.sin(a) * radius, np.cos(a) * radius, np.zeros(n)], 1)


def _outward(places: Floats) -> Floats:
    return np.asarray(places / np.linalg.norm(places, axis=1, keepdims=True))


def _thin(kit: Kit) -> Part:
    return shank(0.11 + 0.05 * kit.rng().random(), 0.11, kit.metal)


def thin_with_head(kit: Kit) -> Piece:
    """Make a thin band with one small stone."""
    head = motif("minimalist", Kit(kit.metal, kit.stone, kit.cut, variant=(0, 4)[kit.seed % 2]))
    return (_thin(kit), *on_top(head, 0.34, lift=0.05))


def thin_with_sign(kit: Kit) -> Piece:
    """Make a thin band that carries a bar, a circle or a ball."""
    head = motif("minimalist", Kit(kit.metal, kit.stone, kit.cut, variant=(3, 7, 1)[kit.seed % 3]))
    return (_thin(kit), *on_top(head, 0.4, lift=0.0))


def plain_band(kit: Kit) -> Piece:
    """Make a plain domed band."""
    return (shank(0.24 + 0.25 * kit.rng().random(), 0.13, kit.metal),)


def chevron(kit: Kit) -> Piece:
    """Make a thin band drawn to a point at the top."""
    path = circle(INNER + 0.05, _N)
    dip = np.exp(-((path[:, 0] / 0.34) ** 2)) * (path[:, 1] > 0)
    path = path + np.stack([0 * dip, 0 * dip, 0.34 * dip * (1 - np.abs(path[:, 0]) * 0.7)], 1)
    return (sweep(path, rounded(0.11, 0.12, n=16), kit.metal, closed=True),)


def stack(kit: Kit) -> Piece:
    """Make three thin bands worn together."""
    parts: list[Part] = []
    for i, z in enumerate((-0.2, 0.0, 0.2)):
        parts += moved(
            [shank(0.1, 0.1, kit.metal)], (0.015 * i, 0, z), rotation=turn("y", 3.0 * (i - 1))
        )
    return (*parts, *moved(on_top(bezelled("round", 0.14, kit.stone, kit.metal), 1.0), (0, 0, 0.0)))


def open_ends(kit: Kit) -> Piece:
    """Make a band that stops short, with a ball on each end."""
    a = np.linspace(np.deg2rad(112), np.deg2rad(428), 150)
    path = np.stack([np.cos(a), np.sin(a), 0 * a], 1) * (INNER + 0.05)
    wire = sweep(path, rounded(0.11, 0.13, n=14), kit.metal)
    ends = [moved([ball(0.13, kit.metal, n=28)], p)[0] for p in (path[0], path[-1])]
    return (wire, *ends)


def filigree_head(kit: Kit) -> Piece:
    """Make a filigree head on a beaded, swelling band."""
    metal = aged(kit.metal)
    band = shank(0.24, 0.12, metal, swell=0.9, square=4.0)
    shoulders: list[Part] = []
    for side in (1, -1):
        edge = ring_places(26, INNER + 0.15, degrees=(12, 75)) * np.array([side, 1, 1])
        spread = 0.14 + 0.08 * np.linspace(1, 0, 26) ** 2
        for across in (1, -1):
            places = edge + np.stack([0 * spread, 0 * spread, across * spread], 1)
            shoulders.append(beads(places, 0.026, metal))
        gems = ring_places(4, INNER + 0.17, degrees=(38, 66)) * np.array([side, 1, 1])
        shoulders += pave(gems, _outward(gems), 0.06, kit.accent, metal)
    return (band, *shoulders, *on_top(motif("vintage", kit), 0.56, lift=0.06))


def filigree_band(kit: Kit) -> Piece:
    """Make a wide openwork band of scrolls between beaded rims."""
    metal = aged(kit.metal)
    parts: list[Part] = []
    for z in (-0.27, 0.27):
        rim = moved(
            [sweep(circle(INNER + 0.06), rounded(0.1, 0.08), metal, closed=True)], (0, 0, z)
        )
        places = ring_places(110, INNER + 0.12) + np.array([0, 0, z])
        parts += [*rim, beads(places, 0.028, metal, n=8)]
    wave = ring_places(721, INNER + 0.06)
    a = np.linspace(0, 2 * np.pi, 721)
    for phase in (0.0, np.pi):
        path = (wave + np.stack([0 * a, 0 * a, 0.24 * np.sin(a * 14 + phase)], 1))[:-1]
        parts.append(sweep(path, rounded(0.06, 0.06, n=8), metal, up=(0, 0, 1), closed=True))
    stones = ring_places(14, INNER + 0.12)
    return (*parts, *pave(stones, _outward(stones), 0.09, kit.stone, metal))


def cocktail(kit: Kit) -> Piece:
    """Make a heavy band under a very large head."""
    band = shank(0.36, 0.17, kit.metal, swell=0.8)
    return (band, *on_top(motif("statement", kit), 0.72, lift=0.05))


def bombe(kit: Kit) -> Piece:
    """Make a wide ring that swells to a dome."""
    metal = finished(kit.metal, bump="hammered") if kit.seed % 2 else kit.metal
    return (shank(0.42, 0.2, metal, swell=2.0),)


def ridged(kit: Kit) -> Piece:
    """Make a croissant ring: a swelling band cut into slanting ridges."""
    path = circle(INNER + 0.14, 420)
    a = np.arctan2(path[:, 0], path[:, 1])
    height = np.clip((1 + np.cos(a)) / 2, 0, 1)
    profile = rounded(1.0, 1.0, n=28)
    slant = a[:, None] * 22 + np.arctan2(profile[:, 1], profile[:, 0])[None] * 1.0
    ridges = 1 - 0.16 * np.abs(np.sin(slant / 2)) ** 3 * height[:, None]
    size = np.stack([0.24 + 0.22 * height**2, 0.3 + 0.55 * height**2], 1)
    return (sweep(path, profile[None] * size[:, None] * ridges[..., None], kit.metal, closed=True),)


def deco_head(kit: Kit) -> Piece:
    """Make a geometric head on a flat band with stepped shoulders."""
    parts: list[Part] = [shank(0.3, 0.12, kit.metal, square=7.0)]
    for side in (1, -1):
        for i, degrees in enumerate((34, 44, 53)):
            place = ring_places(1, INNER + 0.13, degrees=(degrees, degrees + 1)) * np.array(
                [side, 1, 1]
            )
            turns = facing(_outward(place)[0])
            size = 0.21 - 0.035 * i
            gem = moved([seen_stone("baguette", size, kit.accent)], rotation=turn("z", 90))
            parts += moved(gem, place[0], rotation=turns @ turn("z", 90))
    return (*parts, *on_top(motif("deco", kit), 0.55, lift=0.08))


def baguette_band(kit: Kit) -> Piece:
    """Make a band of upright step-cut stones, coloured and clear in turn."""
    parts: list[Part] = [shank(0.42, 0.1, kit.metal, square=7.0)]
    places = ring_places(26, INNER + 0.15)
    for i, (place, out) in enumerate(zip(places, _outward(places), strict=True)):
        material = kit.stone if i % 2 == 0 else kit.accent
        side = np.cross([0.0, 0.0, 1.0], out)
        turns = np.stack([side, np.array([0.0, 0.0, 1.0]), out], 1)
        parts += moved([seen_stone("baguette", 0.19, material)], place, rotation=turns)
    for z in (-0.22, 0.22):
        parts += moved(
            [sweep(circle(INNER + 0.1), rounded(0.16, 0.06, square=5.0), kit.metal, closed=True)],
            (0, 0, z),
        )
    return tuple(parts)


def vine(kit: Kit) -> Piece:
    """Make a twisted band like a tendril, with a flower on top."""
    return (
        *chain("rope", circle(INNER + 0.08, 240), 0.17, kit.metal, closed=True),
        *on_top(motif("floral", kit), 0.6, lift=0.04),
    )


def leaf_band(kit: Kit) -> Piece:
    """Make a band of overlapping leaves with berries of stone."""
    path = circle(INNER + 0.06, _N)
    places, along = even_steps(path, 26, closed=True)
    out = _outward(places)
    blade = moved([leaf(0.3, 0.5, kit.metal, tip=1.35, curl=0.06)], (0, -0.1, 0))[0]
    parts: list[Part] = [sweep(path, rounded(0.1, 0.12, n=12), kit.metal, closed=True)]
    for side in (1.0, -1.0):
        base = frames(along, out)
        leaning = np.einsum("nij,jk->nik", base, turn("z", -90 + side * 38))
        parts.append(copies(blade, leaning, places + out * 0.06, np.ones(len(places))))
    berries = places[3::5]
    parts += pave(berries + _outward(berries) * 0.14, _outward(berries), 0.08, kit.stone, kit.metal)
    return tuple(parts)


def pearl_ring(kit: Kit) -> Piece:
    """Make a slim band with a pearl head."""
    size = (0.42, 0.5, 0.55, 0.5, 0.42)[kit.variant % 5]
    return (shank(0.14, 0.12, kit.metal, swell=0.5), *on_top(motif("pearl", kit), size, lift=0.1))


def pearl_trio(kit: Kit) -> Piece:
    """Make a slim band with three pearls round a small stone."""
    head = motif("pearl", replace(kit, variant=2))
    return (shank(0.14, 0.12, kit.metal, swell=0.5), *on_top(head, 0.5, lift=0.1))


def two_pearls(kit: Kit) -> Piece:
    """Make an open band whose ends pass each other, a pearl and a stone on them."""
    a = np.linspace(np.deg2rad(76), np.deg2rad(464), 190)
    drift = np.linspace(-0.16, 0.16, 190)
    path = np.stack([np.cos(a) * (INNER + 0.06), np.sin(a) * (INNER + 0.06), drift], 1)
    wire = sweep(path, rounded(0.12, 0.13, n=14), kit.metal)
    first = moved(pearl_on(0.27, kit.pearl, kit.metal), path[0] * 1.22)
    second = moved(
        clawed("round", 0.2, kit.accent, kit.metal),
        path[-1] * 1.2,
        rotation=facing(_outward(path[-1:])[0]),
    )
    return (wire, *first, *second)


def pave_band(kit: Kit, *, half: bool = True) -> Piece:
    """Make a band set with small stones, over its upper half or all round."""
    reach = (-88.0, 88.0) if half else (0.0, 360.0)
    places = ring_places(25 if half else 46, INNER + 0.135, degrees=reach)
    stones = pave(places, _outward(places), 0.068, kit.accent, kit.metal)
    return (shank(0.19, 0.13, kit.metal, square=4.0), *stones)


def halo_ring(kit: Kit) -> Piece:
    """Make a stone in a halo on a band of small stones."""
    return (*pave_band(kit), *on_top(motif("halo", kit), 0.52, lift=0.1))


def eternity(kit: Kit) -> Piece:
    """Make a band of equal stones all round."""
    places = ring_places(24, INNER + 0.17)
    return (
        shank(0.26, 0.12, kit.metal, square=4.0),
        *pave(places, _outward(places), 0.135, kit.stone, kit.metal),
    )


def grooved(kit: Kit) -> Piece:
    """Make a broad brushed band with black grooves."""
    parts: list[Part] = [shank(0.62, 0.16, brushed(kit.metal), square=6.0)]
    groove = shank(0.09, 0.168, METALS["black"], square=6.0)
    parts += [
        each for z in ((0.0,), (-0.12, 0.12))[kit.seed % 2] for each in moved([groove], (0, 0, z))
    ]
    return tuple(parts)


def hexagonal(kit: Kit) -> Piece:
    """Make a ring with six flat sides, like a nut."""
    n = 240
    flats = np.concatenate(
        [polygon(6, 1.32, start_degrees=0, per_side=n // 6), np.zeros((n, 1))], 1
    )
    outer = sweep(
        flats * 0.9, rounded(0.17, 0.5, square=6.0, n=24), brushed(kit.metal), closed=True
    )
    lining = sweep(
        circle(INNER + 0.08, n), rounded(0.24, 0.44, square=6.0, n=20), METALS["black"], closed=True
    )
    return (outer, lining)


def link_ring(kit: Kit) -> Piece:
    """Make a ring of heavy curb links."""
    path = circle(INNER + 0.12, _N)
    return chain("curb", path, 0.44, kit.metal, front=_outward(path), closed=True)


def signet(kit: Kit) -> Piece:
    """Make a broad band with an urban plate on top."""
    return (
        shank(0.34, 0.16, kit.metal, square=4.0, swell=1.0),
        *on_top(motif("urban", kit), 0.46, lift=0.06),
    )


def inlaid(kit: Kit) -> Piece:
    """Make a black band edged with metal."""
    edge = brushed(kit.metal)
    core = shank(0.42, 0.165, finished(STONES["onyx"], rough=0.3), square=6.0)
    rims = [moved([shank(0.12, 0.16, edge, square=5.0)], (0, 0, z))[0] for z in (-0.25, 0.25)]
    return (core, *rims)


RINGS: Final[dict[str, tuple[Callable[[Kit], Piece], ...]]] = {
    "minimalist": (thin_with_head, thin_with_sign, plain_band, chevron, stack, open_ends),
    "vintage": (filigree_head, filigree_head, filigree_head, filigree_head, filigree_band),
    "statement": (cocktail, bombe, cocktail, cocktail, ridged),
    "deco": (deco_head, deco_head, deco_head, deco_head, baguette_band),
    "floral": (vine, leaf_band, vine, vine, vine),
    "pearl": (pearl_ring, pearl_ring, two_pearls, pearl_ring, pearl_trio),
    "halo": (halo_ring, halo_ring, halo_ring, halo_ring, eternity),
    "urban": (grooved, hexagonal, signet, link_ring, inlaid),
}


def ring(style: str, kit: Kit) -> Piece:
    """Make a ring of a style, its finger hole about the z axis, its head towards +y."""
    makers = RINGS[style]
    return makers[kit.variant % len(makers)](kit)
