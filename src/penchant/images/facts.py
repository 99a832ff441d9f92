"""How a decoded photo looks, in two small numbers: how flat it is, and a hash of its brightness."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

_SIDE: Final = 8
# steps of up to two grey levels are compression noise, most of all on white
_STEP: Final = 2


@dataclass(frozen=True, slots=True)
class Look:
    """How a photo looks.

    Attributes:
        std: Standard deviation of its grey values, 0 (one colour) to 127.5, 3 decimals.
        dhash: 64 brightness steps from left to right, 16 hex digits. Re-encoding or resizing a
            photo hardly changes it; recolouring may not either; a flat photo gives zeros.
    """

    std: float
    dhash: str


def look_of(pixels: NDArray[np.uint8]) -> Look:
    """Describe how a photo looks.

    Args:
        pixels: Shape (height, width, 3), uint8.

    Returns:
        Its variation and its difference hash.

    Example:
        >>> look_of(np.full((16, 16, 3), 200, dtype=np.uint8))
        Look(std=0.0, dhash='0000000000000000')
    """
    grey = Image.fromarray(pixels).convert("L")
    return Look(std=_std(grey), dhash=_difference_hash(grey))


def _std(grey: Image.Image) -> float:
    counts = np.array(grey.histogram(), dtype=np.float64)
    levels = np.arange(256.0)
    mean = counts @ levels / counts.sum()
    return round(float(np.sqrt(counts @ (levels - mean) ** 2 / counts.sum())), 3)


def _difference_hash(grey: Image.Image) -> str:
    small = np.asarray(grey.resize((_SIDE + 1, _SIDE), Image.Resampling.BOX)).astype(np.int16)
    return bytes(np.packbits(small[:, 1:] > small[:, :-1] + _STEP)).hex()
