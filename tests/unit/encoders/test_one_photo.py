"""One photo that is uploaded is embedded as those of a catalogue, or refused with a reason."""

import io
import threading

import numpy as np
import pytest
from PIL import Image

from penchant.encoders import CallableEncoder, get_encoder
from penchant.encoders.one_photo import MOST_PIXELS, embed_photo, shared_encoder
from penchant.errors import InputError
from penchant.images import PhotoError, load_photo
from penchant.images import photo as photo_file


def red() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (30, 40), "red").save(file, "PNG")
    return file.getvalue()


def mean_colour(pixels):
    return pixels.mean(axis=(1, 2))


ENCODER = CallableEncoder(mean_colour, size=8, takes="pixels")


def test_a_photo_becomes_what_the_encoder_gives():
    vector = embed_photo(red(), ENCODER)
    wanted = ENCODER.embed(load_photo(red(), size=8)[None])[0]
    np.testing.assert_array_equal(vector, wanted)


@pytest.mark.parametrize(
    ("data", "reason"),
    [(b"", "empty_file"), (b"<html>", "not_an_image"), (red()[:60], "truncated"),
     (b"\x89PNG\r\n\x1a\n" + b"\0" * 40, None)],
)  # fmt: skip
def test_a_file_that_is_no_photo_is_refused(data, reason):
    with pytest.raises(PhotoError) as refused:
        embed_photo(data, ENCODER)
    assert refused.value.reason == reason or reason is None


def test_a_file_too_large_is_not_even_opened(monkeypatch):
    monkeypatch.setattr("penchant.encoders.one_photo.MAX_BYTES", 10)
    with pytest.raises(PhotoError, match="at most 10") as refused:
        embed_photo(red(), ENCODER)
    assert refused.value.reason == "too_large"
    assert photo_file.MAX_BYTES > 10


def test_a_photo_of_more_pixels_than_a_service_reads_is_not_decoded():
    file = io.BytesIO()
    Image.new("1", (8_000, 5_001)).save(file, "PNG")
    with pytest.raises(PhotoError, match="8000 x 5001 pixels; at most 40000000") as refused:
        embed_photo(file.getvalue(), ENCODER)
    assert refused.value.reason == "too_large"


def test_a_build_reads_photos_of_more_pixels_than_a_service(monkeypatch):
    monkeypatch.setattr("penchant.encoders.one_photo.MOST_PIXELS", 1_000)
    with pytest.raises(PhotoError, match="30 x 40 pixels; at most 1000"):
        embed_photo(red(), ENCODER)
    assert load_photo(red(), size=8).shape == (8, 8, 3)
    assert photo_file.MAX_PIXELS > MOST_PIXELS


@pytest.mark.parametrize("given", [np.nan, 0.0])
def test_an_encoder_that_gives_nothing_usable_is_told_of(given):
    bad = CallableEncoder(
        lambda pixels: np.where(pixels.max() > 250 and pixels.min() == 0, given, 1.0)
        * np.ones((len(pixels), 3)),
        size=8, takes="pixels", version="1",
    )  # fmt: skip
    with pytest.raises(PhotoError) as refused:
        embed_photo(red(), bad)
    assert refused.value.reason == "encoder_failed"


def test_an_encoder_not_made_for_threads_is_asked_by_one_at_a_time():
    busy, together = threading.Lock(), []

    def careful(pixels):
        together.append(busy.acquire(blocking=False))
        busy.release()
        return pixels.mean(axis=(1, 2))

    encoder = CallableEncoder(careful, size=8, takes="pixels", version="1")
    _ = encoder.dim
    workers = [threading.Thread(target=embed_photo, args=(red(), encoder)) for _ in range(8)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(timeout=30)
    assert len(together) > 8
    assert all(together)


def test_a_process_makes_its_encoder_once(desk):
    with pytest.raises(InputError, match=r"made elsewhere .* give the vector"):
        shared_encoder(f"precomputed:{desk.inputs / 'vectors.npz'}")
    with pytest.raises(InputError, match="Unknown encoder"):
        shared_encoder("nonsense")


def test_the_shared_encoder_is_that_of_the_shop(model_cache):
    one = shared_encoder("lite0")
    assert shared_encoder("lite0") is one
    assert one.fingerprint == get_encoder("lite0").fingerprint
    assert embed_photo(red(), one).shape == (one.dim,)
