"""The manifest: what a build was made of and with, and the checksum of each of its files."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from penchant.errors import BuildError
from penchant.files import read_json, write_json

FORMAT = 1
"""Raised when a build's files change in a way older code cannot read."""

NAME = "manifest.json"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What `manifest.json` holds. No clock: the same input gives the same bytes.

    Attributes:
        build_id: Date of `as_of` and digest of the inputs.
        as_of: ISO time the profiles were made for, by default that of the newest interaction.
        version: Version of penchant.
        inputs: {input: sha256}.
        settings: All settings, as in penchant.toml.
        encoder: Fingerprint of the embeddings; empty when the shop has none.
        space: What was chosen for the style space, and why.
        counts: Products, placed products, customers, profiles, interactions.
        files: {path in the build: {"sha256", "bytes"}}.
    """

    build_id: str
    as_of: str
    version: str
    inputs: Mapping[str, str]
    settings: Mapping[str, Mapping[str, Any]]
    encoder: str
    space: Mapping[str, Any]
    counts: Mapping[str, int]
    files: Mapping[str, Mapping[str, Any]]

    def write(self, folder: Path) -> None:
        """Write the manifest into a build's folder; it comes last.

        Args:
            folder: The build's folder.
        """
        values = {name: getattr(self, name) for name in self.__slots__}
        write_json(folder / NAME, {"format": FORMAT, **values})

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest of a build.

        Args:
            folder: The build's folder.

        Raises:
            BuildError: if it is missing, damaged, or of another format.
        """
        values = read_json(folder / NAME)
        if values.pop("format", None) != FORMAT:
            raise BuildError(
                f"{folder} was made by another version of penchant. Make it anew with: "
                f"penchant build {folder.parent.parent}"
            )
        try:
            return cls(**values)
        except TypeError as error:
            raise BuildError(f"{folder / NAME} is damaged: {error}.") from error

    def verify(self, folder: Path) -> None:
        """Compare every file with its checksum.

        Args:
            folder: The build's folder.

        Raises:
            BuildError: naming the first file that is missing, changed or not in the manifest.
        """
        found = describe_files(folder)
        for name in sorted({*found, *self.files}):
            if found.get(name) != self.files.get(name):
                state = "changed" if name in found and name in self.files else "missing"
                state = "not part of the build" if name not in self.files else state
                shop = folder.parent.parent
                raise BuildError(
                    f"{name} of build {self.build_id} is {state}. Remove {folder} and make it anew "
                    f"with: penchant build {shop}"
                )


def describe_files(folder: Path) -> dict[str, dict[str, Any]]:
    """Give checksum and size of every file of a build but the manifest itself.

    Args:
        folder: The build's folder.
    """
    return {
        path.relative_to(folder).as_posix(): {
            "sha256": file_digest(path),
            "bytes": path.stat().st_size,
        }
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != NAME
    }


def file_digest(path: Path) -> str:
    """Give the sha256 of a file.

    Args:
        path: Any file.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
