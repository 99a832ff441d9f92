"""What serves: one open shop, replaced as a whole when another build, product or setting is there.

The new one is opened and asked beside the old, then the reference changes: a request has the one or
the other from beginning to end. What is removed from disk meanwhile stays mapped until nobody uses
it. A build that cannot be opened leaves the old one serving.
"""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from penchant import __version__
from penchant.builds.manifest import NAME as MANIFEST
from penchant.engine import Shop, open_shop
from penchant.errors import BuildError, NotBuiltError, PenchantError
from penchant.settings.showing import CART, HOMEPAGE, NEW_ARRIVALS, PRODUCT_PAGE, SURFACES
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store

Signature = tuple[object, ...]

AGAIN_TICKS: Final = 10
"""Looks after which a build that could not be opened is tried once more."""


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """An open shop, with what is worked out once.

    Attributes:
        shop: Answers.
        policies: {surface: name of its way of choosing}.
    """

    shop: Shop
    policies: Mapping[str, str]


class Serving:
    """Holds what serves; threads may share it, one of them looks for what is new.

    Args of the constructor:
        directory: The shop.
        swapped: Told of every attempt to take another build up: whether it worked, and why not.
    """

    def __init__(
        self, directory: ShopDirectory, swapped: Callable[[Served | None, str], None]
    ) -> None:
        self._directory = directory
        self._swapped = swapped
        self._served: Served | None = None
        self._trouble: PenchantError = NotBuiltError(directory.path)
        self._seen: Signature | None = None
        self._products = 0
        self._failed_ticks = 0
        self._changing = threading.Lock()

    @property
    def now(self) -> Served:
        """What serves now.

        Raises:
            NotBuiltError: if nothing was published yet.
            BuildError: if what was published cannot be opened, and nothing did before.
        """
        served = self._served
        if served is None:
            raise self._trouble
        return served

    @property
    def shop(self) -> Shop | None:
        """The shop that serves; None: none does."""
        return None if self._served is None else self._served.shop

    @property
    def products(self) -> int:
        """Version of the products that are taken up."""
        return self._products

    @property
    def trouble(self) -> PenchantError | None:
        """Why the published build does not serve; None: it does."""
        return self._trouble if self._failed_ticks or self._served is None else None

    def look(self, store: Store, products: int) -> None:
        """Take up another build if one was published.

        Args:
            store: Live events, consent and products.
            products: Version of its products, read just now.
        """
        with self._changing:
            signature = _signature(self._directory)
            if signature != self._seen:
                self._open(store, products, signature)
            elif self._failed_ticks:
                self._failed_ticks += 1
                if self._failed_ticks > AGAIN_TICKS:
                    self._open(store, products, signature)

    def take_up_products(self, version: int) -> None:
        """Let products be found that were added, changed or removed since.

        Args:
            version: Of the store's products.
        """
        with self._changing:
            if version == self._products:
                return
            if self._served is not None:
                served = self._served
                self._served = Served(served.shop.refreshed(), served.policies)
                # where the database did not answer the shop is as it was: the next look tries again
                version = self._served.shop.products_version
            self._products = version

    def _open(self, store: Store, products: int, signature: Signature) -> None:
        self._seen = signature
        try:
            shop = open_shop(self._directory.path, store=store)
            warm_up(shop)
        except Exception as error:
            self._failed_ticks = 1
            if isinstance(error, PenchantError):
                self._trouble = error
                self._swapped(None, error.code)
                return
            self._trouble = BuildError(f"The build cannot be opened: {error}.")
            self._swapped(None, self._trouble.code)
            raise
        self._failed_ticks, self._products = 0, shop.products_version
        self._served = Served(shop, policies_of(shop))
        self._swapped(self._served, "")


def warm_up(shop: Shop) -> None:
    """Ask a shop once for everything that is worked out at the first request.

    Args:
        shop: Just opened.

    Raises:
        PenchantError: if it cannot answer.
    """
    moment = datetime.now(UTC)
    shop.people.warm()
    customers, products = shop.build.customer_ids, shop.build.product_ids
    for customer_id in (None, customers[0] if len(customers) else None):
        for surface in (HOMEPAGE, NEW_ARRIVALS):
            shop.recommend(customer_id, surface=surface, as_of=moment)
        if len(products):
            for surface in (PRODUCT_PAGE, CART):
                shop.recommend(customer_id, surface=surface, products=[products[0]], as_of=moment)


def policies_of(shop: Shop) -> dict[str, str]:
    """Name the way each surface chooses: another name as soon as anything that decides changes.

    Args:
        shop: Open.
    """
    names = {}
    for surface in SURFACES:
        blend = shop.recommender.blend_of(surface)
        decides = {
            "version": __version__,
            "rules": shop.manifest.settings["recommend"],
            "surface": shop.manifest.settings[surface],
            "weights": dict(blend.weights),
            "scale": dict(blend.scale),
        }
        digest = hashlib.sha256(json.dumps(decides, sort_keys=True).encode()).hexdigest()
        names[surface] = f"{surface}-{digest[:12]}"
    return names


def _signature(directory: ShopDirectory) -> Signature:
    pointer = directory.pointer_file()
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        name = ""
    # an erasure writes a build anew, in place of the old: then its folder is another one
    folder = directory.builds / name if name else None
    files = (pointer, folder, folder and folder / MANIFEST, directory.settings_file)
    return (name, *(_stat(one) for one in files))


def _stat(path: Path | None) -> tuple[int, int] | None:
    try:
        about = path.stat() if path is not None else None
    except (OSError, ValueError):
        return None
    return None if about is None else (about.st_ino, about.st_mtime_ns)
