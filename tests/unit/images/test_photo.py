"""Photos of every kind become the right pixels, or say why not."""

from __future__ import annotations

import io
import os
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from penchant.errors import InputError
from penchant.images import FITS, PhotoError, load_photo, read_file, read_photo

QUARTERS = ("red", "lime", "blue", "white")


def quartered(width: int = 64, height: int = 48) -> Image.Image:
    """Red top left, lime top right, blue bottom left, white bottom right."""
    image = Image.new("RGB", (width, height))
    for number, colour in enumerate(QUARTERS):
        left, top = (number % 2) * width // 2, (number // 2) * height // 2
        image.paste(colour, (left, top, left + width // 2, top + height // 2))
    return image


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def corners(pixels: np.ndarray) -> list[list[int]]:
    last = len(pixels) - 1
    return [pixels[y, x].tolist() for y, x in ((0, 0), (0, last), (last, 0), (last, last))]


def reason(data: bytes, **options: int) -> str:
    with pytest.raises(PhotoError) as caught:
        read_photo(data, size=32, **options)
    return caught.value.reason


@pytest.mark.parametrize("kind", ["PNG", "BMP", "TIFF", "GIF", "WEBP"])
def test_formats_without_loss_give_the_same_colours(kind: str) -> None:
    options = {"lossless": True} if kind == "WEBP" else {}
    pixels = load_photo(encoded(quartered(), kind, **options), size=32)
    assert pixels.shape == (32, 32, 3)
    assert pixels.dtype == np.uint8
    assert corners(pixels) == [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]


def test_a_small_jpeg_equals_a_plain_decode_and_resize() -> None:
    data = encoded(quartered(60, 80), "JPEG", quality=95)
    plain = Image.open(io.BytesIO(data)).convert("RGB").resize((48, 48), Image.Resampling.BILINEAR)
    assert np.array_equal(load_photo(data, size=48), np.asarray(plain))


def test_a_big_jpeg_decoded_at_reduced_scale_is_close_to_a_full_decode() -> None:
    noise = np.random.default_rng(3).integers(0, 255, (12, 9, 3), dtype=np.uint8)
    big = Image.fromarray(noise).resize((1300, 1700), Image.Resampling.BICUBIC)
    data = encoded(big, "JPEG", quality=90)
    full = Image.open(io.BytesIO(data)).convert("RGB").resize((96, 96), Image.Resampling.BILINEAR)
    difference = np.abs(load_photo(data, size=96).astype(int) - np.asarray(full).astype(int))
    assert difference.mean() < 2.0
    assert difference.max() < 24


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("fit", FITS)
def test_exif_rotation_is_honoured(orientation: int, fit: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(quartered(64, 32), "PNG", exif=exif)
    turned = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    photo = read_photo(data, size=32, fit=fit)
    assert corners(photo.pixels) == corners(load_photo(encoded(turned), size=32, fit=fit))
    assert (photo.width, photo.height) == turned.size


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
def test_a_damaged_exif_block_does_not_spoil_the_photo() -> None:
    data = encoded(quartered(), "JPEG", quality=95, exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff")
    assert np.array_equal(
        load_photo(data, size=24), load_photo(encoded(quartered(), "JPEG", quality=95), size=24)
    )


@pytest.mark.parametrize("mode", ["RGBA", "LA", "PA"])
def test_transparent_parts_become_white(mode: str) -> None:
    image = Image.new("RGBA", (8, 8), (200, 10, 10, 0))
    image.paste((0, 0, 0, 255), (0, 0, 4, 8))
    data = (
        encoded(image.convert(mode), "TIFF" if mode == "PA" else "PNG")
        if mode != "PA"
        else (encoded(image.quantize(4)))
    )
    pixels = load_photo(data, size=8)
    assert pixels[0, 7].tolist() == [255, 255, 255]
    assert pixels[0, 0].max() < 60


def test_half_transparent_black_becomes_mid_grey() -> None:
    data = encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 128)))
    assert load_photo(data, size=2)[0, 0].tolist() == [127, 127, 127]


def test_a_palette_colour_named_transparent_becomes_white() -> None:
    image = Image.new("P", (4, 4), 1)
    image.putpalette([10, 20, 30, 200, 0, 0])
    data = encoded(image, "PNG", transparency=1)
    assert load_photo(data, size=2)[0, 0].tolist() == [255, 255, 255]
    assert load_photo(encoded(image), size=2)[0, 0].tolist() == [200, 0, 0]


@pytest.mark.parametrize(
    ("mode", "colour", "expected"),
    [("L", 77, [77] * 3), ("1", 1, [255] * 3), ("CMYK", (0, 255, 255, 0), [255, 0, 0])],
)
def test_other_colour_models_become_rgb(mode: str, colour: object, expected: list[int]) -> None:
    data = encoded(Image.new(mode, (6, 6), colour), "TIFF")
    assert load_photo(data, size=3)[1, 1].tolist() == expected


def test_a_cmyk_jpeg_becomes_rgb() -> None:
    data = encoded(Image.new("CMYK", (64, 64), (255, 0, 0, 0)), "JPEG", quality=95)
    red, green, blue = load_photo(data, size=8)[4, 4].tolist()
    assert red < 20
    assert green > 235
    assert blue > 235


def test_sixteen_bit_grey_keeps_its_upper_bits() -> None:
    values = np.full((4, 4), 40_000, dtype=np.uint16)
    assert load_photo(encoded(Image.fromarray(values)), size=2)[0, 0].tolist() == [156] * 3


def test_floating_grey_up_to_one_is_stretched() -> None:
    data = encoded(Image.fromarray(np.array([[0.0, 1.0]], dtype=np.float32)), "TIFF")
    assert load_photo(data, size=2)[0].tolist() == [[0, 0, 0], [255, 255, 255]]


def test_of_an_animation_the_first_frame_is_taken() -> None:
    first, second = Image.new("RGB", (8, 8), "red"), Image.new("RGB", (8, 8), "blue")
    data = encoded(first, "GIF", save_all=True, append_images=[second])
    assert load_photo(data, size=4)[0, 0].tolist() == [255, 0, 0]


def test_one_pixel_is_a_photo() -> None:
    pixels = load_photo(encoded(Image.new("RGB", (1, 1), (1, 2, 3))), size=5)
    assert (pixels == np.array([1, 2, 3])).all()


def test_pad_keeps_the_shape_and_fills_with_the_border_colour() -> None:
    image = Image.new("RGB", (20, 40), (240, 230, 220))
    image.paste("black", (5, 10, 15, 30))
    pixels = load_photo(encoded(image), size=40, fit="pad")
    assert (pixels[:, :9] == np.array([240, 230, 220])).all()
    assert (pixels[:, 31:] == np.array([240, 230, 220])).all()
    assert pixels[20, 20].tolist() == [0, 0, 0]
    dark = (pixels[20] < 60).all(axis=1).sum()
    assert dark == pytest.approx(10, abs=2)


def test_crop_takes_the_middle_of_the_longer_side() -> None:
    image = Image.new("RGB", (30, 90), "white")
    image.paste("black", (0, 30, 30, 60))
    assert (load_photo(encoded(image), size=16, fit="crop") == 0).all()


def test_squash_uses_the_whole_photo() -> None:
    image = Image.new("RGB", (30, 90), "white")
    image.paste("black", (0, 30, 30, 60))
    column = load_photo(encoded(image), size=9, fit="squash")[:, 4, 0]
    assert column[[0, 4, 8]].tolist() == [255, 0, 255]


def test_an_empty_file_is_named_so() -> None:
    assert reason(b"") == "empty_file"


@pytest.mark.parametrize("data", [b"\x00", b"hello", b"<html><body>404</body></html>", b"%PDF-1.7"])
def test_other_files_are_not_images(data: bytes) -> None:
    assert reason(data) == "not_an_image"


def test_a_web_page_is_recognised() -> None:
    with pytest.raises(PhotoError, match="web page"):
        load_photo(b"<!DOCTYPE html>", size=4)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "BMP", "TIFF", "GIF", "WEBP"])
