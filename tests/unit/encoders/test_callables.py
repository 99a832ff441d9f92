"""Any function can be an encoder, and one that misbehaves is told so."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from penchant.encoders import CallableEncoder
from penchant.encoders.callables import trial_picture
from penchant.errors import InputError


def mean_colour(images: list[Image.Image]) -> np.ndarray:
    return np.array([np.asarray(image).mean(axis=(0, 1)) for image in images])


def test_it_is_given_rgb_images_of_the_right_size() -> None:
    seen: list[Image.Image] = []

    def embed(images: list[Image.Image]) -> list[list[float]]:
        seen.extend(images)
        return [[1.0, 2.0]] * len(images)

    encoder = CallableEncoder(embed, size=9)
    rows = encoder.embed(np.stack([trial_picture(9)] * 3))
    assert rows.tolist() == [[1.0, 2.0]] * 3
    assert rows.dtype == np.float32
    assert {(image.mode, image.size) for image in seen} == {("RGB", (9, 9))}
    assert np.array_equal(np.asarray(seen[-1]), trial_picture(9))


def test_it_may_take_pixels() -> None:
    encoder = CallableEncoder(lambda pixels: pixels.mean(axis=(1, 2)), size=4, takes="pixels")
    pixels = trial_picture(4)[None]
    np.testing.assert_allclose(encoder.embed(pixels), pixels.mean(axis=(1, 2)))


def test_no_photos_give_no_rows() -> None:
    rows = CallableEncoder(mean_colour, size=4).embed(np.zeros((0, 4, 4, 3), dtype=np.uint8))
    assert rows.shape == (0, 3)


def test_the_fingerprint_follows_name_version_size_fit_and_numbers() -> None:
    def brighter(images: list[Image.Image]) -> np.ndarray:
        return mean_colour(images) + 1

    made = [
        CallableEncoder(mean_colour, size=8),
        CallableEncoder(mean_colour, size=9),
        CallableEncoder(mean_colour, size=8, fit="pad"),
        CallableEncoder(mean_colour, size=8, name="other"),
        CallableEncoder(mean_colour, size=8, version="2"),
        CallableEncoder(brighter, size=8, name="mean_colour"),
    ]
    assert len({encoder.fingerprint for encoder in made}) == len(made)
    assert CallableEncoder(mean_colour, size=8).fingerprint == made[0].fingerprint
    versioned = CallableEncoder(brighter, size=8, name="mean_colour", version="2")
    assert versioned.fingerprint == made[4].fingerprint


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (lambda pixels: None, "NoneType|shape"),
        (lambda pixels: "text", "str"),
        (lambda pixels: np.zeros(4), "shape"),
        (lambda pixels: np.zeros((len(pixels) + 1, 4)), "one row per photo"),
        (lambda pixels: np.zeros((len(pixels), 0)), "one row per photo"),
        (lambda pixels: np.zeros((len(pixels), 2, 2)), "one row per photo"),
        (lambda pixels: np.full((len(pixels), 4), np.nan), "NaN or infinity"),
        (lambda pixels: np.full((len(pixels), 4), np.inf), "NaN or infinity"),
        (lambda pixels: [[1.0], [2.0, 3.0]], "array of numbers"),
    ],
)
def test_answers_that_cannot_be_used_are_refused(answer: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        _ = CallableEncoder(answer, name="mine", size=4, takes="pixels").dim


def test_an_answer_of_another_length_later_is_refused() -> None:
    lengths = iter([3, 4])
    encoder = CallableEncoder(
        lambda pixels: np.ones((len(pixels), next(lengths))), name="mine", size=4, takes="pixels"
    )
    assert encoder.dim == 3
    with pytest.raises(InputError, match="4 numbers for a photo, 3 before"):
        encoder.embed(trial_picture(4)[None])


@pytest.mark.parametrize("wrong", [{"takes": "tensors"}, {"fit": "stretch"}])
def test_unknown_words_are_refused(wrong: dict[str, str]) -> None:
    with pytest.raises(InputError, match="must be one of"):
        CallableEncoder(mean_colour, **wrong)
