"""Opening a build: manifest and arrays of one and the same state, though it be written anew."""

from __future__ import annotations

from pathlib import Path

from penchant.builds.build import Build
from penchant.builds.manifest import Manifest
from penchant.errors import BuildError

ATTEMPTS = 3
"""A build is written anew when a person is erased, which is far rarer than it is opened."""


def open_build(folder: Path) -> tuple[Manifest, Build]:
    """Open a build whose files fit their manifest.

    An erasure lets another folder take the place of a build. What was opened from the one before
    goes on answering; what was opened partly from each is opened again.

    Args:
        folder: The build's folder.

    Raises:
        BuildError: if it is missing or damaged.
    """
    for _ in range(ATTEMPTS - 1):
        before = _identity(folder)
        try:
            opened = _opened(folder)
        except BuildError:
            if _identity(folder) == before:
                raise
            continue
        if _identity(folder) == before:
            return opened
    return _opened(folder)


def _opened(folder: Path) -> tuple[Manifest, Build]:
    manifest = Manifest.read(folder)
    manifest.verify_quickly(folder)
    return manifest, Build.load(folder)


def _identity(folder: Path) -> tuple[int, int] | None:
    """Give what changes when another folder takes the place; None without a folder."""
    try:
        about = folder.stat()
    except OSError:
        return None
    return about.st_ino, about.st_ctime_ns
