"""Watches of every style: a case facing +z, on a strap that runs round the wrist behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from penchant.sample.render.curves import circle, even_steps, flat
from penchant.sample.render.cuts import outline
from penchant.sample.render.dials import face
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import METALS, Material
from penchant.sample.render.motifs.floral import leaf
from penchant.sample.render.motifs.urban import brushed, screw
from penchant.sample.render.motifs.vintage import aged
from penchant.sample.render.mounts import beads, milgrain, pave
from penchant.sample.render.part import Floats, Part, Piece, moved, turn
from penchant.sample.render.shapes import ball, box, grid, lathe, plate, rounded, sweep
from penchant.sample.render.straps import strap

_UP = np.array([0.0, 0.0, 1.0])


@dataclass(frozen=True, slots=True)
class Look:
    """The plan of one watch: case, bezel, strap, dial marks and hands, by name."""

    case: str
    bezel: str
    strap: str
    marks: str
    hands: str
    extra: str = ""


LOOKS: Final[dict[str, tuple[Look, ...]]] = {
    "minimalist": (
        Look("round", "thin", "leather", "bars", "sticks"),
        Look("round", "thin", "mesh", "bars", "sticks"),
        Look("round", "thin", "leather", "none", "sticks"),
        Look("round", "thin", "mesh", "dots", "sticks"),
    ),
    "vintage": (
        Look("round", "beaded", "leather", "romans", "leaves", "seconds"),
        Look("round", "fluted", "leather", "romans", "leaves"),
        Look("round", "beaded", "leather", "dots", "leaves", "seconds"),
    ),
    "statement": (
        Look("round", "fluted", "links", "bars", "swords", "date"),
        Look("cushion", "wide", "links", "bars", "swords"),
        Look("round", "wide", "links", "romans", "swords", "date"),
    ),
    "deco": (
        Look("tank", "stepped", "leather", "romans", "swords", "rail"),
        Look("tank", "plain", "leather", "bars", "swords", "rail"),
        Look("octagon", "stepped", "links", "bars", "swords", "rail"),
    ),
    "floral": (
        Look("round", "petals", "leather", "dots", "leaves", "flower"),
        Look("round", "thin", "leather", "dots", "leaves", "flower"),
        Look("round", "petals", "mesh", "dots", "leaves", "flower"),
    ),
    "pearl": (
        Look("round", "pearls", "pearls", "dots", "leaves"),
        Look("oval", "thin", "pearls", "dots", "leaves"),
        Look("round", "stones", "pearls", "dots", "leaves"),
    ),
    "halo": (
        Look("round", "stones", "links", "bars", "leaves"),
        Look("round", "two rows", "leather", "dots", "leaves"),
        Look("tank", "stones", "links", "romans", "swords"),
        Look("oval", "stones", "links", "dots", "leaves"),
    ),
    "urban": (
        Look("round", "diver", "rubber", "lume", "swords", "date"),
        Look("round", "tachymeter", "rubber", "bars", "sticks", "chronograph"),
        Look("octagon", "screws", "links", "lume", "swords", "date"),
        Look("round", "diver", "links", "lume", "swords", "date"),
    ),
}


def case_outline(case: str, n: int = 120) -> Floats:
    """Give a case's outline with a half width of about one, shape (n, 2)."""
    if case == "tank":
        return rounded(1.56, 2.1, square=8.0, n=n)
    if case == "cushion":
        return rounded(2.0, 2.0, square=3.4, n=n)
    if case == "oval":
        return rounded(1.6, 2.0, n=n)
    if case == "octagon":
        return outline("square", n) * 1.08
    return circle(1.0, n)[:, :2]


def watch(style: str, kit: Kit) -> Piece:
    """Make a watch of a style, its dial facing +z and twelve o'clock towards +y."""
    looks = LOOKS[style]
    look = looks[kit.variant % len(looks)]
    shape = case_outline(look.case)
    lady = style in ("pearl", "floral", "halo", "vintage") and look.case == "round"
    width = {"leather": 1.12, "mesh": 1.1, "links": 1.12, "rubber": 1.25, "pearls": 0.9}[look.strap]
    parts: list[Part] = [*_case(shape, look, kit), *_bezel(shape, look, kit)]
    dial = moved(face(shape * 0.86, look.marks, look.hands, look.extra, kit), (0, 0, 0.0))
    reach = float(shape[:, 1].max())
    band = strap(look.strap, width * (0.85 if lady else 1.0), reach, kit)
    return (*parts, *dial, *band)


def _case(shape: Floats, look: Look, kit: Kit) -> Piece:
    metal = brushed(kit.metal) if look.bezel in ("diver", "tachymeter", "screws") else kit.metal
    body = moved([plate(shape * 1.02, 0.3, metal, bevel=0.06)], (0, 0, -0.31))
    width, height = shape[:, 0].max(), shape[:, 1].max()
    crown = lathe(np.array([[0.001, 0.0], [0.1, 0.0], [0.12, 0.04], [0.12, 0.14], [0.09, 0.17], [0.001, 0.17]]), kit.metal, n=24)
    knob = moved([crown], (width * 1.0, 0, -0.15), rotation=turn("y", 90))
    lugs: list[Part] = []
    if look.strap != "pearls":
        for x in (-1, 1):
            for y in (-1, 1):
                lug = sweep(_lug_path(height), rounded(0.15, 0.24, square=3.5, n=16), metal, up=(1, 0, 0))
                lugs += moved([_mirrored(lug, float(y))], (x * min(0.62, width * 0.76), 0, 0))
    return (*body, *knob, *lugs)


