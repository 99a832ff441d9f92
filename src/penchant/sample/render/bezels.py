"""Watch bezels: the rims round a dial, plain, beaded, fluted, set with stones, or for sport."""

from __future__ import annotations

from typing import Final

import numpy as np

from penchant.sample.render.curves import circle, even_steps, flat
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import METALS, Material
from penchant.sample.render.motifs.floral import leaf
from penchant.sample.render.motifs.urban import brushed, screw
from penchant.sample.render.motifs.vintage import aged
from penchant.sample.render.mounts import beads, milgrain, pave
from penchant.sample.render.part import Floats, Part, Piece, moved, turn
from penchant.sample.render.shapes import ball, box, grid, lathe, rounded, sweep

_UP = np.array([0.0, 0.0, 1.0])
# inner size, outer size and rise of each rim
_PROFILES: Final = {
    "thin": ((0.93, 1.03, 0.14),),
    "plain": ((0.86, 1.03, 0.16),),
    "wide": ((0.82, 1.04, 0.24),),
    "stepped": ((0.84, 0.92, 0.2), (0.92, 1.0, 0.12), (1.0, 1.09, 0.04)),
}
# size of the row and radius of its stones
_SET_ROWS: Final = {
    "stones": ((0.95, 0.07),),
    "two rows": ((0.89, 0.052), (1.0, 0.058)),
    "pearls": ((0.97, 0.085),),
}
_INSERTS: Final = {"blue": (0.01, 0.03, 0.14), "green": (0.0, 0.07, 0.04)}


def rim(shape: Floats, low: float, high: float, rise: float, metal: Material) -> Part:
    """Make a rounded rim between two sizes of an outline."""
    middle, breadth = (low + high) / 2, (high - low)
    return sweep(
        flat(shape * middle, rise * 0.3),
        rounded(breadth, rise, square=3.0, n=20),
        metal,
        closed=True,
    )


def bezel(kind: str, shape: Floats, kit: Kit) -> Piece:
    """Make the bezel of a case.

    Args:
        kind: thin, plain, wide, stepped, beaded, fluted, petals, stones, two rows, pearls, diver,
            tachymeter or screws.
        shape: The case's outline, shape (n, 2).
        kit: Metal, stones and dial colour.
    """
    if kind in _PROFILES:
        return tuple(rim(shape, *profile, kit.metal) for profile in _PROFILES[kind])
    if kind in _SET_ROWS:
        return _set_bezel(shape, kind, kit)
    if kind in ("diver", "tachymeter", "screws"):
        return _sport_bezel(shape, kind, kit)
    makers = {"beaded": _beaded, "fluted": _fluted, "petals": _petals}
    return makers[kind](shape, kit)


def _beaded(shape: Floats, kit: Kit) -> Piece:
    dark = aged(kit.metal)
    rows = [milgrain("round", size, dark, bead=0.036) for size in (0.87, 1.0)]
    return (rim(shape, 0.86, 1.02, 0.14, dark), *moved(rows, (0, 0, 0.1)))


def _fluted(_: Floats, kit: Kit) -> Piece:
    a = np.arange(720) * 2 * np.pi / 720
    teeth = np.sin(a * 72)
    wave = (1 + 0.012 * np.sign(teeth) * np.abs(teeth) ** 0.6)[:, None]
    line = circle(1.0, 720)[:, :2]
    top = flat(line * 0.9 * wave, 0.14)
    top[:, 2] += 0.012 * teeth
    inner, outer = line * 0.83, line * 1.02
    rings = [flat(inner, 0.0), flat(inner, 0.13), top, flat(outer * wave, -0.02), flat(outer, -0.1)]
    return (grid(np.stack(rings), kit.metal, closed=(False, True)),)


def _petals(shape: Floats, kit: Kit) -> Piece:
    parts: list[Part] = [rim(shape, 0.84, 0.94, 0.16, kit.metal)]
    for i in range(16):
        spin = turn("z", i * 22.5)
        parts += moved(
            [leaf(0.4, 0.3, kit.metal, cup=0.06, curl=-0.1, tip=0.8)],
            spin @ np.array([0, 0.88, 0.03]),
            rotation=spin,
        )
    return tuple(parts)


def _set_bezel(shape: Floats, kind: str, kit: Kit) -> Piece:
    parts: list[Part] = [rim(shape, 0.84, 1.06, 0.1, kit.metal)]
    for size, radius in _SET_ROWS[kind]:
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
    if kind == "screws":
        a = np.arange(8) * np.pi / 4 + np.pi / 8
        places = np.stack([np.cos(a) * 0.93, np.sin(a) * 0.93, np.full(8, 0.14)], 1)
        heads = [p for place in places for p in moved(screw(0.07, kit.metal), place)]
        return (rim(shape, 0.8, 1.06, 0.24, metal), *heads)
    dark = Material("gloss", _INSERTS.get(kit.dial, (0.012, 0.012, 0.014)), 0.1)
    insert = lathe(np.array([[0.84, 0.12], [0.86, 0.17], [1.0, 0.13], [1.03, 0.08]]), dark, n=120)
    base = (rim(shape, 0.84, 1.06, 0.2, metal), insert)
    if kind == "tachymeter":
        return (*base, *_scale(60, (0.012, 0.05, 0.012)))
    edge = flat(circle(1.06, 60)[:, :2], 0.06)
    return (*base, beads(edge, 0.05, kit.metal), *_scale(12, (0.035, 0.1, 0.012)))


def _scale(n: int, size: tuple[float, float, float]) -> Piece:
    mark = box(size, METALS["silver"], bevel=0.004)
    spins = [turn("z", i * 360 / n) for i in range(n)]
    tilt = turn("x", -14)
    return tuple(
        p for s in spins for p in moved([mark], s @ np.array([0, 0.93, 0.15]), rotation=s @ tilt)
    )
