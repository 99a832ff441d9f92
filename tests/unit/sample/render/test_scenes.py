"""Every design of the shop can be drawn, is in the picture, and is made of what its title says."""

from __future__ import annotations

from itertools import groupby

import numpy as np
import pytest

from penchant.errors import NotFoundError
from penchant.sample.design import CATEGORIES, STYLES, Design, designs
from penchant.sample.render.__main__ import main
from penchant.sample.render.kit import plain_kit
from penchant.sample.render.materials import METALS, PEARLS, STONES, Material
from penchant.sample.render.motifs import motif
from penchant.sample.render.part import Piece
from penchant.sample.render.picture import photograph
from penchant.sample.render.scenes import scene

ONE_EACH = [next(same) for _, same in groupby(designs(), key=lambda d: d.group)]


def _materials(piece: Piece) -> set[Material]:
    return {part.material for part in piece}


def _like(material: Material, found: set[Material]) -> bool:
    return any((m.kind, m.colour) == (material.kind, material.colour) for m in found)


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_design_is_sound_and_in_the_picture(category: str) -> None:
    """Points are finite, normals have length one, and the whole piece is in view."""
    for design in (d for d in ONE_EACH if d.category == category):
        shot = scene(design)
        points = np.concatenate([part.points for part in shot.piece])
        normals = np.concatenate([part.normals for part in shot.piece])
        length = np.linalg.norm(normals, axis=1)
        assert np.isfinite(points).all(), design
        assert ((np.abs(length - 1) < 1e-6) | (length < 1e-6)).all(), design
        assert (length > 0.5).mean() > 0.98, design
        for part in shot.piece:
            assert part.faces.max() < len(part.points), design
        places = shot.camera.project(points, size=100)
        low, high = places[:, :2].min(0), places[:, :2].max(0)
        assert low[0] >= 0, design
        assert high.max() <= 100, design
        # a pendant's chain leaves the photo at its top, all else is whole
        assert low[1] >= 0 or category == "pendant", design
        assert (high - low).max() > 40, design


@pytest.mark.parametrize("style", STYLES)
def test_titles_name_the_stone_that_is_drawn(style: str) -> None:
    """A stone in the title is in the piece, in its own material; the metal always is."""
    for design in (d for d in ONE_EACH if d.style == style):
        found = _materials(scene(design).piece)
        assert _like(METALS[design.metal], found), design
        if design.stone_shows:
            assert _like(STONES[design.stone], found), design
        if "pearl" in design.word and design.category != "watch":
            assert _like(PEARLS[design.pearl], found), design


def _of(category: str, style: str, variant: int) -> Design:
    wanted = (category, style, variant)
    return next(d for d in designs() if (d.category, d.style, d.variant) == wanted)


@pytest.mark.parametrize(
    ("design", "colour"),
    [
        (_of("ring", "minimalist", 2), "warm"),
        (_of("bracelet", "urban", 2), "dark"),
        (_of("watch", "deco", 1), "dark"),
        (_of("bracelet", "pearl", 1), "light"),
        (_of("watch", "pearl", 0), "light"),
    ],
    ids=lambda value: getattr(value, "word", value),
)
def test_small_photos_have_the_tone_of_their_piece(design: Design, colour: str) -> None:
    """Rose gold is warm, black beads are dark, pearls are light: seen even at 45 pixels."""
    pixels = np.asarray(photograph(scene(design), size=45)).astype(int)
    piece = pixels[pixels.min(2) < 225]
    assert len(piece) > 100
    mean = piece.mean(0)
    if colour == "warm":
        assert mean[0] > mean[2] + 30
    elif colour == "dark":
        assert np.percentile(piece.mean(1), 20) < 70
    else:
        assert np.percentile(piece.mean(1), 20) > 110


def test_an_unknown_style_is_refused() -> None:
    """The message suggests the style that was meant."""
    with pytest.raises(NotFoundError, match='Did you mean "floral"'):
        motif("florall", plain_kit())


def test_the_command_explains_itself(capsys: pytest.CaptureFixture[str]) -> None:
    """Without a directory the command prints its usage and fails."""
    assert main([]) == 2
    assert "OUT_DIR" in capsys.readouterr().err
