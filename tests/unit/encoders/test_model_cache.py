"""Converted models are kept once, checked when read, and done without where nothing can be kept."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from penchant.encoders.model_cache import cached_model, default_cache_dir


class Maker:
    def __init__(self, data: bytes = b"model") -> None:
        self.data, self.calls = data, 0

    def __call__(self) -> bytes:
        self.calls += 1
        return self.data


def test_a_model_is_made_once(tmp_path: Path) -> None:
    make = Maker()
    assert [cached_model("k", make, cache_dir=tmp_path / "a" / "b") for _ in range(3)] == [
        b"model"
    ] * 3
    assert make.calls == 1


@pytest.mark.parametrize("name", ["k.onnx", "k.sha256"])
@pytest.mark.parametrize("data", [b"", b"mode", b"\xff\xfe"])
def test_a_damaged_model_is_made_again(tmp_path: Path, name: str, data: bytes) -> None:
    cached_model("k", Maker(), cache_dir=tmp_path)
    (tmp_path / name).write_bytes(data)
    make = Maker()
    assert cached_model("k", make, cache_dir=tmp_path) == b"model"
    assert cached_model("k", make, cache_dir=tmp_path) == b"model"
    assert make.calls == 1


def test_keys_are_kept_apart(tmp_path: Path) -> None:
    cached_model("a", Maker(b"A"), cache_dir=tmp_path)
    assert cached_model("b", Maker(b"B"), cache_dir=tmp_path) == b"B"


def test_a_folder_that_cannot_be_made_costs_time_only(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    make = Maker()
    assert cached_model("k", make, cache_dir=tmp_path / "file" / "sub") == b"model"


def test_the_folder_follows_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("PENCHANT_CACHE", raising=False)
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    expected = {"linux": ".cache/penchant", "darwin": "Library/Caches/penchant"}
    if sys.platform in expected:
        assert default_cache_dir() == tmp_path / expected[sys.platform]
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert default_cache_dir() == tmp_path / "x" / "penchant"
    monkeypatch.setenv("PENCHANT_CACHE", str(tmp_path / "own"))
    assert default_cache_dir() == tmp_path / "own"
    cached_model("k", Maker())
    assert (tmp_path / "own" / "k.onnx").read_bytes() == b"model"
