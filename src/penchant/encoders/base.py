"""What an encoder is: it turns photos into embeddings and says which embeddings they are."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np

from penchant.errors import InputError
from penchant.images import RECIPE, check_fit
from penchant.types import Embeddings, Pixels


@runtime_checkable
class Encoder(Protocol):
    """Turns square RGB photos into embeddings.

    Attributes:
        name: What a reader calls it, such as `lite0`.
        dim: Length of an embedding.
        fingerprint: 16 hex digits over weights, preprocessing and postprocessing; embeddings of
            different fingerprints do not compare.
        size: Side of the photos it takes, in pixels.
        fit: How photos are made square: `squash`, `pad` or `crop`.
        thread_safe: Whether `embed` may be called from several threads at once.
    """

    @property
    def name(self) -> str: ...  # noqa: D102

    @property
    def dim(self) -> int: ...  # noqa: D102

    @property
    def fingerprint(self) -> str: ...  # noqa: D102

    @property
    def size(self) -> int: ...  # noqa: D102

    @property
    def fit(self) -> str: ...  # noqa: D102

    @property
    def thread_safe(self) -> bool: ...  # noqa: D102

    def embed(self, pixels: Pixels) -> Embeddings:
        """Embed photos.

        Args:
            pixels: Shape (n, size, size, 3), uint8, RGB.

        Returns:
            Shape (n, dim), float32, row i for photo i; as the encoder gives it, not normalised. A
            row does not depend on the other photos of the call.

        Raises:
            InputError: if the pixels have another shape or type.
        """
        ...


def fingerprint_of(parts: Mapping[str, object]) -> str:
    """Digest everything an embedding depends on.

    Args:
        parts: Names and JSON-able values: digest of the weights, size, fit, normalisation,
            output...

    Returns:
        16 hex digits; the order of the parts does not matter.

    Example:
        >>> fingerprint_of({"size": 8, "fit": "pad"}) == fingerprint_of({"fit": "pad", "size": 8})
        True
    """
    text = json.dumps(parts, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def photo_parts(size: int, fit: str) -> dict[str, object]:
    """Name what happens to a photo before an encoder sees it, for its fingerprint.

    Args:
        size: Side of the photos, in pixels.
        fit: `squash`, `pad` or `crop`.

    Returns:
        Parts for `fingerprint_of`.

    Raises:
        InputError: if `fit` is not allowed.
    """
    return {"size": size, "fit": check_fit(fit), "decoding": RECIPE}


def check_pixels(pixels: Pixels, size: int) -> Pixels:
    """Check that photos have the shape and type an encoder takes.

    Args:
        pixels: What was given.
        size: Side wanted, in pixels.

    Returns:
        The same array.

    Raises:
        InputError: if the shape is not (n, size, size, 3) or the type not uint8.
    """
    if pixels.ndim != 4 or pixels.shape[1:] != (size, size, 3) or pixels.dtype != np.uint8:
        raise InputError(
            f"pixels have shape {pixels.shape} and type {pixels.dtype}, must be (n, {size}, "
            f"{size}, 3) and uint8. Decode photos with load_photo(source, size={size})."
        )
    return pixels
