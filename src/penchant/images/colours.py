"""Bring an image of any colour model to RGB on white."""

from __future__ import annotations

from typing import Final

import numpy as np
from PIL import Image

_ALPHA: Final = frozenset(("RGBA", "LA", "PA", "La", "RGBa"))
_WIDE: Final = frozenset(("I", "F", "I;16", "I;16L", "I;16B", "I;16N"))
_WHITE: Final = (255, 255, 255)


def to_rgb(image: Image.Image) -> Image.Image:
    """Convert an opened image to RGB; transparent parts become white.

    16-bit grey keeps its upper 8 bits; 32-bit and floating grey is scaled by its own largest value
    where that exceeds 255 (or, for fractions up to 1, by 255).

    Args:
        image: Any mode Pillow reads; it is decoded here.

    Returns:
        An image of mode RGB and the same size.

    Example:
        >>> to_rgb(Image.new("LA", (1, 1), (0, 0))).getpixel((0, 0))
        (255, 255, 255)
    """
    if image.mode in _ALPHA or "transparency" in image.info:
        return _on_white(image.convert("RGBA"))
    if image.mode in _WIDE:
        return _eight_bits(image).convert("RGB")
    return image if image.mode == "RGB" else image.convert("RGB")


def _on_white(image: Image.Image) -> Image.Image:
    paper = Image.new("RGB", image.size, _WHITE)
    paper.paste(image, mask=image.getchannel("A"))
    return paper


def _eight_bits(image: Image.Image) -> Image.Image:
    values = np.nan_to_num(np.asarray(image, dtype=np.float64), posinf=0.0, neginf=0.0)
    if image.mode.startswith("I;16"):
        values = values / 256.0
    elif values.size:
        top = values.max()
        if image.mode == "F" and 0.0 < top <= 1.0:
            values = values * 255.0
        elif top > 255.0:
            values = values * (255.0 / (65535.0 if image.mode == "I" and top <= 65535.0 else top))
    return Image.fromarray(np.clip(values, 0.0, 255.0).astype(np.uint8))
