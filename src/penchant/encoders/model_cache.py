"""Where converted models are kept between runs: one small folder in the user's cache.

A model that cannot be kept (read-only disk, no home) is made again each time; that is slower, never
wrong.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

from penchant.errors import BuildError
from penchant.files import write_together


def default_cache_dir() -> Path:
    """Find the folder for converted models.

    Returns:
        `PENCHANT_CACHE` if set; else `penchant` in `XDG_CACHE_HOME`, or in the platform's own cache
        folder.
    """
    if own := os.environ.get("PENCHANT_CACHE"):
        return Path(own)
    if xdg := os.environ.get("XDG_CACHE_HOME"):
        return Path(xdg) / "penchant"
    home = Path("~").expanduser()
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "penchant"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local")) / "penchant"
    return home / ".cache" / "penchant"


def cached_model(key: str, make: Callable[[], bytes], *, cache_dir: Path | None = None) -> bytes:
    """Read a converted model from the cache, or make it and keep it there.

    Args:
        key: Name of the file; must change whenever what `make` gives would change.
        make: Makes the bytes.
        cache_dir: The folder; the user's cache if not given.

    Returns:
        The model's bytes. A damaged file in the cache is noticed by its digest and replaced.
    """
    folder = default_cache_dir() if cache_dir is None else cache_dir
    path = folder / f"{key}.onnx"
    if (found := _read_checked(path)) is not None:
        return found
    data = make()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        write_together({path: data, _digest_path(path): _digest(data).encode()})
    except (OSError, BuildError):
        return data
    return data


def _read_checked(path: Path) -> bytes | None:
    try:
        data, digest = path.read_bytes(), _digest_path(path).read_text()
    except (OSError, UnicodeDecodeError):
        return None
    return data if _digest(data) == digest else None


def _digest_path(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