def test_a_file_cut_in_half_is_an_error_of_that_photo(kind: str) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    expected = (
        ("truncated",)
        if kind in ("JPEG", "PNG", "BMP")
        else ("truncated", "unreadable", "not_an_image")
    )
    assert reason(data[: len(data) // 2]) in expected


def test_a_bomb_is_refused_by_its_header() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    body = b"IHDR" + header
    chunk = struct.pack(">I", 13) + body + struct.pack(">I", zlib.crc32(body))
    assert reason(b"\x89PNG\r\n\x1a\n" + chunk + b"\x00\x00\xff\xffIDAT") == "too_large"


def test_the_limit_of_pixels_is_the_callers() -> None:
    data = encoded(quartered(100, 50))
    assert reason(data, max_pixels=4_999) == "too_large"
    assert read_photo(data, size=32, max_pixels=5_000).width == 100


def test_files_that_cannot_be_read_are_told_apart(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "file").write_bytes(b"x")
    cases = {
        tmp_path / "none.jpg": "missing",
        tmp_path / "file" / "below.jpg": "missing",
        tmp_path: "unreadable",
        pipe: "unreadable",
        Path("bad\0name"): "unreadable",
        tmp_path / ("x" * 300): "unreadable",
    }
    for path, expected in cases.items():
        with pytest.raises(PhotoError) as caught:
            read_file(path)
        assert caught.value.reason == expected, path


def test_a_path_is_read_like_its_bytes(tmp_path: Path) -> None:
    data = encoded(quartered())
    (tmp_path / "a.png").write_bytes(data)
    assert np.array_equal(load_photo(tmp_path / "a.png", size=16), load_photo(data, size=16))


def test_an_unknown_fit_is_refused_with_a_hint() -> None:
    with pytest.raises(InputError, match='Did you mean "squash"'):
        load_photo(b"", size=4, fit="squish")


def test_a_size_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="size is 0"):
        load_photo(b"x", size=0)
