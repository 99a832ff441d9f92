"""Photos and model files made to hurt: each is refused; none runs, hangs or fills memory."""

from __future__ import annotations

import io
import os
import pickle
import resource
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from penchant.encoders import CallableEncoder, EmbeddingCache, ProductPhotos, embed_products
from penchant.encoders.checkpoint import read_checkpoint
from penchant.errors import InputError
from penchant.images import PhotoError, read_photo

REASONS = {"empty_file", "not_an_image", "truncated", "too_large", "unreadable"}

pytestmark = pytest.mark.filterwarnings("ignore")


def encoded(kind: str, size: tuple[int, int] = (40, 30)) -> bytes:
    pixels = np.random.default_rng(2).integers(0, 255, (*size[::-1], 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, kind)
    return buffer.getvalue()


def outcome(data: bytes) -> str:
    """`ok`, or the reason the photo was refused; anything else raised fails the test."""
    try:
        photo = read_photo(data, size=16)
    except PhotoError as error:
        return error.reason if str(error) else "no message"
    assert photo.pixels.shape == (16, 16, 3)
    return "ok"


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int, height: int, body: bytes) -> bytes:
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (png_chunk(b"IHDR", header), png_chunk(b"IDAT", body), png_chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


@pytest.mark.parametrize("side", [9_000, 20_000, 65_535, 2**31 - 1])
def test_a_bomb_is_refused_before_it_is_decoded(side: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    bomb = png(side, side, zlib.compress(bytes(10_000_000), 9))
    assert outcome(bomb) in ("too_large", "not_an_image", "unreadable")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 60_000


def test_a_text_bomb_inside_a_small_photo_is_refused() -> None:
    text = png_chunk(b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(80_000_000), 9))
    data = png(4, 4, zlib.compress(bytes(4 * 13)))
    assert outcome(data[:33] + text + data[33:]) in (REASONS | {"ok"})


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_flipped_bytes_never_escape(kind: str) -> None:
    data, rng = encoded(kind), np.random.default_rng(7)
    seen = set()
    for _ in range(120):
        broken = bytearray(data)
        for place in rng.integers(0, len(data), 6):
            broken[place] = rng.integers(0, 256)
        header = rng.integers(0, 60)
        broken[header] = rng.integers(0, 256)
        seen.add(outcome(bytes(broken)))
    assert len(seen) > 1
    assert seen <= REASONS | {"ok"}


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "GIF", "WEBP", "BMP", "TIFF"])
def test_cuts_anywhere_never_escape(kind: str) -> None:
    data = encoded(kind)
    found = [outcome(data[:cut]) for cut in range(0, len(data) - 1, max(1, len(data) // 60))]
    assert found[0] == "empty_file"
    assert set(found) <= REASONS | {"ok"}
    assert "ok" not in found[: len(found) // 2]


@pytest.mark.parametrize(
    "data",
    [
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(x) run\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
        b"\xff\xd8\xff\xe0" + bytes(200),
        b"GIF89a\xff\xff\xff\xff\x00\x00\x00,\x00\x00\x00\x00\xff\xff\xff\xff\x00",
        b"P6 99999 99999 255\n",
        b"RIFF\xff\xff\xff\x7fWEBPVP8 " + bytes(40),
        b"II*\x00\xff\xff\xff\xff",
    ],
)
def test_known_troublemakers_are_refused(data: bytes) -> None:
    assert outcome(data) in REASONS


def test_formats_that_run_other_programs_are_not_read() -> None:
    script = b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n%%EndComments\n(x) run\n"
    assert outcome(script) == "not_an_image"
    assert outcome(encoded("EPS")) == "not_an_image"


def test_one_pixel_wide_and_very_long_is_a_photo() -> None:
    assert outcome(encoded("PNG", (1, 60_000))) == "ok"


def test_a_run_over_hostile_files_ends_with_a_record_for_each(tmp_path: Path) -> None:
    names = {
        "bomb.png": png(50_000, 50_000, b"x"),
        "page.jpg": b"<html>",
        "empty.jpg": b"",
        "cut.jpg": encoded("JPEG")[:300],
        "good.jpg": encoded("JPEG"),
    }
    for name, data in names.items():
        (tmp_path / name).write_bytes(data)
    (tmp_path / "endless.jpg").symlink_to("/dev/zero")
    (tmp_path / "loop.jpg").symlink_to("loop.jpg")
    paths = [str(tmp_path / name) for name in (*names, "endless.jpg", "loop.jpg", "../" * 40 + "x")]
    encoder = CallableEncoder(
        lambda pixels: pixels.mean(axis=(1, 2)), name="f", size=8, takes="pixels"
    )
    run = embed_products(
        [ProductPhotos("P", tuple(paths))], encoder, EmbeddingCache(tmp_path / "cache")
    )
    status = {Path(photo.path).name: photo.status for photo in run.photos}
    assert status == {
        "bomb.png": "too_large",
        "page.jpg": "not_an_image",
        "empty.jpg": "empty_file",
        "cut.jpg": "truncated",
        "good.jpg": "ok",
        "endless.jpg": "unreadable",
        "loop.jpg": "unreadable",
        "x": "missing",
    }
    assert run.vectors.any()


class Payload:
    """Makes a folder when unpickled by the standard library."""

    def __init__(self, marker: Path) -> None:
        self.marker = marker

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.marker),)


@pytest.mark.parametrize("form", ["bare", "zip", "nested", "key"])
@pytest.mark.parametrize("protocol", [0, 2, 4])
def test_code_in_a_checkpoint_does_not_run(tmp_path: Path, form: str, protocol: int) -> None:
    marker = tmp_path / "ran"
    tree = {"bare": Payload(marker), "nested": {"state_dict": [1, Payload(marker)]}}
    data = pickle.dumps(tree.get(form, Payload(marker)), protocol)
    if form in ("zip", "nested", "key"):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as archive:
            archive.writestr("m/data.pkl", data)
            archive.writestr("m/data/0", b"")
        data = buffer.getvalue()
    with pytest.raises(InputError):
        read_checkpoint(data)
    assert not marker.exists()


@pytest.mark.parametrize(
    "name",
    [
        b"cbuiltins\neval\n",
        b"cos\nsystem\n",
        b"ctorch\nload\n",
        b"ctorch\nFloatStorage.__init__\n",
        b"ctorch._utils\n_rebuild_tensor\n",
        b"ccollections\nnamedtuple\n",
        b"cnumpy.core.multiarray\n_reconstruct\n",
        b"\x8c\x02os\x8c\x06system\x93",
    ],
)
def test_only_three_kinds_of_names_are_known(name: bytes) -> None:
    with pytest.raises(InputError, match="not allowed"):
        read_checkpoint(b"\x80\x02" + name + b"(X\x01\x00\x00\x001tR.")


def test_a_class_cannot_be_changed_by_a_state() -> None:
    data = b"\x80\x02ccollections\nOrderedDict\n}X\x01\x00\x00\x00xK\x01sb."
    with pytest.raises(InputError):
        read_checkpoint(data)
    from collections import OrderedDict

    assert not hasattr(OrderedDict, "x")


def test_a_zip_bomb_of_a_checkpoint_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("m/data.pkl", bytes(50_000_000))
    with pytest.raises(InputError, match="compressed"):
        read_checkpoint(buffer.getvalue())


def test_values_that_contain_each_other_many_times_are_quick() -> None:
    doubled = b"".join(b"q" + bytes([n]) + b"h" + bytes([n]) + b"\x86" for n in range(200))
    with pytest.raises(InputError, match=r"not one torch wrote|dict key"):
        read_checkpoint(b"\x80\x02K\x01" + doubled + b".")
    with pytest.raises(InputError, match="dict key"):
        read_checkpoint(b"\x80\x02}K\x01" + doubled + b"K\x01s.")
