"""Embeddings kept by photo content, so that no photo is ever embedded twice by the same encoder.

A cache is a folder of shards. A shard is a `.npy` of vectors and a `.json` that names the photos
and holds a checksum over both; the `.json` is written last, so that a shard counts only when it is
whole. Shards are never changed: a crash loses what was not yet in one, and nothing else.
"""

from __future__ import annotations

import fcntl
import json
import logging
from dataclasses import asdict, astuple, dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Final

import numpy as np
from numpy.typing import NDArray

from penchant import files
from penchant.errors import BuildError, FingerprintError
from penchant.types import Vector

_FORMAT: Final = 1
_META: Final = "meta.json"
_LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PhotoContent:
    """What is known of one photo's content once it is embedded.

    Attributes:
        sha256: Digest of its bytes, hex.
        width: In pixels.
        height: In pixels.
        std: Standard deviation of its grey values, 0..127.5.
        dhash: Difference hash, 16 hex digits.
    """

    sha256: str
    width: int
    height: int
    std: float
    dhash: str


class EmbeddingCache:
    """The embeddings one encoder has made so far.

    Args:
        directory: Its folder, made on `open`.
        shard_size: Photos per shard: what a crash may cost, > 0.
    """

    def __init__(self, directory: Path, *, shard_size: int = 256):
        self.directory = directory
        self._shard_size = shard_size
        self._shards: list[NDArray[np.float32]] = []
        self._places: dict[str, tuple[int, int]] = {}
        self._contents: dict[str, PhotoContent] = {}
        self._pending: dict[str, Vector] = {}
        self._fingerprint = ""
        self._dim = 0
        self._lock: IO[str] | None = None

    def __contains__(self, digest: str) -> bool:
        return digest in self._contents

    def __len__(self) -> int:
        return len(self._contents)

    def open(self, *, fingerprint: str, dim: int) -> None:
        """Read what is there and keep other runs out until `close`.

        Shards that are torn or damaged are removed; their photos are embedded again.

        Args:
            fingerprint: Of the encoder.
            dim: Length of its embeddings.

        Raises:
            FingerprintError: if the folder belongs to another encoder.
            BuildError: if another run is writing to it, or it cannot be written.
        """
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._take_lock()
            self._check_meta({"dim": dim, "fingerprint": fingerprint, "format": _FORMAT})
            self._fingerprint, self._dim = fingerprint, dim
            self._read_shards()
        except OSError as error:
            self.close()
            raise files.disk_error(error, self.directory) from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let other runs in and forget what was read; what is pending is not written."""
        if self._lock is not None:
            self._lock.close()
            self._lock = None
        self._shards, self._places = [], {}
        self._contents, self._pending = {}, {}

    def content(self, digest: str) -> PhotoContent:
        """Give the facts of a photo that is in the cache.

        Args:
            digest: SHA-256 of its bytes, hex.

        Returns:
            Its size and look.
        """
        return self._contents[digest]

    def vector(self, digest: str) -> Vector:
        """Give the embedding of a photo that is in the cache.

        Args:
            digest: SHA-256 of its bytes, hex.

        Returns:
            Shape (dim,), float32; not to be changed.
        """
        if digest in self._pending:
            return self._pending[digest]
        shard, row = self._places[digest]
        stored: Vector = self._shards[shard][row]
        return stored

    def add(self, content: PhotoContent, vector: Vector) -> None:
        """Keep one embedding; it is written with the next full shard or `flush`.

        Args:
            content: Facts of the photo.
            vector: Shape (dim,), float32.

        Raises:
            BuildError: if the disk is full or cannot be written; earlier shards stay valid.
        """
        self._contents[content.sha256] = content
        self._pending[content.sha256] = vector
        if len(self._pending) >= self._shard_size:
            self.flush()

    def flush(self) -> None:
        """Write what is pending as a shard.

        Raises:
            BuildError: if the disk is full or cannot be written; earlier shards stay valid.
        """
        if not self._pending:
            return
        contents = [self._contents[digest] for digest in self._pending]
        vectors = np.stack(list(self._pending.values()))
        checksum = _checksum(contents, vectors)
        path = self.directory / f"shard-{checksum[:16]}"
        head = {"checksum": checksum, "photos": [astuple(content) for content in contents]}
        shard: dict[Path, files.Content] = {
            path.with_suffix(".npy"): files.npy_parts(vectors),
            path.with_suffix(".json"): files.json_bytes(head),
        }
        try:
            files.write_together(shard)
        except BuildError as error:
            kept = len(self._contents) - len(self._pending)
            raise BuildError(f"{error} {kept} photos embedded so far are kept.") from error
        self._pending = {}
        self._accept(contents, np.load(path.with_suffix(".npy"), mmap_mode="r"))

    def _take_lock(self) -> None:
        self._lock = (self.directory / ".lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildError(
                f"Another run is embedding into {self.directory}. Wait for it to end, then run "
                "this again."
            ) from error

    def _check_meta(self, wanted: dict[str, object]) -> None:
        path = self.directory / _META
        if not path.exists():
            files.write_atomically(path, files.json_bytes(wanted))
            return
        try:
            found = json.loads(path.read_bytes())
        except ValueError as error:
            raise BuildError(
                f"{path} is damaged ({error}). Remove the folder and embed again."
            ) from error
        if found != wanted:
            fingerprint = str(found.get("fingerprint")) if isinstance(found, dict) else "none"
            raise FingerprintError(str(self.directory), fingerprint, str(wanted["fingerprint"]))

    def _read_shards(self) -> None:
        for leftover in self.directory.glob(".*.tmp"):
            leftover.unlink(missing_ok=True)
        for path in sorted(self.directory.glob("shard-*.npy")):
            if (shard := _read_shard(path, self._dim)) is not None:
                self._accept(*shard)
                continue
            _LOG.warning("damaged or unfinished shard removed: %s", path.name)
            path.unlink(missing_ok=True)
            path.with_suffix(".json").unlink(missing_ok=True)
        for head in self.directory.glob("shard-*.json"):
            if not head.with_suffix(".npy").exists():
                head.unlink(missing_ok=True)

    def _accept(self, contents: list[PhotoContent], vectors: NDArray[np.float32]) -> None:
        self._shards.append(vectors)
        for row, content in enumerate(contents):
            self._contents[content.sha256] = content
            self._places[content.sha256] = (len(self._shards) - 1, row)


def _read_shard(path: Path, dim: int) -> tuple[list[PhotoContent], NDArray[np.float32]] | None:
    try:
        head = json.loads(path.with_suffix(".json").read_bytes())
        contents = [PhotoContent(*values) for values in head["photos"]]
        vectors = np.load(path, mmap_mode="r", allow_pickle=False)
    except (OSError, ValueError, TypeError, KeyError, EOFError, SyntaxError):
        return None
    if vectors.shape != (len(contents), dim) or vectors.dtype != np.float32:
        return None
    return (contents, vectors) if _checksum(contents, vectors) == head.get("checksum") else None


def _checksum(contents: list[PhotoContent], vectors: NDArray[np.float32]) -> str:
    digest = sha256(files.json_bytes([asdict(content) for content in contents]))
    digest.update(files.npy_parts(vectors)[1])
    return digest.hexdigest()
