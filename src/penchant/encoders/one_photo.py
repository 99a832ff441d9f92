"""One photo that came in while the shop is open, by an encoder that is made once a process."""

from __future__ import annotations

from functools import cache
from threading import Lock
from typing import Final

from penchant.encoders.base import Encoder
from penchant.encoders.precomputed import PrecomputedVectors
from penchant.encoders.registry import get_encoder
from penchant.encoders.work import Failure, embed_one
from penchant.errors import InputError
from penchant.images import PhotoError, read_photo
from penchant.images.photo import MAX_BYTES
from penchant.types import Vector

MOST_PIXELS: Final = 40_000_000
"""Half of what a build reads: a service has to do other things in its memory meanwhile."""

_making = Lock()
_embedding = Lock()


def shared_encoder(spec: str, *, fit: str = "squash") -> Encoder:
    """Give the encoder of a shop, the same one for all who ask in this process.

    Args:
        spec: As in the settings.
        fit: How photos are made square.

    Raises:
        NotFoundError: if the named file does not exist.
        InputError: if it is unknown or not usable, or the shop's vectors are made elsewhere.
    """
    with _making:
        encoder = _made(spec, fit)
    if isinstance(encoder, PrecomputedVectors):
        raise InputError(
            f"The vectors of this shop are made elsewhere ({encoder.name}), so it cannot look at "
            "photos: give the vector of the product."
        )
    return encoder


def embed_photo(data: bytes, encoder: Encoder) -> Vector:
    """Embed one photo.

    Args:
        data: The bytes of the file; nothing of them is trusted.
        encoder: Of the shop; one that is not made for threads is asked by one at a time.

    Returns:
        Shape (dim,), as the encoder gives it, finite and not all zero.

    Raises:
        PhotoError: if the photo cannot be used; `reason` says why, as of photos of a catalogue.
    """
    if len(data) > MAX_BYTES:
        raise PhotoError("too_large", f"The photo has {len(data)} bytes; at most {MAX_BYTES}.")
    photo = read_photo(data, size=encoder.size, fit=encoder.fit, max_pixels=MOST_PIXELS)
    if encoder.thread_safe:
        found = embed_one(photo.pixels, encoder)
    else:
        with _embedding:
            found = embed_one(photo.pixels, encoder)
    if isinstance(found, Failure):
        raise PhotoError(found.reason, found.message)
    return found


@cache
def _made(spec: str, fit: str) -> Encoder | PrecomputedVectors:
    return get_encoder(spec, fit=fit)
