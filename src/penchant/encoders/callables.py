"""Use any Python function as an encoder."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from hashlib import sha256
from typing import Any

import numpy as np

from penchant.encoders.base import check_pixels, fingerprint_of, photo_parts
from penchant.errors import InputError
from penchant.images import FITS
from penchant.types import Embeddings, Pixels

Embed = Callable[[Any], Any]
_TAKES = ("images", "pixels")


class CallableEncoder:
    """Embeds photos with a function of yours.

    The function is tried out on one picture when `dim` or `fingerprint` is first asked for. It is
    called from one thread only.

    Args:
        embed: Takes a list of n RGB `PIL.Image` (or, with `takes="pixels"`, an array (n, size,
            size, 3) uint8) and gives an array (n, dim) of finite numbers.
        name: For reports; the function's own name if not given.
        version: Of the weights behind the function. If not given, the exact numbers it gives for a
            fixed picture stand for it, which presumes that they are the same on every machine.
        size: Side of the photos, in pixels.
        fit: `squash`, `pad` or `crop`.
        takes: `images` or `pixels`.

    Raises:
        InputError: if an argument is not allowed, or (from the first use on) the function gives no
            usable array.

    Example:
        >>> def mean_colour(pixels):
        ...     return pixels.mean(axis=(1, 2))
        >>> CallableEncoder(mean_colour, size=8, takes="pixels").dim
        3
    """

    def __init__(
        self,
        embed: Embed,
        *,
        name: str | None = None,
        version: str | None = None,
        size: int = 224,
        fit: str = "squash",
        takes: str = "images",
    ):
        for argument, value, allowed in (("takes", takes, _TAKES), ("fit", fit, FITS)):
            if value not in allowed:
                raise InputError(f'{argument} is "{value}", must be one of {", ".join(allowed)}.')
        self.name = name or str(getattr(embed, "__qualname__", type(embed).__qualname__))
        self.size, self.fit = size, fit
        self._embed, self._takes, self._version = embed, takes, version

    def __repr__(self) -> str:
        return f"CallableEncoder(name={self.name!r}, size={self.size}, fit={self.fit!r})"

    @property
    def thread_safe(self) -> bool:
        """False: nothing is known of the function."""
        return False

    @property
    def dim(self) -> int:
        """Length of an embedding, found by trying the function out once."""
        return int(self._trial.shape[1])

    @cached_property
    def fingerprint(self) -> str:
        """Digest over name, version (or the numbers of the trial), size and fit."""
        weights = self._version
        if weights is None:
            weights = sha256(self._trial.tobytes()).hexdigest()
        parts = {"kind": "callable/1", "name": self.name, "weights": weights, "dim": self.dim}
        return fingerprint_of({**parts, **photo_parts(self.size, self.fit)})

    @cached_property
    def _trial(self) -> Embeddings:
        return self._answer(trial_picture(self.size)[None])

    def embed(self, pixels: Pixels) -> Embeddings:
        """Embed photos; see `Encoder.embed`."""
        check_pixels(pixels, self.size)
        if not len(pixels):
            return np.zeros((0, self.dim), dtype=np.float32)
        vectors = self._answer(pixels)
        if vectors.shape[1] != self.dim:
            raise InputError(
                f'Encoder "{self.name}" gave {vectors.shape[1]} numbers for a photo, {self.dim} '
                "before. It must always give the same."
            )
        return vectors

    def _answer(self, pixels: Pixels) -> Embeddings:
        value = self._embed(_images(pixels) if self._takes == "images" else pixels)
        return _checked(value, n_photos=len(pixels), name=self.name)


def trial_picture(size: int) -> Pixels:
    """Draw the fixed picture by which an unknown encoder is tried out.

    Args:
        size: Side in pixels.

    Returns:
        Shape (size, size, 3), uint8.
    """
    down, across = np.mgrid[0:size, 0:size].astype(np.int64)
    red = (across * 3 + down) % 256
    green = (across * across // 7 + down * 2) % 256
    blue = (across + down * down // 11) % 256
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def _checked(value: object, *, n_photos: int, name: str) -> Embeddings:
    try:
        vectors = np.ascontiguousarray(value, dtype=np.float32)
    except (TypeError, ValueError) as error:
        raise InputError(
            f'Encoder "{name}" gave {type(value).__name__}, must give an array of numbers (n, dim).'
        ) from error
    if vectors.ndim != 2 or len(vectors) != n_photos or vectors.shape[1] == 0:
        raise InputError(
            f'Encoder "{name}" gave shape {vectors.shape} for {n_photos} photos, must be '
            f"({n_photos}, dim): one row per photo."
        )
    finite = np.isfinite(vectors).all(axis=1)
    if not finite.all():
        bad = np.flatnonzero(~finite)[:5].tolist()
        raise InputError(f'Encoder "{name}" gave NaN or infinity for photos {bad} of {n_photos}.')
    return vectors


def _images(pixels: Pixels) -> list[Any]:
    from PIL import Image

    return [Image.fromarray(photo) for photo in pixels]
