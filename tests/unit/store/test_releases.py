"""The record of releases: lines are added, and a line cut short is no line."""

from __future__ import annotations

from pathlib import Path

import pytest

from penchant.store.releases import Release, read_releases, served_builds, with_release

A = Release("2026-07-01T12:00:00+00:00", "publish", "a", None, "current", force="é \udcff\n")
B = Release("2026-07-02T12:00:00+00:00", "publish", "b", "a", "current", {"passed": True})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "releases.jsonl"
    for one in (A, B):
        path.write_bytes(with_release(path, one))
    return path


def test_what_is_written_is_read_again(path: Path, tmp_path: Path) -> None:
    assert read_releases(path) == (A, B)
    assert len(path.read_bytes().splitlines()) == 2
    assert read_releases(tmp_path / "none") == ()


def test_a_last_line_cut_anywhere_is_passed_over_and_repaired(path: Path) -> None:
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole) + 1):
        path.write_bytes(whole[:end])
        complete = end >= len(whole) - 1
        assert read_releases(path) == ((A, B) if complete else (A,))
        added = with_release(path, B)
        assert added == (whole if complete else whole[:first]) + whole[first:]


def test_lines_in_between_that_are_no_releases_stay_and_count_for_nothing(path: Path) -> None:
    path.write_bytes(b'\xff\n[1]\n\n{"more": 1}\n' + path.read_bytes())
    assert read_releases(path) == (A, B)
    assert with_release(path, B).startswith(path.read_bytes())


def test_who_served_after_whom() -> None:
    staged = Release("", "publish", "s", None, "staging")
    refused = Release("", "refusal", "r", "b", "current")
    assert served_builds([A, staged, B, refused], "b") == ("a", "b")
    assert served_builds([B], "b") == ("a", "b"), "what served before the record began"
    assert served_builds([A, B], "x") == ("a", "b", "x"), "named by hand"
    assert served_builds([], None) == ()
