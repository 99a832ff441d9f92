"""Contests: the builds of a shop, each opened as it served and under other settings."""

from __future__ import annotations

from collections.abc import Callable

from penchant.engine import open_build_of
from penchant.errors import BuildError, InputError, NotFoundError
from penchant.experiments.experiment import Overlay
from penchant.experiments.files.overlay import ANSWERING, laid_over
from penchant.experiments.off_policy.asking_again import Contest
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store


def contests(
    shop: ShopDirectory, store: Store, overlay: Overlay, *, source: str = "overlay"
) -> Callable[[str], Contest | None]:
    """Give what opens the builds of a shop in both ways, each once.

    Args:
        shop: The shop.
        store: Its database.
        overlay: What the policy to be valued changes of the settings a build was made with.
        source: Where it comes from, for messages.

    Returns:
        build_id -> both ways; None for a build that is gone or cannot be opened.

    Raises:
        InputError: if the overlay changes what needs another build, or nothing at all.
    """
    other = [name for name in overlay if name not in ANSWERING]
    if other:
        raise InputError(
            f"{source} changes [{other[0]}], which is settled when a build is made. For a replay "
            f"there are: {', '.join(ANSWERING)}."
        )
    if not any(overlay.values()):
        raise InputError(f"{source} changes nothing: there is no other policy to value.")
    found: dict[str, Contest | None] = {}

    def contest_of(build_id: str) -> Contest | None:
        if build_id not in found:
            found[build_id] = _contest(shop, store, overlay, build_id, source)
        return found[build_id]

    return contest_of


def _contest(
    shop: ShopDirectory, store: Store, overlay: Overlay, build_id: str, source: str
) -> Contest | None:
    try:
        own = open_build_of(shop, build_id, store=store)
    except (NotFoundError, BuildError):
        return None
    return Contest(own, own.under(laid_over(own.settings, overlay, source=source)))
