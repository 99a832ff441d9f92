"""Files and folders appear whole or not at all, whatever fails in between."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from penchant import files
from penchant.errors import BuildError


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fail_fsync_at(call: int, monkeypatch: pytest.MonkeyPatch, number: int = errno.ENOSPC) -> None:
    calls = []

    def fsync(handle: int) -> None:
        calls.append(handle)
        if len(calls) == call:
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)


def test_a_file_is_replaced_and_nothing_else_appears(tmp_path: Path) -> None:
    files.write_atomically(tmp_path / "a", b"one")
    files.write_atomically(tmp_path / "a", b"two")
    assert (tmp_path / "a").read_bytes() == b"two"
    assert names(tmp_path) == ["a"]


@pytest.mark.parametrize("call", [1, 2])
def test_several_files_are_replaced_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    (tmp_path / "a").write_bytes(b"old a")
    (tmp_path / "b").write_bytes(b"old b")
    with monkeypatch.context() as patch:
        fail_fsync_at(call, patch)
        with pytest.raises(BuildError, match=r"disk is full, .*/[ab] was not written"):
            files.write_together({tmp_path / "a": b"new a", tmp_path / "b": b"new b"})
    assert (tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes() == b"old aold b"
    assert names(tmp_path) == ["a", "b"]
    files.write_together({tmp_path / "a": b"new a", tmp_path / "b": b"new b"})
    assert (tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes() == b"new anew b"


def test_a_failed_write_says_what_and_why(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"none/a could not be written: No such file"):
        files.write_atomically(tmp_path / "none" / "a", b"")
    denied = files.disk_error(PermissionError(errno.EACCES, "Permission denied"), Path("x"))
    assert str(denied).startswith("x could not be written: Permission denied. ")


def test_json_is_sorted_readable_and_read_back(tmp_path: Path) -> None:
    files.write_json(tmp_path / "a.json", {"b": [1, None], "a": "é"})
    text = (tmp_path / "a.json").read_text(encoding="utf-8")
    assert text == '{\n "a": "é",\n "b": [\n  1,\n  null\n ]\n}\n'
    assert files.read_json(tmp_path / "a.json") == {"a": "é", "b": [1, None]}


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff", b'"text"', b"[" * 100_000])
def test_json_that_is_none_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.json").write_bytes(content)
    with pytest.raises(BuildError, match=r"a\.json"):
        files.read_json(tmp_path / "a.json")


def test_json_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BuildError, match=r"a\.json is missing"):
        files.read_json(tmp_path / "a.json")


def test_a_new_folder_appears_whole(tmp_path: Path) -> None:
    with files.new_folder(tmp_path / "a") as folder:
        (folder / "sub").mkdir()
        (folder / "sub" / "file").write_bytes(b"x")
        assert not (tmp_path / "a").exists()
    assert (tmp_path / "a" / "sub" / "file").read_bytes() == b"x"
    assert names(tmp_path) == ["a"]


def test_a_folder_that_is_there_is_replaced_as_a_whole(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").write_bytes(b"")
    with files.new_folder(tmp_path / "a") as folder:
        (folder / "new").write_bytes(b"")
    assert (names(tmp_path), names(tmp_path / "a")) == (["a"], ["new"])


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt()])
def test_a_folder_that_fails_leaves_what_was_there(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "old").write_bytes(b"")
    with pytest.raises(type(error)), files.new_folder(tmp_path / "a"):
        raise error
    assert (names(tmp_path), names(tmp_path / "a")) == (["a"], ["old"])


@pytest.mark.parametrize("call", [1, 2, 3])
def test_a_full_disk_leaves_no_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: int
) -> None:
    fail_fsync_at(call, monkeypatch)
    with pytest.raises(BuildError, match="disk is full"), files.new_folder(tmp_path / "a") as new:
        [(new / name).write_bytes(b"") for name in ("one", "two")]
    assert names(tmp_path) == []


def test_only_leftovers_are_removed(tmp_path: Path) -> None:
    (tmp_path / ".a.12.tmp").write_bytes(b"")
    (tmp_path / ".b.12.tmp").mkdir()
    (tmp_path / ".b.12.tmp" / "file").write_bytes(b"")
    for kept in ("a", ".lock", "b.tmp"):
        (tmp_path / kept).write_bytes(b"")
    files.remove_leftovers(tmp_path)
    files.remove_leftovers(tmp_path / "none")
    assert names(tmp_path) == [".lock", "a", "b.tmp"]


def test_a_folder_is_removed_or_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "folder"
    (folder / "below").mkdir(parents=True)

    def fail(*_: object) -> None:
        raise OSError(errno.EACCES, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", fail)
        with pytest.raises(BuildError, match=r"folder could not be removed: Permission denied\."):
            files.remove_folder(folder)
    assert (folder / "below").is_dir()
    files.remove_folder(folder)
    assert list(tmp_path.iterdir()) == []
