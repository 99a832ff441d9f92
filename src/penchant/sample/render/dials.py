"""Watch faces: the dial with its hour marks, hands, small dials and date."""

from __future__ import annotations

import numpy as np

from penchant.sample.render.curves import circle, flat
from penchant.sample.render.kit import Kit
from penchant.sample.render.materials import DIALS, INK, METALS, PAPER, Material
from penchant.sample.render.motifs.floral import leaf
from penchant.sample.render.mounts import bezelled, seen_stone
from penchant.sample.render.part import Floats, Part, Piece, merged, moved, turn
from penchant.sample.render.shapes import ball, box, plate, rounded, sweep

_PALE = ("white", "ivory", "silver", "champagne", "mother-of-pearl", "rose")


def face(shape: Floats, marks: str, hands: str, extra: str, kit: Kit) -> Piece:
    """Make a dial with everything on it.

    Args:
        shape: The dial's outline, shape (n, 2).
        marks: bars, dots, romans, lume or none.
        hands: sticks, leaves or swords.
        extra: seconds, chronograph, date, rail, flower or nothing.
        kit: Names the dial's colour and the metal of the marks.
    """
    disc = moved([plate(shape, 0.02, DIALS[kit.dial], bevel=0.005)], (0, 0, -0.02))
    return (
        *disc,
        *_marks(shape, marks, kit),
        *_extras(shape, extra, kit),
        *_hands(shape, hands, kit),
    )


def _ink(kit: Kit) -> Material:
    if kit.dial in _PALE:
        return (
            INK
            if kit.metal in (METALS["silver"], METALS["platinum"], METALS["steel"])
            else kit.metal
        )
    return kit.metal if kit.metal != METALS["black"] else PAPER


def _hours(shape: Floats, share: float) -> tuple[Floats, Floats]:
    degrees = -np.arange(12) * 30.0
    a = np.deg2rad(degrees + 90)
    around = np.arctan2(shape[:, 1], shape[:, 0])
    nearest = np.abs(np.angle(np.exp(1j * (around[None] - a[:, None])))).argmin(1)
    radius = np.linalg.norm(shape[nearest], axis=1)
    places = np.stack([np.cos(a) * radius, np.sin(a) * radius, 0 * a], 1) * share
    return np.asarray(places, dtype=np.float64), np.asarray(degrees, dtype=np.float64)


def _marks(shape: Floats, marks: str, kit: Kit) -> Piece:
    places, degrees = _hours(shape, 0.84)
    parts: list[Part] = []
    for hour, (place, turned) in enumerate(zip(places, degrees, strict=True)):
        spin = turn("z", float(turned))
        for each in _mark(marks, hour, kit):
            parts += moved([each], place, rotation=spin)
    return tuple(parts)


def _mark(marks: str, hour: int, kit: Kit) -> list[Part]:
    ink = _ink(kit)
    quarter = hour % 3 == 0
    if marks == "none":
        return [box([0.03, 0.14, 0.015], ink, bevel=0.005)] if quarter else []
    if marks == "bars":
        return [box([0.055 if quarter else 0.035, 0.2 if quarter else 0.14, 0.03], ink, bevel=0.01)]
    if marks == "dots":
        gem = moved([seen_stone("round", 0.055, kit.accent)], (0, 0, 0.02))
        return [*gem] if quarter else [ball(0.032, ink, n=14, squash=0.6)]
    return _lume(hour, kit) if marks == "lume" else _roman(hour, ink)


def _lume(hour: int, kit: Kit) -> list[Part]:
    glow = PAPER if kit.dial not in ("white", "silver") else INK
    if hour == 0:
        wedge = np.array([[0.09, 0.08], [-0.09, 0.08], [0.0, -0.12]])
        return [plate(wedge, 0.03, glow, bevel=0.008)]
    if hour % 3 == 0:
        return [box([0.08, 0.2, 0.03], glow, bevel=0.01)]
    return [plate(circle(0.058, 24)[:, :2], 0.03, glow, bevel=0.008)]


def _roman(hour: int, ink: Material) -> list[Part]:
    numeral = ("XII", "I", "II", "III", "IIII", "V", "VI", "VII", "VIII", "IX", "X", "XI")[hour]
    widths = {"I": 0.045, "V": 0.1, "X": 0.1}
    at = -sum(widths[c] for c in numeral) / 2
    parts: list[Part] = []
    for letter in numeral:
        middle = at + widths[letter] / 2
        at += widths[letter]
        slants = {"I": (0.0,), "V": (14.0, -14.0), "X": (22.0, -22.0)}[letter]
        for i, slant in enumerate(slants):
            shift = middle + ((i * 2 - 1) * 0.022 if letter == "V" else 0.0)
            stroke = [box([0.018, 0.19, 0.012], ink, bevel=0.004)]
            parts += moved(stroke, (shift, 0, 0), rotation=turn("z", slant))
    return parts