def _lug_path(height: float) -> Floats:
    t = np.linspace(0, 1, 14)
    return np.stack([0 * t, height * 0.72 + 0.5 * t, -0.1 - 0.3 * t**2], 1)


def _mirrored(lug: Part, side: float) -> Part:
    flip = np.array([1.0, side, 1.0])
    return Part(lug.points * flip, lug.normals * flip, lug.faces, lug.material, lug.local)


def _rim(shape: Floats, low: float, high: float, rise: float, metal: Material) -> Part:
    middle, breadth = (low + high) / 2, (high - low)
    return sweep(flat(shape * middle, rise * 0.3), rounded(breadth, rise, square=3.0, n=20), metal, closed=True)


def _bezel(shape: Floats, look: Look, kit: Kit) -> Piece:
    metal = kit.metal
    kind = look.bezel
    if kind == "thin":
        return (_rim(shape, 0.93, 1.03, 0.14, metal),)
    if kind == "beaded":
        dark = aged(metal)
        return (_rim(shape, 0.86, 1.02, 0.14, dark), *(moved([milgrain("round", s, dark, bead=0.036)], (0, 0, 0.1))[0] for s in (0.87, 1.0)))
    if kind == "fluted":
        return (_fluted(metal),)
    if kind == "wide":
        return (_rim(shape, 0.82, 1.04, 0.24, metal),)
    if kind == "stepped":
        return (_rim(shape, 0.84, 0.92, 0.2, metal), _rim(shape, 0.92, 1.0, 0.12, metal), _rim(shape, 1.0, 1.09, 0.04, metal))
    if kind == "petals":
        return _petal_bezel(kit)
    if kind in ("stones", "two rows", "pearls"):
        return _set_bezel(shape, kind, kit)
    return _sport_bezel(shape, kind, kit) if kind != "plain" else (_rim(shape, 0.86, 1.03, 0.16, metal),)


def _fluted(metal: Material) -> Part:
    a = np.arange(720) * 2 * np.pi / 720
    wave = 1 + 0.022 * np.sign(np.sin(a * 60)) * np.abs(np.sin(a * 60)) ** 0.6
    inner = flat(circle(0.83, 720)[:, :2], 0.13)
    top = flat(circle(0.9, 720)[:, :2] * wave[:, None], 0.14 + 0.0)
    top[:, 2] += 0.02 * np.sin(a * 60)
    rim = flat(circle(1.02, 720)[:, :2] * wave[:, None], -0.02)
    return grid(np.stack([flat(circle(0.83, 720)[:, :2], 0.0), inner, top, rim, flat(circle(1.02, 720)[:, :2], -0.1)]), metal, closed=(False, True))


def _petal_bezel(kit: Kit) -> Piece:
    parts: list[Part] = [_rim(case_outline("round"), 0.84, 0.94, 0.16, kit.metal)]
    for i in range(16):
        spin = turn("z", i * 22.5)
        parts += moved([leaf(0.44, 0.42, kit.metal, cup=0.06, curl=-0.1, tip=0.8)], spin @ np.array([0, 0.88, 0.03]), rotation=spin)
    return tuple(parts)


def _set_bezel(shape: Floats, kind: str, kit: Kit) -> Piece:
    parts: list[Part] = [_rim(shape, 0.84, 1.06, 0.1, kit.metal)]
    rows = {"stones": ((0.95, 0.07),), "two rows": ((0.89, 0.052), (1.0, 0.058)), "pearls": ((0.97, 0.085),)}[kind]
    for size, radius in rows:
        ring = flat(shape * size, 0.11)
        n = int(np.linalg.norm(np.roll(ring, -1, 0) - ring, axis=1).sum() / (radius * 2.12))
        places, _ = even_steps(ring, n, closed=True)
        if kind == "pearls":
            parts += [p for place in places for p in moved([ball(radius, kit.pearl, n=18)], place)]
        else:
            parts += pave(places, np.broadcast_to(_UP, places.shape), radius, kit.accent, kit.metal)
    return tuple(parts)


def _sport_bezel(shape: Floats, kind: str, kit: Kit) -> Piece:
    metal = brushed(kit.metal)
    base = _rim(shape, 0.84, 1.06, 0.2, metal)
    if kind == "screws":
        a = np.arange(8) * np.pi / 4 + np.pi / 8
        heads = [p for t in a for p in moved(screw(0.07, kit.metal), (np.cos(t) * 0.93, np.sin(t) * 0.93, 0.14))]
        return (_rim(shape, 0.8, 1.06, 0.24, metal), *heads)
    dark = Material("gloss", {"blue": (0.01, 0.03, 0.14), "green": (0.0, 0.07, 0.04)}.get(kit.dial, (0.012, 0.012, 0.014)), 0.1)
    insert = lathe(np.array([[0.84, 0.12], [0.86, 0.17], [1.0, 0.13], [1.03, 0.08]]), dark, n=120)
    teeth = beads(np.concatenate([circle(1.06, 60)[:, :2], np.full((60, 1), 0.06)], 1), 0.05, kit.metal)
    marks = []
    for i in range(12 if kind == "diver" else 60):
        size = [0.035, 0.1, 0.012] if kind == "diver" else [0.012, 0.05, 0.012]
        spin = turn("z", i * (30 if kind == "diver" else 6))
        marks += moved([box(size, METALS["silver"], bevel=0.004)], spin @ np.array([0, 0.93, 0.15]), rotation=spin @ turn("x", -14))
    return (base, insert, teeth, *marks) if kind == "diver" else (base, insert, *marks)

