"""Necklaces laid out in a loop, and pendants close up on a chain that leaves the photo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.chains import chain
from penchant.sample.render.curves import even_steps, path_length, spline
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import METALS, STONES, STRAPS
from penchant.sample.render.motifs import motif
from penchant.sample.render.motifs.floral import leaf
from penchant.sample.render.motifs.vintage import aged
from penchant.sample.render.mounts import bezelled, jump_ring, milgrain, pave, pearl_on, seen_stone
from penchant.sample.render.part import Floats, Part, Piece, bounds, merged, moved, turn
from penchant.sample.render.shapes import ball, box, rounded, sweep, tube

_UP = np.array([0.0, 0.0, 1.0])
_LOOP: Final = np.array(
    [[0, 1.3, 0], [0.55, 1.12, 0], [0.88, 0.6, 0], [0.9, 0.0, 0], [0.62, -0.68, 0], [0, -1.02, 0],
     [-0.62, -0.68, 0], [-0.9, 0.0, 0], [-0.88, 0.6, 0], [-0.55, 1.12, 0]]
)  # fmt: skip

FINE: Final[dict[str, tuple[str, float]]] = {
    "minimalist": ("cable", 0.055),
    "vintage": ("rope", 0.05),
    "statement": ("paperclip", 0.09),
    "deco": ("box", 0.06),
    "floral": ("cable", 0.06),
    "pearl": ("cable", 0.055),
    "halo": ("box", 0.055),
    "urban": ("ball", 0.06),
}


def loop(scale: float = 1.0) -> Floats:
    """Give the line a necklace lies on, from the clasp at the top round, shape (n, 3)."""
    return spline(_LOOP * scale, 400, closed=True)


def lower(n: int, reach: float, *, scale: float = 1.0) -> tuple[Floats, Floats]:
    """Give n places along the lowest part of the loop, left to right, and the directions there."""
    path = loop(scale)
    points, along = even_steps(path, 2001, closed=True)
    lowest = int(points[:, 1].argmin())
    half = int(reach / path_length(path, closed=True) * 2001 / 2)
    rows = np.linspace(lowest + half, lowest - half, n).round().astype(np.int64) % 2001
    return points[rows], -along[rows]


def _clasp(kit: Kit) -> Piece:
    return moved(jump_ring(0.07, kit.metal), (0, 1.3, 0))


def _fine_chain(style: str, kit: Kit, *, scale: float = 1.0) -> Piece:
    kind, size = FINE[style]
    if kit.seed % 3 == 1 and style in ("minimalist", "deco", "halo", "floral", "pearl"):
        kind = ("snake", "cable", "box")[kit.seed % 2]
    return (*chain(kind, loop(scale), size, kit.metal, closed=True), *_clasp(kit))


def _hung(head: Piece, size: float, metal_ring: Piece, *, at: float = -1.02) -> Piece:
    _, high = bounds(head)
    return (
        *moved(head, (0, at - 0.1 - high[1] * size, 0.02), scale=size),
        *moved(metal_ring, (0, at - 0.05, 0.02)),
    )


def single(style: str, size: float) -> Callable[[Kit], Piece]:
    """Give a maker of fine chains with one centrepiece of a style."""

    def make(kit: Kit) -> Piece:
        return (
            *_fine_chain(style, kit),
            *_hung(motif(style, kit), size, jump_ring(0.06, kit.metal)),
        )

    return make


def stations(kit: Kit) -> Piece:
    """Make a fine chain with little discs along its front."""
    places, _ = lower(7, 2.6)
    parts: list[Part] = [*_fine_chain("minimalist", kit)]
    for place in places:
        if kit.seed % 2:
            parts += moved(bezelled("round", 0.075, kit.stone, kit.metal), place)
        else:
            parts += moved([ball(0.09, kit.metal, n=24, squash=0.35)], place)
    return tuple(parts)


def layered(kit: Kit) -> Piece:
    """Make two fine chains of different lengths worn together."""
    short = moved(_fine_chain("minimalist", kit, scale=0.8), (0, 0.26, 0.01))
    small = moved(bezelled("round", 0.09, kit.stone, kit.metal), (0, -0.57, 0.03))
    disc = Kit(kit.metal, kit.stone, kit.cut, variant=1)
    return (*single("minimalist", 0.2)(disc), *short, *small)


def filigree_collar(kit: Kit) -> Piece:
    """Make a chain with five filigree works in falling sizes."""
    parts: list[Part] = [*_fine_chain("vintage", kit)]
    places, along = lower(5, 2.15)
    for place, way, size in zip(places, along, (0.17, 0.22, 0.29, 0.22, 0.17), strict=True):
        tilt = np.degrees(np.arctan2(way[1], way[0])) * 0.6
        parts += moved(
            motif("vintage", kit),
            place + np.array([0, -size * 0.5, 0.02]),
            rotation=turn("z", float(tilt)),
            scale=size,
        )
    return tuple(parts)


def heavy_chain(kind: str, size: float) -> Callable[[Kit], Piece]:
    """Give a maker of necklaces that are all chain."""

    def make(kit: Kit) -> Piece:
        return chain(kind, loop(), size, kit.metal, closed=True)

    return make


def bold_balls(kit: Kit) -> Piece:
    """Make a strand of polished balls that grow towards the front."""
    return _strand(kit, lambda radius: (ball(radius, kit.metal, n=30),), 0.06, 0.17)


def torque(kit: Kit) -> Piece:
    """Make a stiff open collar that swells to the front, with a stone."""
    a = np.linspace(np.deg2rad(105), np.deg2rad(435), 200)
    path = np.stack([np.cos(a) * 0.98, np.sin(a) * 1.04, 0 * a], 1)
    swell = 0.6 + 0.9 * ((1 - np.sin(a)) / 2) ** 2
    body = sweep(path, rounded(0.13, 0.12, n=18), kit.metal, scale=swell)
    gem = moved(
        motif("statement", Kit(kit.metal, kit.stone, kit.cut)), (0, -1.06, 0.08), scale=0.26
    )
    return (body, *gem)


def rod_bib(kit: Kit) -> Piece:
    """Make a bib of slim bars hanging in steps, like a fan."""
    parts: list[Part] = [*_fine_chain("deco", kit)]
    places, _ = lower(15, 2.3)
    for i, place in enumerate(places):
        long = 0.24 + 0.5 * (1 - abs(i - 7) / 7.5)
        slant = turn("z", (i - 7) * 4.2)
        rod = [box([0.075, long, 0.05], kit.metal, bevel=0.012)]
        parts += moved(moved(rod, (0, -long / 2 - 0.03, 0)), place, rotation=slant)
        tip = seen_stone("square", 0.05, kit.stone if i % 2 else STONES["onyx"])
        parts += moved([tip], place + slant @ np.array([0, -long - 0.08, 0.03]), rotation=slant)
    return tuple(parts)


def deco_plates(kit: Kit) -> Piece:
    """Make a chain with three geometric plates."""
    parts: list[Part] = [*_fine_chain("deco", kit)]
    places, _ = lower(3, 0.95)
    for place, size in zip(places, (0.2, 0.3, 0.2), strict=True):
        parts += moved(motif("deco", kit), place + np.array([0, -size * 0.6, 0.03]), scale=size)
    return tuple(parts)


def garland(kit: Kit) -> Piece:
    """Make a garland of leaves with a flower in the middle."""
    parts: list[Part] = [*_fine_chain("floral", kit)]
    places, along = lower(24, 2.5)
    blades: list[Part] = []
    for i, (place, way) in enumerate(zip(places, along, strict=True)):
        to_middle = 1 if i < 12 else -1
        angle = np.degrees(np.arctan2(way[1], way[0])) - 90 + (180 if to_middle < 0 else 0)
        lean = turn("z", float(angle) + (34 if i % 2 else -34))
        blades += moved([leaf(0.13, 0.27, kit.metal, tip=1.35)], place, rotation=lean)
    flower = motif("floral", Kit(kit.metal, kit.stone, kit.cut, variant=(0, 4)[kit.seed % 2]))
    return (*parts, merged(blades), *moved(flower, (0, -1.05, 0.08), scale=0.27))


def _strand(
    kit: Kit, maker: Callable[[float], Piece], small: float, large: float, *, scale: float = 1.0
) -> Piece:
    path = even_steps(loop(scale), 2001, closed=True)[0]
    low, high = path[:, 1].min(), path[:, 1].max()
    step = path_length(loop(scale), closed=True) / 2001
    parts: list[Part] = []
    lowest = int(path[:, 1].argmin())
    for way in (1, -1):
        at = 0.0 if way == 1 else 2.02 * large / step
        while at < 1000:
            place = path[int(lowest + way * at) % 2001]
            radius = large + (small - large) * ((place[1] - low) / (high - low)) ** 0.8
            parts += moved(maker(float(radius)), place)
            at += 2.02 * radius / step
    return tuple(parts)


def _ball_clasp(kit: Kit) -> Piece:
    return moved([ball(0.075, kit.metal, n=24)], (0, 1.3, 0.05))


def pearl_strand(kit: Kit) -> Piece:
    """Make a strand of pearls, even or growing towards the front."""
    small = (0.1, 0.07)[kit.seed % 2]
    pearls = _strand(kit, lambda radius: (ball(radius, kit.pearl, n=26),), small, 0.125)
    return (*pearls, *_ball_clasp(kit))


def double_strand(kit: Kit) -> Piece:
    """Make two strands of pearls of two lengths on one clasp."""
    outer = _strand(kit, lambda radius: (ball(radius, kit.pearl, n=24),), 0.075, 0.09)
    inner = _strand(kit, lambda radius: (ball(radius, kit.pearl, n=24),), 0.07, 0.085, scale=0.82)
    return (*outer, *moved(inner, (0, 0.2, 0)), *_ball_clasp(kit))


def pearl_stations(kit: Kit) -> Piece:
    """Make a fine chain with single pearls along its front."""
    places, _ = lower(9, 3.2)
    parts: list[Part] = [*_fine_chain("pearl", kit)]
    for place in places:
        parts += moved(pearl_on(0.1, kit.pearl, kit.metal, caps=(0, 180)), place)
    return tuple(parts)


def riviere(kit: Kit) -> Piece:
    """Make a line of stones that grow towards the front."""
    return _strand(kit, lambda radius: _riviere_stone(radius, kit), 0.045, 0.1)


def _riviere_stone(radius: float, kit: Kit) -> Piece:
    body = ball(radius * 0.95, kit.metal, n=12, squash=0.5)
    return (*moved([body], (0, 0, -radius * 0.35)), seen_stone("round", radius * 0.92, kit.stone))


def halo_line(kit: Kit) -> Piece:
    """Make a chain with a large halo between lines of small stones."""
    places, _ = lower(17, 1.7)
    normals = np.broadcast_to(_UP, places.shape)
    stones = pave(places + np.array([0, 0, 0.03]), normals, 0.048, kit.accent, kit.metal)
    return (
        *_fine_chain("halo", kit),
        *stones,
        *moved(motif("halo", kit), (0, -1.1, 0.06), scale=0.28),
    )


def tag_on_balls(kit: Kit) -> Piece:
    """Make a ball chain with a name tag or a nut."""
    chosen = Kit(kit.metal, kit.stone, kit.cut, variant=kit.seed % 6)
    balls = chain("ball", loop(), 0.075, kit.metal, closed=True)
    return (*balls, *_hung(motif("urban", chosen), 0.34, jump_ring(0.08, kit.metal)))


def corded(kit: Kit) -> Piece:
    """Make a leather cord with a brushed pendant."""
    cord = tube(loop(), 0.035, STRAPS["black"], closed=True, n=12)
    clasp = moved([box([0.16, 0.12, 0.1], METALS["steel"])], (0, 1.3, -0.05))
    chosen = Kit(kit.metal, kit.stone, kit.cut, variant=kit.seed % 6)
    return (cord, *clasp, *_hung(motif("urban", chosen), 0.32, jump_ring(0.08, kit.metal)))


NECKLACES: Final[dict[str, tuple[Callable[[Kit], Piece], ...]]] = {
    "minimalist": (single("minimalist", 0.22), stations, layered, single("minimalist", 0.24)),
    "vintage": (filigree_collar, single("vintage", 0.4), filigree_collar, single("vintage", 0.36)),
    "statement": (
        heavy_chain("curb", 0.24), bold_balls, heavy_chain("paperclip", 0.21), torque,
        heavy_chain("rope", 0.19),
    ),
    "deco": (rod_bib, deco_plates, deco_plates, deco_plates, deco_plates),
    "floral": (garland, single("floral", 0.34), garland, single("floral", 0.36)),
    "pearl": (pearl_strand, double_strand, pearl_stations, single("pearl", 0.3)),
    "halo": (riviere, halo_line, single("halo", 0.26), halo_line),
    "urban": (heavy_chain("curb", 0.15), tag_on_balls, corded, heavy_chain("figaro", 0.13)),
}  # fmt: skip


def necklace(style: str, kit: Kit) -> Piece:
    """Make a necklace of a style, laid out facing +z."""
    makers = NECKLACES[style]
    return makers[kit.variant % len(makers)](kit)


def pendant(style: str, kit: Kit) -> Piece:
    """Make a pendant about the origin, its chain rising past y = 3 on both sides."""
    body = motif(style, kit)
    _, high = bounds(body)
    top = float(high[1])
    kind, size = FINE[style]
    size = {"urban": 0.13, "statement": 0.17, "vintage": 0.11}.get(style, 0.1)
    bail = moved(jump_ring(0.13, kit.metal, wire=0.04), (0, top + 0.1, 0.0), rotation=turn("y", 62))
    parts: list[Part] = [*body, *bail]
    if style == "vintage":
        parts += moved([milgrain("round", 0.13, aged(kit.metal), bead=0.03)], (0, top + 0.1, 0.05))
    for side in (1, -1):
        knots = np.array(
            [[0, top + 0.16, 0], [0.5, top + 1.02, 0], [1.02, top + 2.3, 0], [1.3, top + 3.6, 0]]
        )
        parts += chain(kind, spline(knots * np.array([side, 1, 1]), 120), size, kit.metal)
    return tuple(parts)
