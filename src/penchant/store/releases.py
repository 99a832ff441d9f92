"""The record of releases: one line of JSON for each time a build was published, refused or left.

Lines are only ever added. A last line that was cut short is no line: it is passed over, and gone
with the next one written.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Final

from penchant.shop_directory import CURRENT

PUBLISHED: Final = "publish"
ROLLED_BACK: Final = "rollback"
REFUSED: Final = "refusal"


@dataclass(frozen=True, slots=True)
class Release:
    """One line of the record.

    Attributes:
        at: ISO time.
        action: "publish", "rollback" or "refusal".
        build_id: The build it is about.
        previous: The build that was there before; None: none.
        pointer: "current" or "staging".
        verdict: What the gate said, as JSON-ready values; None: it was not asked.
        force: Why it was published whatever the gate said; None: it was not.
    """

    at: str
    action: str
    build_id: str
    previous: str | None
    pointer: str
    verdict: Mapping[str, Any] | None = None
    force: str | None = None


def read_releases(path: Path) -> tuple[Release, ...]:
    """Give all releases, oldest first; none if there is no record yet.

    Args:
        path: The record. What is no whole line of it is passed over.
    """
    return tuple(one for line in _lines(path) if (one := _parsed(line)) is not None)


def with_release(path: Path, release: Release) -> bytes:
    """Give the record's new content: what it holds, and one line more.

    Args:
        path: The record; it is not written to.
        release: What is added.
    """
    # escapes keep half a surrogate pair, as a terminal may pass on in a reason
    line = json.dumps(asdict(release), sort_keys=True, allow_nan=False).encode()
    return b"".join(one + b"\n" for one in (*_lines(path), line))


def served_builds(releases: Iterable[Release], current: str | None) -> tuple[str, ...]:
    """Give the builds that served one after the other, without those a rollback left.

    Args:
        releases: Oldest first.
        current: The build that serves now, which somebody may have named by hand; None: none.

    Returns:
        Oldest first; the last one serves, a rollback goes to the one before.

    Example:
        >>> a = Release("", PUBLISHED, "a", None, CURRENT)
        >>> b = Release("", PUBLISHED, "b", "a", CURRENT)
        >>> back = Release("", ROLLED_BACK, "a", "b", CURRENT)
        >>> served_builds([a, b], "b"), served_builds([a, b, back], "a")
        (('a', 'b'), ('a',))
    """
    served: list[str] = []
    for one in releases:
        if one.pointer != CURRENT or one.action == REFUSED:
            continue
        _follow(served, one.previous)
        if one.action == ROLLED_BACK and one.build_id in served:
            while served[-1] != one.build_id:
                served.pop()
        _follow(served, one.build_id)
    _follow(served, current)
    return tuple(served)


def rolled_back_at(releases: Iterable[Release], build_id: str) -> str | None:
    """Say when a build was left by a rollback, if it was not published again since.

    Args:
        releases: Oldest first.
        build_id: The build.

    Example:
        >>> b = Release("2026-07-01", PUBLISHED, "b", "a", CURRENT)
        >>> back = Release("2026-07-02", ROLLED_BACK, "a", "b", CURRENT)
        >>> rolled_back_at([b, back], "b"), rolled_back_at([b], "b")
        ('2026-07-02', None)
    """
    found = None
    for one in releases:
        if one.pointer == CURRENT and one.action != REFUSED:
            if one.build_id == build_id:
                found = None
            elif one.action == ROLLED_BACK and one.previous == build_id:
                found = one.at
    return found


def _follow(served: list[str], build_id: str | None) -> None:
    if build_id and served[-1:] != [build_id]:
        served.append(build_id)


def _lines(path: Path) -> list[bytes]:
    """Give the lines of the record; the last one only if it is whole."""
    lines = path.read_bytes().split(b"\n") if path.exists() else [b""]
    last = lines.pop()
    return [*lines, last] if _parsed(last) else lines


def _parsed(line: bytes) -> Release | None:
    try:
        values = json.loads(line)
        release = Release(**{one.name: values.get(one.name) for one in fields(Release)})
    except (ValueError, AttributeError, RecursionError):
        return None
    told = (release.at, release.action, release.build_id, release.pointer)
    return release if all(isinstance(one, str) for one in told) else None
