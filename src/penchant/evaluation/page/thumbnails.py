"""Small photos as part of the page itself."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from PIL import Image

from penchant.images.photo import PhotoError, load_photo

SIDE: Final = 96
"""Pixels."""

AT_MOST: Final = 60
"""Different photos on one page: it stays small enough to be mailed."""


def make_thumbnails(paths: Iterable[Path]) -> Mapping[Path, str]:
    """Make small copies of photos, as `data:` addresses.

    Args:
        paths: Photos, the most important first; each is made once.

    Returns:
        {photo: its address} for the first 60 that can be read; the rest is left out.
    """
    made: dict[Path, str] = {}
    for path in dict.fromkeys(paths):
        if len(made) == AT_MOST:
            break
        try:
            pixels = load_photo(path, size=SIDE, fit="pad")
        except PhotoError:
            continue
        file = io.BytesIO()
        Image.fromarray(pixels).save(file, "WEBP", quality=70, method=4)
        made[path] = f"data:image/webp;base64,{base64.b64encode(file.getvalue()).decode()}"
    return made
