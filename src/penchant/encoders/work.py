"""One chunk of photos: read, hash, decode, embed. What fails is told, not raised."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np

from penchant.encoders.base import Encoder
from penchant.encoders.cache import EmbeddingCache, PhotoContent
from penchant.errors import InputError
from penchant.images import PhotoError, look_of, read_file, read_photo
from penchant.types import Embeddings, Pixels, Vector

_ADDRESS: Final = re.compile(r"^([a-zA-Z][a-zA-Z0-9+.-]+:)?//|^data:")


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a photo is not usable: a stable reason and a sentence."""

    reason: str
    message: str


@dataclass(frozen=True, slots=True, eq=False)
class NewPhoto:
    """A photo seen for the first time: its content's facts and its pixels (size, size, 3)."""

    content: PhotoContent
    pixels: Pixels


@dataclass(frozen=True, slots=True)
class Chunk:
    """What reading some paths gave.

    Attributes:
        n_paths: How many were read.
        digests: Digest by path, for every file that could be read.
        unread: Failure by path, for every file that could not.
        rejected: Failure by digest, for every content that is not a usable photo.
        photos: Contents nobody else in this run has taken.
    """

    n_paths: int
    digests: dict[str, str]
    unread: dict[str, Failure]
    rejected: dict[str, Failure]
    photos: list[NewPhoto]


@dataclass(frozen=True, slots=True)
class Embedded:
    """What embedding a chunk gave: vectors with their contents, failures by digest."""

    vectors: list[tuple[PhotoContent, Vector]]
    rejected: dict[str, Failure]


class Claims:
    """Lets exactly one worker take each content."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._lock = Lock()

    def take(self, digest: str) -> bool:
        """Take a content; False if it is taken."""
        with self._lock:
            if digest in self._taken:
                return False
            self._taken.add(digest)
            return True


def read_chunk(
    paths: Sequence[str], encoder: Encoder, *, cache: EmbeddingCache, claims: Claims
) -> Chunk:
    """Read, hash and decode photos; those in the cache or taken by others are not decoded.

    Args:
        paths: Files to read.
        encoder: For the size and fit of the pixels.
        cache: What is embedded already.
        claims: Of this run.

    Returns:
        What was found; nothing is raised for a bad photo.
    """
    chunk = Chunk(len(paths), {}, {}, {}, [])
    for path in paths:
        try:
            data = read_file(_local(path))
        except PhotoError as error:
            chunk.unread[path] = Failure(error.reason, str(error))
            continue
        digest = chunk.digests[path] = sha256(data).hexdigest()
        if digest in cache or not claims.take(digest):
            continue
        try:
            chunk.photos.append(_decoded(data, digest, encoder))
        except PhotoError as error:
            chunk.rejected[digest] = Failure(error.reason, str(error))
    return chunk


def embed_chunk(chunk: Chunk, encoder: Encoder) -> Embedded:
    """Embed the new photos of a chunk.

    Args:
        chunk: What `read_chunk` gave.
        encoder: Called from this thread.

    Returns:
        Vectors, and a failure for each photo the encoder could not cope with.
    """
    result = Embedded([], {})
    if not chunk.photos:
        return result
    pixels = np.stack([photo.pixels for photo in chunk.photos])
    try:
        rows: list[Vector | Failure] = list(_embed(encoder, pixels))
    except InputError:
        # one photo may have spoilt the call: find out which
        rows = [_embed_alone(encoder, photo.pixels) for photo in chunk.photos]
    for photo, row in zip(chunk.photos, rows, strict=True):
        outcome = row if isinstance(row, Failure) else _usable(row)
        if isinstance(outcome, Failure):
            result.rejected[photo.content.sha256] = outcome
        else:
            result.vectors.append((photo.content, outcome))
    return result


def _local(path: str) -> Path:
    if _ADDRESS.match(path):
        raise PhotoError(
            "not_local",
            f'"{path[:200]}" is an address; photos are not downloaded. Save it and name the file.',
        )
    if not path:
        raise PhotoError("missing", "The path of the photo is empty.")
    return Path(path)


def _decoded(data: bytes, digest: str, encoder: Encoder) -> NewPhoto:
    photo = read_photo(data, size=encoder.size, fit=encoder.fit)
    look = look_of(photo.pixels)
    content = PhotoContent(
        sha256=digest,
        width=photo.width,
        height=photo.height,
        std=look.std,
        dhash=look.dhash,
    )
    return NewPhoto(content, photo.pixels)


def _embed(encoder: Encoder, pixels: Pixels) -> Embeddings:
    rows = encoder.embed(pixels)
    if rows.shape != (len(pixels), encoder.dim):
        raise InputError(
            f'Encoder "{encoder.name}" gave shape {rows.shape}, must be '
            f"{(len(pixels), encoder.dim)}."
        )
    return rows


def _embed_alone(encoder: Encoder, pixels: Pixels) -> Vector | Failure:
    try:
        row: Vector = _embed(encoder, pixels[None])[0]
    except InputError as error:
        return Failure("encoder_failed", str(error))
    return row


def embed_one(pixels: Pixels, encoder: Encoder) -> Vector | Failure:
    """Embed one photo by itself.

    Args:
        pixels: Shape (size, size, 3), uint8, RGB.
        encoder: Called from this thread.

    Returns:
        Shape (dim,), finite and not all zero; or why there is none.
    """
    row = _embed_alone(encoder, pixels)
    return row if isinstance(row, Failure) else _usable(row)


def _usable(row: Vector) -> Vector | Failure:
    if not np.isfinite(row).all():
        return Failure("encoder_failed", "The encoder gave NaN or infinity for this photo.")
    if not row.any():
        return Failure("encoder_failed", "The encoder gave only zeros for this photo.")
    return row
