"""Publishing: which build serves. A gate advises, a person may overrule it, all of it is recorded.

The pointer (CURRENT or STAGING) and the record of releases change as one: after a kill both are as
they were, or both are new, at the latest when the next command writes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from penchant.builds import Manifest
from penchant.builds.manifest import made_at
from penchant.errors import BuildError, InputError, NotBuiltError, RefusedError
from penchant.files import write_atomically
from penchant.shop_directory import CURRENT, ShopDirectory
from penchant.store.journal import replace_together
from penchant.store.releases import (
    PUBLISHED,
    REFUSED,
    Release,
    read_releases,
    rolled_back_at,
    with_release,
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a gate says of a build.

    Attributes:
        passed: Whether it may serve; means something only where the evidence is enough.
        enough_evidence: Whether there was enough to judge by.
        reasons: Sentences for people.
        measures: What was measured: numbers, texts, and lists and mappings of them.
    """

    passed: bool
    enough_evidence: bool
    reasons: tuple[str, ...] = ()
    measures: Mapping[str, object] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Give the verdict as JSON-ready values; a number that is not finite is None.

        Example:
            >>> Verdict(True, True, measures={"lead": math.nan}).to_dict()["measures"]
            {'lead': None}
        """
        return {name: _plain(getattr(self, name)) for name in self.__slots__}


class Gate(Protocol):
    """What advises whether a build may serve; it is called while the shop's lock is held."""

    def __call__(self, candidate: Path, current: Path | None) -> Verdict:
        """Compare a build with the one that serves.

        Args:
            candidate: Folder of the build; its files are known to be whole.
            current: Folder of the one that serves and can be opened; None: nothing does.
        """


