"""Watches of every style: a case facing +z, on a strap that runs round the wrist behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from penchant.sample.render.bezels import bezel
from penchant.sample.render.curves import circle
from penchant.sample.render.cuts import outline
from penchant.sample.render.dials import face
from penchant.sample.render.kit import Kit
from penchant.sample.render.motifs.urban import brushed
from penchant.sample.render.part import Floats, Part, Piece, moved, turn
from penchant.sample.render.shapes import lathe, plate, rounded, sweep
from penchant.sample.render.straps import strap


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
    parts: list[Part] = [*_case(shape, look, kit), *bezel(look.bezel, shape, kit)]
    dial = moved(face(shape * 0.86, look.marks, look.hands, look.extra, kit), (0, 0, 0.0))
    reach = float(shape[:, 1].max())
    band = strap(look.strap, width * (0.85 if lady else 1.0), reach, kit)
    return (*parts, *dial, *band)


def _case(shape: Floats, look: Look, kit: Kit) -> Piece:
    metal = brushed(kit.metal) if look.bezel in ("diver", "tachymeter", "screws") else kit.metal
    body = moved([plate(shape * 1.02, 0.3, metal, bevel=0.06)], (0, 0, -0.31))
    width, height = shape[:, 0].max(), shape[:, 1].max()
    crown = lathe(
        np.array(
            [[0.001, 0.0], [0.1, 0.0], [0.12, 0.04], [0.12, 0.14], [0.09, 0.17], [0.001, 0.17]]
        ),
        kit.metal,
        n=24,
    )
    knob = moved([crown], (width * 1.0, 0, -0.15), rotation=turn("y", 90))
    lugs: list[Part] = []
    if look.strap != "pearls":
        for x in (-1, 1):
            for y in (-1, 1):
                lug = sweep(
                    _lug_path(height), rounded(0.15, 0.24, square=3.5, n=16), metal, up=(1, 0, 0)
                )
                lugs += moved([_mirrored(lug, float(y))], (x * min(0.62, width * 0.76), 0, 0))
    return (*body, *knob, *lugs)


def _lug_path(height: float) -> Floats:
    t = np.linspace(0, 1, 14)
    return np.stack([0 * t, height * 0.72 + 0.5 * t, -0.1 - 0.3 * t**2], 1)


def _mirrored(lug: Part, side: float) -> Part:
    flip = np.array([1.0, side, 1.0])
    return Part(lug.points * flip, lug.normals * flip, lug.faces, lug.material, lug.local)
