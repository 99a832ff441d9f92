"""The manifest: what a build was made of and with, and the checksum of each of its files."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from penchant.errors import BuildError
from penchant.files import read_json, write_json

if TYPE_CHECKING:
    from penchant.builds.build import Build
    from penchant.builds.inputs import BuildInputs

FORMAT = 5
"""Raised when a build's files change in a way older code cannot read."""

NAME = "manifest.json"

LARGE_BYTES = 4 << 20
"""Arrays above this size are checked whole by `verify` only: opening a build stays quick."""


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

    @classmethod
    def of(
        cls, inputs: BuildInputs, build: Build, files: Mapping[str, Mapping[str, Any]]
    ) -> Manifest:
        """Describe a build.

        Args:
            inputs: What it was made of.
            build: What was made.
            files: Of `describe_files`; none when it is not on disk.
        """
        from penchant import __version__

        return cls(
            build_id=inputs.build_id,
            as_of=inputs.as_of.isoformat(),
            version=__version__,
            inputs=inputs.digests,
            settings=inputs.settings_that_count,
            encoder=inputs.encoder,
            space=build.space.about,
            counts=build.counts,
            files=files,
        )

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
        try:
            values = read_json(folder / NAME)
            if values.pop("format", None) == FORMAT:
                return cls(**values)._checked()
        except (BuildError, AttributeError, KeyError, TypeError, ValueError) as error:
            raise _unusable(folder, f"is damaged: {error}".rstrip(".")) from error
        raise _unusable(folder, "was made by another version of penchant")

    def _checked(self) -> Manifest:
        """Compare the name of the build with what it was made of: both must have been kept."""
        moment = datetime.fromisoformat(self.as_of)
        made_of = digest_of(
            version=self.version,
            inputs=self.inputs,
            encoder=self.encoder,
            settings=self.settings,
            as_of=moment,
        )
        if self.build_id != made_of:
            raise ValueError(f"{NAME} is changed")
        sizes = [int(one["bytes"]) for one in self.files.values() if one["sha256"]]
        if not sizes or any(type(count) is not int for count in self.counts.values()):
            raise ValueError(f"{NAME} is changed")
        return self

    def verify(self, folder: Path) -> None:
        """Compare every file with its checksum.

        Args:
            folder: The build's folder.

        Raises:
            BuildError: naming the first file that is missing, changed or not in the manifest.
        """
        self._compare(folder, self.files)

    def verify_quickly(self, folder: Path) -> None:
        """Compare every file with its size, and all but large arrays with their checksum.

        Args:
            folder: The build's folder.

        Raises:
            BuildError: naming the first file that is missing, changed or not in the manifest.
        """
        small = {
            name
            for name, about in self.files.items()
            if about["bytes"] <= LARGE_BYTES or not name.endswith((".npy", ".faiss"))
        }
        self._compare(folder, small)

    def _compare(self, folder: Path, whole: Iterable[str]) -> None:
        found = {path.relative_to(folder).as_posix(): path for path in _files(folder)}
        for name in sorted({*found, *self.files}):
            if name not in found:
                raise _unusable(folder, f"is damaged: {name} is missing")
            if name not in self.files:
                raise _unusable(folder, f"is damaged: {name} is not part of it")
            about = self.files[name]
            same = found[name].stat().st_size == about["bytes"]
            if not same or (name in whole and file_digest(found[name]) != about["sha256"]):
                raise _unusable(folder, f"is damaged: {name} is changed")


def digest_of(
    *,
    version: str,
    inputs: Mapping[str, str],
    encoder: str,
    settings: Mapping[str, Mapping[str, Any]],
    as_of: datetime,
) -> str:
    """Name a build by what it is made of: same input, same name.

    Args:
        version: Of penchant.
        inputs: {input: sha256}.
        encoder: Fingerprint.
        settings: All settings that change a build.
        as_of: Reference time.

    Returns:
        The day of `as_of` and twelve hex digits.
    """
    parts = {
        "format": FORMAT,
        "version": version,
        "inputs": dict(inputs),
        "encoder": encoder,
        "settings": {name: dict(section) for name, section in settings.items()},
        "as_of": as_of.isoformat(),
    }
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
    return f"{as_of:%Y%m%d}-{digest[:12]}"


def made_at(folder: Path) -> datetime:
    """Give when a build was made, or asked for again: the file time of its manifest, UTC.

    Args:
        folder: The build's folder; one without a manifest is older than all others.
    """
    try:
        nanoseconds = (folder / NAME).stat().st_mtime_ns
    except FileNotFoundError:
        nanoseconds = 0
    return datetime.fromtimestamp(nanoseconds / 1e9, UTC)


def make_newest(folder: Path) -> None:
    """Let a build that is asked for again count as the one made last; its content stays.

    Args:
        folder: The build's folder.
    """
    os.utime(folder / NAME)


def _unusable(folder: Path, what: str) -> BuildError:
    return BuildError(
        f"Build {folder.name} {what}. Make it anew with: penchant build {folder.parent.parent}"
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
        for path in _files(folder)
    }


def _files(folder: Path) -> list[Path]:
    found = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return [path for path in found if path != folder / NAME]


def file_digest(path: Path) -> str:
    """Give the sha256 of a file.

    Args:
        path: Any file.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