@dataclass(frozen=True, slots=True)
class Published:
    """What `publish_build` or `roll_back` did.

    Attributes:
        build_id: The build that is there now.
        previous: The one that was there before; None: none.
        pointer: "current" or "staging".
        verdict: What the gate said; None: it was not asked.
        force: Why it was to be published whatever the gate says; None: it was not.
        changed: False when the build was there already: nothing was written.
        skipped: What a rollback passed over, with what is wrong with it, newest first.
    """

    build_id: str
    previous: str | None
    pointer: str
    verdict: Verdict | None = None
    force: str | None = None
    changed: bool = True
    skipped: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give what was done as JSON-ready values."""
        values = {name: _plain(getattr(self, name)) for name in self.__slots__}
        return {**values, "verdict": None if self.verdict is None else self.verdict.to_dict()}


def unjudged(candidate: Path, current: Path | None) -> Verdict:
    """Judge nothing: a gate for shops that are only looked at, and for tests.

    Args:
        candidate: Any build.
        current: Any build.

    Example:
        >>> unjudged(Path("builds/new"), None).enough_evidence
        False
    """
    return Verdict(passed=False, enough_evidence=False, reasons=("Nothing was judged.",))


def publish_build(
    shop: ShopDirectory,
    build_id: str | None = None,
    *,
    gate: Gate,
    force: str | None = None,
    pointer: str = CURRENT,
    at: datetime,
) -> Published:
    """Let a build serve: all its files are verified, the gate asked, and the pointer replaced.

    Args:
        shop: The shop.
        build_id: Which build; the one made last if absent.
        gate: Asked whether it may serve, unless it does so already or is only staged. Short of
            evidence it is refused, too, but for a shop where nothing serves yet.
        force: Why it is published whatever the gate says.
        pointer: "current": it serves; "staging": it is looked at first.
        at: The time that is recorded, with its zone.

    Raises:
        RefusedError: if the gate is against it and nothing is forced; that is recorded.
        NotFoundError: if there is no such build.
        NotBuiltError: if there is no build at all.
        BuildError: if its files are damaged or the disk is full; what served goes on serving.
        InputError: if the reason is empty, the pointer another word, or the shop being written to.
    """
    if force is not None and not force.strip():
        raise InputError('force is "", must say why: it is recorded.')
    with shop.writing():
        folder = _chosen(shop, build_id)
        Manifest.read(folder).verify(folder)
        previous = pointed_id(shop, pointer)
        if previous == folder.name:
            return Published(folder.name, previous, pointer, changed=False)
        done = Published(folder.name, previous, pointer, force=force)
        if pointer == CURRENT:
            done = replace(done, verdict=_judged(shop, folder, done, gate, at))
        point_to(shop, done, PUBLISHED, at)
    return done


def pointed_id(shop: ShopDirectory, pointer: str = CURRENT) -> str | None:
    """Give the build a pointer names; None if it names none that is there.

    Args:
        shop: The shop.
        pointer: "current" or "staging".
    """
    try:
        return shop.pointed_build(pointer).name
    except (NotBuiltError, BuildError):
        return None


def builds_by_age(shop: ShopDirectory) -> list[str]:
    """Give the names of all builds, the one made last first.

    Args:
        shop: The shop.
    """
    by_time = {name: made_at(shop.builds / name) for name in shop.build_ids()}
    return sorted(by_time, key=lambda name: (by_time[name], name), reverse=True)


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    number = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(number, float) and not math.isfinite(number) else number


def point_to(shop: ShopDirectory, done: Published, action: str, at: datetime) -> None:
    """Replace a pointer and add to the record, as one; only while holding the shop's lock.

    Args:
        shop: The shop.
        done: What is pointed to, by which pointer, and why.
        action: "publish" or "rollback".
        at: The time that is recorded.

    Raises:
        BuildError: if the disk is full; unless it says otherwise, nothing was replaced.
    """
    release = _recorded(done, action, at)
    contents = {
        shop.pointer_file(done.pointer): f"{done.build_id}\n".encode(),
        shop.releases_file: with_release(shop.releases_file, release),
    }
    replace_together(contents, shop.journal)


def _chosen(shop: ShopDirectory, build_id: str | None) -> Path:
    names = builds_by_age(shop)
    if build_id is None and not names:
        raise NotBuiltError(shop.path)
    return shop.build_folder(names[0] if build_id is None else build_id)


def _sound_current(shop: ShopDirectory) -> Path | None:
    """Give what serves, if it can be opened: what cannot is worse than anything new."""
    name = pointed_id(shop)
    if name is None:
        return None
    folder = shop.builds / name
    try:
        Manifest.read(folder).verify_quickly(folder)
    except BuildError:
        return None
    return folder


def _judged(
    shop: ShopDirectory, folder: Path, wanted: Published, gate: Gate, at: datetime
) -> Verdict:
    """Ask the gate; a refusal is recorded and raised."""
    current = _sound_current(shop)
    back = rolled_back_at(read_releases(shop.releases_file), folder.name)
    if back is None:
        verdict = _asked(gate, folder, current)
    else:
        verdict = Verdict(False, True, (f"It was rolled back on {back[:10]}.",))
    # without evidence the first build serves: an empty shop is worse than an unjudged one
    may_serve = verdict.passed if verdict.enough_evidence else current is None
    if not may_serve and wanted.force is None:
        refusal = _recorded(replace(wanted, verdict=verdict), REFUSED, at)
        write_atomically(shop.releases_file, with_release(shop.releases_file, refusal))
        raise RefusedError(wanted.build_id, shop.path, verdict.reasons)
    return verdict


def _asked(gate: Gate, folder: Path, current: Path | None) -> Verdict:
    """Ask the gate; one that cannot judge proves nothing, and a person may still overrule it."""
    try:
        return gate(folder, current)
    except (BuildError, InputError) as error:
        return Verdict(False, False, (f"It could not be judged: {error}",))


def _recorded(done: Published, action: str, at: datetime) -> Release:
    return Release(
        at=at.astimezone(UTC).isoformat(),
        action=action,
        build_id=done.build_id,
        previous=done.previous,
        pointer=done.pointer,
        verdict=None if done.verdict is None else done.verdict.to_dict(),
        force=done.force,
    )
