"""The way back: the build serves again that was published before. No gate is asked."""

from __future__ import annotations

from datetime import datetime

from penchant.builds import Manifest
from penchant.errors import BuildError, InputError
from penchant.publishing import Published, point_to, pointed_id
from penchant.shop_directory import CURRENT, ShopDirectory
from penchant.store.releases import REFUSED, ROLLED_BACK, Release, read_releases, served_builds


def roll_back(shop: ShopDirectory, build_id: str | None = None, *, at: datetime) -> Published:
    """Let the build serve again that was published before; no gate is asked.

    Args:
        shop: The shop.
        build_id: One that was published once; if absent, the last one before that which serves,
            passing over those that are gone or damaged.
        at: The time that is recorded, with its zone.

    Raises:
        InputError: if none was published before, or this one never was.
        NotFoundError: if there is no such build.
        BuildError: if its files are damaged; what served goes on serving.
    """
    with shop.writing():
        releases, previous = read_releases(shop.releases_file), pointed_id(shop)
        served = served_builds(releases, previous)
        skipped: tuple[str, ...] = ()
        if build_id is None:
            build_id, skipped = _last_sound(shop, served, previous)
        else:
            _check_was_published(shop, build_id, releases, served)
        if build_id == previous:
            return Published(build_id, previous, CURRENT, changed=False)
        done = Published(build_id, previous, CURRENT, skipped=skipped)
        point_to(shop, done, ROLLED_BACK, at)
    return done


def rollback_target(shop: ShopDirectory) -> str | None:
    """Give the build that `roll_back` would go to; None: there is none.

    Args:
        shop: The shop.
    """
    current = pointed_id(shop)
    served = served_builds(read_releases(shop.releases_file), current)
    try:
        return _last_sound(shop, served, current)[0]
    except InputError:
        return None


def _last_sound(
    shop: ShopDirectory, served: tuple[str, ...], current: str | None
) -> tuple[str, tuple[str, ...]]:
    """Give the newest whole build that served before, and what is wrong with those in between."""
    skipped: dict[str, str] = {}
    for name in reversed(served):
        if name == current or name in skipped:
            continue
        skipped[name] = _damage(shop, name)
        if not skipped[name]:
            return name, tuple(one for one in skipped.values() if one)
    raise InputError(
        f"{shop.path} has no whole build that was published before this one. Publish another with: "
        f"penchant publish {shop.path} BUILD"
    )


def _damage(shop: ShopDirectory, name: str) -> str:
    folder = shop.builds / name
    try:
        Manifest.read(folder).verify(folder)
    except BuildError as error:
        return str(error) if folder.exists() else f"Build {name} is there no more."
    return ""


def _check_was_published(
    shop: ShopDirectory, build_id: str, releases: tuple[Release, ...], served: tuple[str, ...]
) -> None:
    folder = shop.build_folder(build_id)
    once = {one.build_id for one in releases if one.action != REFUSED and one.pointer == CURRENT}
    if build_id not in {*once, *served}:
        raise InputError(
            f"Build {build_id} never served, a rollback goes to one that did. Publish it with: "
            f"penchant publish {shop.path} {build_id}"
        )
    Manifest.read(folder).verify(folder)
