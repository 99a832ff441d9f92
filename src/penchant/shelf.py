"""The shelf: which builds a shop has, what became of each, and which of them are kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from penchant.builds import Manifest
from penchant.builds.manifest import made_at
from penchant.errors import BuildError
from penchant.evaluation.keep import load_scores
from penchant.experiments.files.lifecycle import ExperimentFiles
from penchant.files import remove_folder
from penchant.publishing import builds_by_age, pointed_id
from penchant.rollback import rollback_target
from penchant.shop_directory import CURRENT, STAGING, ShopDirectory
from penchant.store.releases import REFUSED, Release, read_releases


@dataclass(frozen=True, slots=True)
class ShelvedBuild:
    """One build of a shop.

    Attributes:
        build_id: Its name.
        made: ISO time it was made, or asked for again.
        as_of: ISO time of its profiles; "" if it is damaged, as all that follows.
        counts: Products, customers and the like.
        scores: {measure: value} of its evaluation; empty without one.
        current: Whether it serves.
        staged: Whether it is looked at first.
        refused: What the gate had against it when it was last to be published; None: nothing.
        damage: What is wrong with it; "": nothing that the manifest tells.
    """

    build_id: str
    made: str
    as_of: str
    counts: Mapping[str, int]
    scores: Mapping[str, float]
    current: bool
    staged: bool
    refused: tuple[str, ...] | None
    damage: str

    def to_dict(self) -> dict[str, Any]:
        """Give the build as JSON-ready values."""
        return asdict(self)


def list_builds(shop: ShopDirectory) -> tuple[ShelvedBuild, ...]:
    """Give all builds of a shop, the one made last first. Only their manifests are read.

    Args:
        shop: The shop.
    """
    current, staged = pointed_id(shop, CURRENT), pointed_id(shop, STAGING)
    last = {one.build_id: one for one in _about_serving(shop)}
    return tuple(
        _shelved(shop, shop.builds / name, name == current, name == staged, last.get(name))
        for name in builds_by_age(shop)
    )


def prune_builds(shop: ShopDirectory, *, keep: int, at: datetime | None = None) -> tuple[str, ...]:
    """Remove the oldest builds; never one that serves, is staged, or a rollback would go to.

    Nor one that a variant of an experiment answers from, until that is over; where its file is
    broken, nor one that is named there.

    Args:
        shop: The shop.
        keep: How many of the newest stay, >= 1.
        at: Now, with a time zone; None: no experiment is over.

    Returns:
        Names of those removed, newest first.

    Raises:
        BuildError: if one cannot be removed; it stays whole.
        InputError: if another command is writing to this shop, or a file of an experiment cannot
            be read at all.
    """
    with shop.writing():
        needed = {pointed_id(shop, CURRENT), pointed_id(shop, STAGING), rollback_target(shop)}
        needed |= ExperimentFiles(shop).builds_needed(at)
        old = [name for name in builds_by_age(shop)[keep:] if name not in needed]
        for name in reversed(old):
            # the build last: while it is there, what is left after a kill is removed the next time
            if (shop.evaluations / name).exists():
                remove_folder(shop.evaluations / name)
            remove_folder(shop.builds / name)
    return tuple(old)


def _about_serving(shop: ShopDirectory) -> list[Release]:
    return [one for one in read_releases(shop.releases_file) if one.pointer == CURRENT]


def _shelved(
    shop: ShopDirectory, folder: Path, current: bool, staged: bool, last: Release | None
) -> ShelvedBuild:
    refused = None
    if last is not None and last.action == REFUSED:
        refused = tuple((last.verdict or {}).get("reasons", ()))
    as_of, counts, damage = "", {}, ""
    try:
        manifest = Manifest.read(folder)
        as_of, counts = manifest.as_of, dict(manifest.counts)
    except BuildError as error:
        damage = str(error)
    return ShelvedBuild(
        build_id=folder.name,
        made=made_at(folder).isoformat(timespec="seconds"),
        as_of=as_of,
        counts=counts,
        scores=load_scores(shop, folder.name),
        current=current,
        staged=staged,
        refused=refused,
        damage=damage,
    )
