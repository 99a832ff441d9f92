"""The cache keeps whole shards, drops damaged ones, serves one encoder and one run at a time."""

from __future__ import annotations

import errno
import json
from pathlib import Path

import numpy as np
import pytest

from penchant import files
from penchant.encoders import EmbeddingCache
from penchant.encoders.cache import PhotoContent
from penchant.errors import BuildError, FingerprintError

DIM = 3


def content(number: int) -> PhotoContent:
    return PhotoContent(f"{number:064x}", 10 + number, 20, number / 3, f"{number:016x}")


def vector(number: int) -> np.ndarray:
    return np.array([number, number / 7, -number], dtype=np.float32)


def opened(folder: Path, *, shard_size: int = 4, fingerprint: str = "a" * 16) -> EmbeddingCache:
    cache = EmbeddingCache(folder, shard_size=shard_size)
    cache.open(fingerprint=fingerprint, dim=DIM)
    return cache


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """Ten photos: two whole shards and one of two."""
    cache = opened(tmp_path / "cache")
    for number in range(10):
        cache.add(content(number), vector(number))
    cache.flush()
    cache.close()
    return tmp_path / "cache"


def test_what_was_added_is_there_at_once_and_after_opening_again(filled: Path) -> None:
    cache = opened(filled)
    assert len(cache) == 10
    for number in range(10):
        digest = content(number).sha256
        assert digest in cache
        assert cache.content(digest) == content(number)
        assert cache.vector(digest).tobytes() == vector(number).tobytes()
    assert content(10).sha256 not in cache
    cache.add(content(10), vector(10))
    assert cache.vector(content(10).sha256).tobytes() == vector(10).tobytes()
    cache.close()


def test_what_was_not_flushed_is_lost_and_nothing_else(filled: Path) -> None:
    cache = opened(filled)
    cache.add(content(11), vector(11))
    cache.close()
    cache = opened(filled)
    assert len(cache) == 10
    cache.close()


@pytest.mark.parametrize("suffix", [".npy", ".json"])
@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "gone"])
def test_a_damaged_shard_is_removed_and_the_others_stay(
    filled: Path, suffix: str, damage: str
) -> None:
    path = sorted(filled.glob(f"shard-*{suffix}"))[0]
    lost = len(json.loads(path.with_suffix(".json").read_bytes())["photos"])
    data = bytearray(path.read_bytes())
    if damage == "gone":
        path.unlink()
    else:
        data[-9] ^= 0x11
        path.write_bytes({"cut": data[:-7], "flip": data, "empty": b""}[damage])
    cache = opened(filled)
    assert len(cache) == 10 - lost
    cache.close()
    assert len(list(filled.glob("shard-*"))) == 4


def test_shards_with_swapped_vectors_are_noticed(filled: Path) -> None:
    first, second = [path for path in sorted(filled.glob("shard-*.npy")) if len(np.load(path)) == 4]
    a, b = first.read_bytes(), second.read_bytes()
    first.write_bytes(b)
    second.write_bytes(a)
    cache = opened(filled)
    assert len(cache) == 2
    cache.close()


def test_leftovers_of_a_crash_are_swept(filled: Path) -> None:
    (filled / ".shard-1.npy.77.tmp").write_bytes(b"half")
    opened(filled).close()
    assert not list(filled.glob(".*.tmp"))


@pytest.mark.parametrize("change", [{"fingerprint": "b" * 16}, {}])
def test_another_encoder_is_refused(filled: Path, change: dict[str, str]) -> None:
    cache = EmbeddingCache(filled)
    with pytest.raises(FingerprintError, match="aaaaaaaaaaaaaaaa"):
        cache.open(**{"fingerprint": "a" * 16, "dim": DIM if change else DIM + 1, **change})
    opened(filled).close()


def test_a_damaged_meta_file_is_named(filled: Path) -> None:
    (filled / "meta.json").write_bytes(b"{")
    with pytest.raises(BuildError, match=r"meta\.json is damaged"):
        opened(filled)


def test_two_runs_at_once_are_kept_apart(filled: Path) -> None:
    cache = opened(filled)
    with pytest.raises(BuildError, match="Another run"):
        opened(filled)
    cache.close()
    opened(filled).close()


@pytest.mark.parametrize(
    ("number", "message"), [(errno.ENOSPC, "disk is full"), (errno.EROFS, "could not be written")]
)
def test_a_disk_that_cannot_be_written_is_told(
    filled: Path, monkeypatch: pytest.MonkeyPatch, number: int, message: str
) -> None:
    def refuses(path: Path, content: files.Content) -> None:
        raise OSError(number, "refused")

    cache = opened(filled)
    monkeypatch.setattr(files, "write_synced", refuses)
    cache.add(content(20), vector(20))
    with pytest.raises(BuildError, match=rf"{message}.*10 photos"):
        cache.flush()
    cache.close()
