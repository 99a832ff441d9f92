"""Builds that verify but answer nothing, made in a moment: for tests of which build serves."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

from penchant.builds import Manifest
from penchant.builds.manifest import describe_files, digest_of
from penchant.publishing import Published, Verdict, publish_build, unjudged
from penchant.shop_directory import ShopDirectory

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)


def add_build(shop: ShopDirectory, day: int) -> str:
    """Add a build of a day in July 2026, made on that day."""
    moment = datetime(2026, 7, day, tzinfo=UTC)
    parts = {"version": "0", "inputs": {}, "encoder": "", "settings": {}}
    name = digest_of(**parts, as_of=moment)  # type: ignore[arg-type]
    folder = shop.builds / name
    folder.mkdir()
    (folder / "facts.npy").write_bytes(bytes([day]) * 50)
    Manifest(
        build_id=name,
        as_of=moment.isoformat(),
        space={},
        counts={"products": day, "customers": 2},
        files=describe_files(folder),
        **parts,  # type: ignore[arg-type]
    ).write(folder)
    os.utime(folder / "manifest.json", (moment.timestamp(),) * 2)
    return name


def damage(shop: ShopDirectory, name: str) -> None:
    """Change a file of a build, not its size."""
    (shop.builds / name / "facts.npy").write_bytes(b"?" * 50)


def publish(shop: ShopDirectory, name: str | None = None, **options: object) -> Published:
    """Publish unjudged, because a test says so."""
    options = {"gate": unjudged, "force": "a test", "at": NOW, **options}
    return publish_build(shop, name, **options)  # type: ignore[arg-type]


class FakeGate:
    """Says what it is told to say, and remembers what it was asked."""

    def __init__(self, *, passed: bool, enough: bool = True) -> None:
        self.verdict = Verdict(passed, enough, ("precision fell by .02",), {"precision": 0.1})
        self.asked: list[tuple[str, str | None]] = []

    def __call__(self, candidate: Path, current: Path | None) -> Verdict:
        self.asked.append((candidate.name, current and current.name))
        return self.verdict
