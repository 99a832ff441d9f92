"""Minimalist centrepieces: discs, bars, open outlines, one tiny stone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from penchant.sample.render.curves import circle, flat
from penchant.sample.render.kit import Kit
from penchant.sample.render.mounts import bezelled, clawed
from penchant.sample.render.part import Piece, moved
from penchant.sample.render.shapes import ball, plate, polygon, rounded, sweep


def disc(kit: Kit) -> Piece:
    """Make a thin disc with a pin-point stone."""
    body = plate(circle(0.8, 90)[:, :2], 0.1, kit.metal, bevel=0.03, dome=0.06)
    return (body, *moved(bezelled("round", 0.12, kit.stone, kit.metal), (0.3, 0.32, 0.15)))


def bar(kit: Kit) -> Piece:
    """Make a slim rounded bar."""
    body = plate(rounded(2.0, 0.26, square=9.0, n=80), 0.16, kit.metal, bevel=0.04)
    return (body,)


def open_circle(kit: Kit) -> Piece:
    """Make a wire circle."""
    return (sweep(circle(0.78), rounded(0.13, 0.13, n=14), kit.metal, closed=True),)


def solitaire(kit: Kit) -> Piece:
    """Make one small stone in claws."""
    return clawed(kit.cut, 0.6, kit.stone, kit.metal)


def open_triangle(kit: Kit) -> Piece:
    """Make a wire triangle with softened corners."""
    corners = flat(polygon(3, 0.95, per_side=24))
    return (sweep(corners, rounded(0.12, 0.16, square=3.0, n=12), kit.metal, closed=True),)


def dot(kit: Kit) -> Piece:
    """Make a polished ball."""
    return (ball(0.5, kit.metal, n=40),)


def drop(kit: Kit) -> Piece:
    """Make a smooth drop, round below and drawn out above."""
    t = np.linspace(0, 2 * np.pi, 90, endpoint=False)
    outline = np.stack([np.sin(t) * np.sin(t / 2) ** 1.7 * -0.55, np.cos(t) * 0.9], 1)
    return (plate(outline, 0.1, kit.metal, bevel=0.03, dome=0.16),)


def rimmed(kit: Kit) -> Piece:
    """Make one stone in a plain rim."""
    return bezelled(kit.cut, 0.55, kit.stone, kit.metal)


MOTIFS: Final[tuple[Callable[[Kit], Piece], ...]] = (
    solitaire,
    disc,
    open_circle,
    bar,
    rimmed,
    open_triangle,
    drop,
    dot,
)
