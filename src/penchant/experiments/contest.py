"""Contests: the builds of a shop, each opened as it served and under other settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, Final

from penchant.builds import Build, Manifest
from penchant.builds.manifest import made_at
from penchant.builds.opening import open_build
from penchant.engine import Shop
from penchant.errors import BuildError, InputError
from penchant.experiments.asking_again import Contest
from penchant.experiments.experiment import Overlay
from penchant.settings.showing import SURFACES
from penchant.settings_file import settings_from_dict, settings_to_dict
from penchant.shop_directory import ShopDirectory
from penchant.store.consent import Terms
from penchant.store.database.store import Store
from penchant.store.marks import MarkBook
from penchant.taste.from_tables import microseconds

SECTIONS: Final = ("taste", "recommend", *SURFACES)
"""Settings by which one build answers in another way; others need another build."""


def contests(
    shop: ShopDirectory, store: Store, overlay: Overlay
) -> Callable[[str], Contest | None]:
    """Give what opens the builds of a shop in both ways, each once.

    Args:
        shop: The shop.
        store: Its database.
        overlay: What the policy to be valued changes of the settings a build was made with.

    Returns:
        build_id -> both ways; None for a build that is gone or cannot be opened.

    Raises:
        InputError: if the overlay changes what needs another build, or nothing at all.
    """
    other = [name for name in overlay if name not in SECTIONS]
    if other:
        raise InputError(
            f"[{other[0]}] cannot be changed for a replay: it would need another build. "
            f"Sections: {', '.join(SECTIONS)}."
        )
    if not any(overlay.values()):
        raise InputError("The settings change nothing: there is no other policy to value.")
    profiling = shop.live_settings().privacy.profiling
    found: dict[str, Contest | None] = {}

    def contest_of(build_id: str) -> Contest | None:
        if build_id not in found:
            found[build_id] = _contest(shop, store, overlay, build_id, profiling=profiling)
        return found[build_id]

    return contest_of


def laid_over(settings: Mapping[str, Mapping[str, Any]], overlay: Overlay) -> dict[str, Any]:
    """Lay some settings over all others.

    Args:
        settings: {section: {key: value}} of a build.
        overlay: What changes; a list or mapping replaces the one there is.

    Returns:
        Plain values, checked.

    Raises:
        InputError: if a section, key or value is not allowed.

    Example:
        >>> laid_over({}, {"homepage": {"explore": 0.5}})["homepage"]["explore"]
        0.5
    """
    names = {*settings, *overlay}
    both = {name: {**settings.get(name, {}), **overlay.get(name, {})} for name in names}
    return settings_to_dict(settings_from_dict(both))


def _contest(
    shop: ShopDirectory, store: Store, overlay: Overlay, build_id: str, *, profiling: bool
) -> Contest | None:
    if build_id not in shop.build_ids():
        return None
    folder = shop.build_folder(build_id)
    try:
        manifest, build = open_build(folder)
    except BuildError:
        return None
    terms, marks = Terms(profiling, microseconds(made_at(folder))), MarkBook(shop)

    def opened(manifest: Manifest, build: Build) -> Shop:
        return Shop(manifest, build, marks, store=store, terms=terms).refreshed()

    settings = laid_over(manifest.settings, overlay)
    return Contest(opened(manifest, build), opened(replace(manifest, settings=settings), build))