def _hand(kind: str, length: float, width: float, metal: Material) -> Part:
    if kind == "leaves":
        t = np.linspace(0, 2 * np.pi, 48, endpoint=False)
        across = np.sin(t) * (0.25 + 0.75 * np.sin((1 - np.cos(t)) / 2 * np.pi) ** 2) * width * 0.8
        outline = np.stack([-across, (1 - np.cos(t)) / 2 * length], 1)
        outline = outline[::-1] if _area(outline) < 0 else outline
        middle = np.array([0, length / 2])
        return moved([plate(outline - middle, 0.02, metal, bevel=0.008)], (0, length / 2, 0))[0]
    if kind == "swords":
        points = np.array(
            [
                [width / 2, 0],
                [width * 0.62, length * 0.72],
                [0, length],
                [-width * 0.62, length * 0.72],
                [-width / 2, 0],
            ]
        )
    else:
        points = np.array(
            [[width / 3, 0], [width / 3, length], [-width / 3, length], [-width / 3, 0]]
        )
    middle = np.array([0, length / 2])
    return moved([plate(points - middle, 0.025, metal, bevel=0.01)], (0, length / 2, 0))[0]


def _area(outline: Floats) -> float:
    x, y = outline.T
    return float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())


def _hands(shape: Floats, hands: str, kit: Kit) -> Piece:
    ink = _ink(kit)
    reach = float(min(shape[:, 0].max() * 1.15, shape[:, 1].max()))
    parts: list[Part] = []
    # ten past ten, as every watchmaker shows it
    for turned, length, width, z in ((56.0, 0.52, 0.11, 0.05), (-60.0, 0.78, 0.085, 0.08)):
        parts += moved(
            [_hand(hands, length * reach, width, ink)], (0, 0, z), rotation=turn("z", turned)
        )
    needle = Material("matte", (0.6, 0.03, 0.02), 0.4) if hands == "sticks" else ink
    thin = _hand("sticks", 0.8 * reach, 0.026, needle)
    parts += moved([thin], (0, 0, 0.11), rotation=turn("z", -205))
    parts += moved([ball(0.055, ink, n=18, squash=0.6)], (0, 0, 0.11))
    return tuple(parts)


def _small_dial(place: tuple[float, float], radius: float, kit: Kit) -> Piece:
    ink = _ink(kit)
    ring = sweep(circle(radius, 48), rounded(0.025, 0.02, n=8), ink, closed=True)
    ticks: list[Part] = []
    for i in range(12):
        spin = turn("z", i * 30)
        ticks += moved(
            [box([0.012, 0.04, 0.008], ink, bevel=0.003)],
            spin @ np.array([0, radius * 0.82, 0]),
            rotation=spin,
        )
    hand = moved(
        [_hand("sticks", radius * 0.75, 0.03, ink)],
        (0, 0, 0.015),
        rotation=turn("z", 130 * place[1] + 40),
    )
    return moved([ring, merged(ticks), *hand], (*place, 0.008))


def _extras(shape: Floats, extra: str, kit: Kit) -> Piece:
    if extra == "seconds":
        return _small_dial((0.0, -0.42), 0.2, kit)
    if extra == "chronograph":
        return tuple(
            p for at in ((0.0, -0.4), (-0.4, 0.0), (0.4, 0.0)) for p in _small_dial(at, 0.21, kit)
        )
    if extra == "date":
        frame = box([0.2, 0.15, 0.012], METALS["steel"], bevel=0.006)
        window = moved([box([0.16, 0.11, 0.016], PAPER, bevel=0.003)])
        digits = [
            p
            for x in (-0.035, 0.035)
            for p in moved([box([0.026, 0.07, 0.02], INK, bevel=0.003)], (x, 0, 0))
        ]
        return moved([frame, *window, *digits], (float(shape[:, 0].max()) * 0.62, 0, 0.0))
    if extra == "rail":
        ring = flat(shape * 0.62, 0.006)
        return (sweep(ring, rounded(0.02, 0.012, n=8), _ink(kit), closed=True),)
    if extra == "flower":
        petals: list[Part] = []
        for i in range(6):
            spin = turn("z", i * 60 + 20)
            petals += moved(
                [leaf(0.34, 0.46, kit.metal, cup=0.04, curl=0.03, tip=0.8)],
                (0.18, -0.2, 0.0),
                rotation=spin,
            )
        heart = moved(bezelled("round", 0.07, kit.stone, kit.metal), (0.18, -0.2, 0.05))
        return (merged(petals), *heart)
    return ()
