"""The two facts about a photo tell flat from lively, and same from different."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from penchant.images import look_of, read_photo


def scene(seed: int, size: int = 224) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(0, 255, (6, 6, 3), dtype=np.uint8)
    return np.asarray(Image.fromarray(coarse).resize((size, size), Image.Resampling.BICUBIC))


def slow_hash(pixels: np.ndarray) -> str:
    grey = Image.fromarray(pixels).reduce(7).convert("L").resize((9, 8), Image.Resampling.BOX)
    bits = ""
    for y in range(8):
        for x in range(8):
            bits += "1" if grey.getpixel((x + 1, y)) > grey.getpixel((x, y)) + 2 else "0"
    return f"{int(bits, 2):016x}"


def test_the_hash_agrees_with_its_slow_twin() -> None:
    for seed in range(5):
        assert look_of(scene(seed)).dhash == slow_hash(scene(seed))


def test_the_hash_survives_another_encoding_and_tells_scenes_apart() -> None:
    buffer = io.BytesIO()
    Image.fromarray(scene(1)).save(buffer, "JPEG", quality=70)
    again = read_photo(buffer.getvalue(), size=224).pixels
    first, second = int(look_of(scene(1)).dhash, 16), int(look_of(again).dhash, 16)
    assert (first ^ second).bit_count() <= 3
    assert (first ^ int(look_of(scene(2)).dhash, 16)).bit_count() > 10


def test_std_is_that_of_two_halves() -> None:
    pixels = np.zeros((64, 64, 3), dtype=np.uint8)
    pixels[:, 32:] = 200
    assert look_of(pixels).std == 100.0


def test_noise_on_white_leaves_the_hash_at_zero() -> None:
    pixels = np.random.default_rng(0).integers(252, 256, (224, 224, 3), dtype=np.uint8)
    assert look_of(pixels).dhash == "0" * 16
    assert look_of(pixels).std < 2.0


def test_one_pixel_has_a_look() -> None:
    assert look_of(np.full((1, 1, 3), 9, dtype=np.uint8)).std == 0.0
