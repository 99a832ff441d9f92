"""Bracelets of every style: built about the z axis with their front at the top, like rings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.chains import chain
from penchant.sample.render.curves import circle, even_steps, frames
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import STONES, STRAPS, finished
from penchant.sample.render.motifs import motif
from penchant.sample.render.motifs.floral import leaf
from penchant.sample.render.motifs.urban import brushed, screw
from penchant.sample.render.motifs.vintage import aged
from penchant.sample.render.mounts import beads, pave, pearl_on, seen_stone
from penchant.sample.render.part import Floats, Part, Piece, copies, merged, moved, turn
from penchant.sample.render.shapes import ball, box, plate, rounded, sweep

_UP = np.array([0.0, 0.0, 1.0])


def _places(n: int, *, degrees: tuple[float, float] = (0, 360), radius: float = 1.0) -> Floats:
    whole = degrees[1] - degrees[0] >= 360
    a = np.deg2rad(np.linspace(*degrees, n, endpoint=not whole))
    return np.stack([np.sin(a), np.cos(a), 0 * a], 1) * radius


def _bases(places: Floats) -> Floats:
    out = places / np.linalg.norm(places, axis=1, keepdims=True)
    return np.stack([np.cross(_UP, out), np.broadcast_to(_UP, out.shape), out], -1)


def _at_front(head: Piece, size: float, *, out: float = 0.04) -> Piece:
    return moved(head, (0, 1.0 + out, 0), rotation=turn("x", -90), scale=size)


def _open_arc(gap_degrees: float, radius: float = 1.0, n: int = 200) -> Floats:
    a = np.deg2rad(np.linspace(90 + gap_degrees / 2, 450 - gap_degrees / 2, n) + 180)
    return np.stack([np.cos(a), np.sin(a), 0 * a], 1) * radius


def thin_bangle(kit: Kit) -> Piece:
    """Make a slim bangle with one stone or none."""
    body = sweep(circle(1.0, 220), rounded(0.06, 0.075, n=14), kit.metal, closed=True)
    head = motif("minimalist", Kit(kit.metal, kit.stone, kit.cut, variant=(4, 7)[kit.seed % 2]))
    return (body, *_at_front(head, 0.14, out=0.05))


def open_cuff(kit: Kit) -> Piece:
    """Make a slim open cuff, its ends in front."""
    path = _open_arc(26) * np.array([1, -1, 1])
    wire = sweep(path, rounded(0.07, 0.085, n=14), kit.metal)
    ends = [moved([ball(0.085, kit.metal, n=24)], p)[0] for p in (path[0], path[-1])]
    return (wire, *ends)


def chain_with(style: str, kind: str, size: float, head: float) -> Callable[[Kit], Piece]:
    """Give a maker of chains with a centrepiece of a style in front."""

    def make(kit: Kit) -> Piece:
        path = circle(1.0, 240)
        links = chain(kind, path, size, kit.metal, front=path, closed=True)
        return (*links, *_at_front(motif(style, kit), head, out=size * 0.4))

    return make


def filigree_cuff(kit: Kit) -> Piece:
    """Make a broad openwork bangle with stones between beaded rims."""
    metal = aged(kit.metal)
    parts: list[Part] = []
    for z in (-0.24, 0.24):
        rim = sweep(circle(1.0, 220), rounded(0.07, 0.06), metal, closed=True)
        parts += moved([rim, beads(_places(120, radius=1.04), 0.024, metal, n=8)], (0, 0, z))
    a = np.linspace(0, 2 * np.pi, 900, endpoint=False)
    for phase in (0.0, np.pi):
        height = 0.22 * np.sin(a * 18 + phase)
        path = np.stack([np.sin(a), np.cos(a), height], 1)
        parts.append(sweep(path, rounded(0.045, 0.05, n=8), metal, up=_UP, closed=True))
    stones = _places(18, degrees=(5, 365), radius=1.04)
    gems = pave(stones, _bases(stones)[:, :, 2], 0.075, kit.stone, metal)
    return (*parts, *gems)


def filigree_links(kit: Kit) -> Piece:
    """Make a bracelet of filigree works side by side."""
    parts: list[Part] = []
    places = _places(11)
    head = motif("vintage", kit)
    for place, base in zip(places, _bases(places), strict=True):
        parts += moved(head, place, rotation=base @ turn("z", 90), scale=0.27)
    return (*parts, *chain("cable", circle(0.97, 200), 0.07, kit.metal, closed=True))


def wide_cuff(kit: Kit) -> Piece:
    """Make a wide open cuff, hammered or polished."""
    metal = finished(kit.metal, bump="hammered") if kit.seed % 2 else kit.metal
    width = 0.55 + 0.3 * kit.rng().random()
    path = _open_arc(60)
    taper = 0.75 + 0.25 * np.sin(np.linspace(0, np.pi, len(path))) ** 0.5
    profile = rounded(0.07, width, square=4.0, n=30)
    rings = profile[None] * np.stack([np.ones(len(path)), taper], 1)[:, None, :]
    return (sweep(path, rings, metal),)


def heavy(kind: str, size: float) -> Callable[[Kit], Piece]:
    """Give a maker of bracelets that are all chain."""

    def make(kit: Kit) -> Piece:
        path = circle(1.0, 240)
        return chain(kind, path, size, kit.metal, front=path, closed=True)

    return make


def round_bangle(kit: Kit) -> Piece:
    """Make a thick rounded bangle."""
    return (sweep(circle(1.0, 220), rounded(0.22, 0.3, n=28), kit.metal, closed=True),)


def bold_beads(kit: Kit) -> Piece:
    """Make a bracelet of large polished beads, one of stone."""
    parts: list[Part] = []
    for i, place in enumerate(_places(19)):
        material = kit.stone if i in (0, 1, 18) and kit.stone.kind != "gem" else kit.metal
        parts += moved([ball(0.163, material, n=32)], place)
    return tuple(parts)


def deco_plates(kit: Kit) -> Piece:
    """Make a bracelet of stepped plates with black and coloured stones in turn."""
    parts: list[Part] = []
    places = _places(16)
    for i, (place, base) in enumerate(zip(places, _bases(places), strict=True)):
        bed = box([0.34, 0.46, 0.07], kit.metal, bevel=0.025)
        inlay = moved([box([0.25, 0.36, 0.03], STONES["onyx"], bevel=0.01)], (0, 0, 0.06))
        gem = seen_stone(
            "baguette" if i % 2 else "emerald", 0.16, kit.stone if i % 2 == 0 else kit.accent
        )
        parts += moved([bed, *inlay, *moved([gem], (0, 0, 0.12))], place, rotation=base)
    return tuple(parts)


def deco_cuff(kit: Kit) -> Piece:
    """Make a square-edged bangle with a geometric head."""
    parts: list[Part] = [
        sweep(circle(1.0, 220), rounded(0.08, 0.2, square=7.0, n=20), kit.metal, closed=True)
    ]
    groove = sweep(
        circle(1.0, 220), rounded(0.086, 0.07, square=7.0, n=20), STONES["onyx"], closed=True
    )
    return (*parts, groove, *_at_front(motif("deco", kit), 0.36, out=0.05))


def leaf_bangle(kit: Kit) -> Piece:
    """Make a bangle wound with leaves, stones for berries."""
    path = circle(1.0, 220)
    places, along = even_steps(path, 30, closed=True)
    out = places / np.linalg.norm(places, axis=1, keepdims=True)
    blade = moved([leaf(0.16, 0.32, kit.metal, tip=1.35, curl=0.03)], (0, -0.04, 0.02))[0]
    parts: list[Part] = [*chain("rope", path, 0.08, kit.metal, closed=True)]
    for side in (1.0, -1.0):
        lean = np.einsum("nij,jk->nik", frames(along, out), turn("z", -90 + side * 42))
        parts.append(copies(blade, lean, places + out * 0.03, np.ones(30)))
    berries = places[1::6]
    return (*parts, *pave(berries * 1.08, out[1::6], 0.055, kit.stone, kit.metal))


def flower_bangle(kit: Kit) -> Piece:
    """Make a twisted bangle with a flower in front."""
    twist = chain("rope", circle(1.0, 240), 0.1, kit.metal, closed=True)
    return (*twist, *_at_front(motif("floral", kit), 0.4, out=0.06))


def pearl_strand(kit: Kit) -> Piece:
    """Make one strand of pearls with a metal ball in front, or two with a clasp behind."""
    if kit.seed % 2:
        pearls = _pearl_row(kit, 0.128, 0.0)[1:]
        return (*pearls, *moved([ball(0.11, kit.metal, n=24)], (0, 1.0, 0)))
    rows = [p for z in (-0.11, 0.11) for p in _pearl_row(kit, 0.108, z)[1:]]
    clasp = box([0.2, 0.42, 0.1], kit.metal, bevel=0.03)
    whole = (*rows, *moved([clasp], (0, 0.95, 0), rotation=turn("x", -90)))
    return moved(whole, rotation=turn("z", 180))


def _pearl_row(kit: Kit, radius: float, z: float) -> list[Part]:
    pearl = ball(radius, kit.pearl, n=28)
    places = _places(int(np.pi / radius)) + np.array([0, 0, z])
    return [p for place in places for p in moved([pearl], place)]


def pearl_cuff(kit: Kit) -> Piece:
    """Make an open cuff with a pearl on each end."""
    path = _open_arc(30) * np.array([1, -1, 1])
    wire = sweep(path, rounded(0.07, 0.085, n=14), kit.metal)
    return (
        wire,
        *(
            p
            for end in (path[0], path[-1])
            for p in moved(pearl_on(0.16, kit.pearl, kit.metal), end)
        ),
    )


def pearl_chain(kit: Kit) -> Piece:
    """Make a fine chain with pearls spaced along it."""
    links = chain("cable", circle(1.0, 240), 0.075, kit.metal, front=circle(1.0, 240), closed=True)
    pearls = [p for place in _places(9) for p in moved(pearl_on(0.13, kit.pearl, kit.metal), place)]
    return (*links, *pearls)


def tennis(kit: Kit) -> Piece:
    """Make a line of equal stones all round."""
    stone = kit.stone
    places = _places(44)
    bases = _bases(places)
    bed = merged([box([0.13, 0.13, 0.06], kit.metal, bevel=0.02)])
    seats = copies(bed, bases, places * 0.97, np.ones(44))
    return (seats, *pave(places * 1.05, bases[:, :, 2], 0.066, stone, kit.metal))


def halo_bangle(kit: Kit) -> Piece:
    """Make a bangle of small stones with a halo in front."""
    body = sweep(circle(1.0, 220), rounded(0.08, 0.1, square=4.0, n=18), kit.metal, closed=True)
    places = _places(41, degrees=(-80, 80), radius=1.045)
    stones = pave(places, _bases(places)[:, :, 2], 0.033, kit.accent, kit.metal)
    return (body, *stones, *_at_front(motif("halo", kit), 0.25, out=0.08))


def name_plate(kit: Kit) -> Piece:
    """Make a curb chain with a brushed plate in front."""
    arc = circle(1.0, 240)
    links = chain("curb", arc, 0.2, kit.metal, front=arc, closed=True)
    a = np.deg2rad(np.linspace(-30, 30, 40))
    path = np.stack([np.sin(a), np.cos(a), 0 * a], 1) * 1.06
    body = sweep(path, rounded(0.07, 0.27, square=6.0, n=24), brushed(kit.metal))
    return (*links, body)


def leather_band(kit: Kit) -> Piece:
    """Make two rows of leather with a steel clasp in front."""
    parts: list[Part] = []
    for z in (-0.11, 0.11):
        parts += moved(
            [
                sweep(
                    circle(1.0, 220),
                    rounded(0.13, 0.19, square=2.6, n=20),
                    STRAPS.get(kit.strap, STRAPS["black"]),
                    closed=True,
                )
            ],
            (0, 0, z),
        )
    a = np.deg2rad(np.linspace(-17, 17, 24))
    path = np.stack([np.sin(a), np.cos(a), 0 * a], 1) * 1.0
    clasp = sweep(path, rounded(0.22, 0.5, square=5.0, n=28), brushed(kit.metal))
    pins = [
        p
        for x in (-0.2, 0.2)
        for p in moved(screw(0.05, kit.metal), (x, 1.09, 0), rotation=turn("x", -90))
    ]
    return (*parts, clasp, *pins)


def black_beads(kit: Kit) -> Piece:
    """Make matte black beads with a metal nut and rings."""
    dark = finished(STONES["onyx"], rough=0.35)
    parts: list[Part] = []
    for i, place in enumerate(_places(21)):
        if i == 0:
            continue
        material = kit.metal if i in (1, 20) else dark
        parts += moved([ball(0.148, material, n=30)], place)
    nut = motif("urban", Kit(kit.metal, kit.stone, kit.cut, variant=(1, 4, 3)[kit.seed % 3]))
    return (*parts, *_at_front(nut, 0.2))


def screwed_bangle(kit: Kit) -> Piece:
    """Make a flat bangle with screws round its edge."""
    body = sweep(
        circle(1.0, 220), rounded(0.08, 0.28, square=6.0, n=24), brushed(kit.metal), closed=True
    )
    places = _places(10, radius=1.03)
    heads = [
        p
        for place, base in zip(places, _bases(places), strict=True)
        for p in moved(screw(0.085, kit.metal), place, rotation=base)
    ]
    return (body, *heads)


def disc_chain(kit: Kit) -> Piece:
    """Make a fine chain with thin discs hanging from it."""
    path = circle(1.0, 240)
    parts: list[Part] = [*chain("cable", path, 0.06, kit.metal, front=path, closed=True)]
    for degrees in (-40, -20, 0, 20, 40):
        place = _places(1, degrees=(degrees, degrees + 1), radius=1.02)
        coin = plate(circle(0.13, 40)[:, :2], 0.025, kit.metal, bevel=0.008, dome=0.02)
        hang = place[0] + np.array([0, 0, -0.15])
        parts += moved([coin], hang, rotation=_bases(place)[0])
    return tuple(parts)


BRACELETS: Final[dict[str, tuple[Callable[[Kit], Piece], ...]]] = {
    "minimalist": (
        thin_bangle, chain_with("minimalist", "cable", 0.065, 0.22), open_cuff, disc_chain,
    ),
    "vintage": (filigree_cuff, filigree_links, chain_with("vintage", "rope", 0.1, 0.36)),
    "statement": (
        heavy("curb", 0.42), wide_cuff, round_bangle, bold_beads, heavy("paperclip", 0.32),
    ),
    "deco": (deco_plates, deco_cuff, deco_cuff),
    "floral": (leaf_bangle, flower_bangle, flower_bangle),
    "pearl": (pearl_strand, pearl_strand, pearl_cuff, pearl_chain),
    "halo": (tennis, halo_bangle, chain_with("halo", "box", 0.08, 0.26)),
    "urban": (name_plate, leather_band, black_beads, screwed_bangle, heavy("figaro", 0.24)),
}  # fmt: skip


def bracelet(style: str, kit: Kit) -> Piece:
    """Make a bracelet of a style lying flat: its front towards +z, the wrist along y."""
    makers = BRACELETS[style]
    return moved(makers[kit.variant % len(makers)](kit), rotation=turn("x", 90))
