"""What serves: one open shop, replaced as a whole when another build, product or setting is there.

The new one is opened and asked beside the old, then the reference changes: a request has the one or
the other from beginning to end. What is removed from disk meanwhile stays mapped until nobody uses
it. A build that cannot be opened leaves the old one serving; at a start, the last whole one before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Final

from penchant.builds.manifest import NAME as MANIFEST
from penchant.engine import Shop, open_build_of, open_shop
from penchant.errors import BuildError, NotBuiltError, PenchantError
from penchant.experiments.arms import Arms
from penchant.rollback import rollback_target
from penchant.server.experimenting import Experimenting, Told, file_state
from penchant.server.other_builds import OtherBuilds
from penchant.settings.showing import CART, HOMEPAGE, NEW_ARRIVALS, PRODUCT_PAGE
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store

Signature = tuple[object, ...]

AGAIN_TICKS: Final = 10
"""Looks after which a build that could not be opened, also of a variant, is tried once more."""


@dataclass(frozen=True, slots=True, eq=False)
class Served:
    """An open shop, with what is worked out once.

    Attributes:
        shop: Answers.
        arms: The ways in which it answers where experiments compare some.
    """

    shop: Shop
    arms: Arms


class Serving:
    """Holds what serves; threads may share it, one of them looks for what is new.

    Args of the constructor:
        directory: The shop.
        swapped: Told of every attempt to take another build up: whether it worked, and why not.
        compared: Told of every experiment that is taken up, or cannot be.
    """

    def __init__(
        self,
        directory: ShopDirectory,
        swapped: Callable[[Served | None, PenchantError | None], None],
        compared: Told,
    ) -> None:
        self._directory = directory
        self._swapped = swapped
        self._experimenting = Experimenting(directory, compared)
        self._others = OtherBuilds(directory)
        self._served: Served | None = None
        self._trouble: PenchantError = NotBuiltError(directory.path)
        self._seen: Signature | None = None
        self._products = 0
        self._failed_ticks = 0
        self._unmade_ticks = 0
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

    @property
    def broken_experiments(self) -> tuple[str, ...]:
        """Names of the experiments that are not as their files say."""
        return self._experimenting.broken

    def look(self, store: Store, products: int) -> None:
        """Take up another build if one was published, and experiments that changed.

        Args:
            store: Live events, consent and products.
            products: Version of its products, read just now.
        """
        with self._changing:
            changed, served = self._experimenting.look(), self._served
            signature = _signature(self._directory)
            if signature != self._seen:
                self._open(store, products, signature)
            elif self._failed_ticks:
                self._failed_ticks += 1
                if self._failed_ticks > AGAIN_TICKS:
                    self._open(store, products, signature)
            again = self._unmade_again()
            if served is self._served and (changed or again or self._others.changed()):
                self._compare(store)

    def forget(self) -> None:
        """Let go of what was thought of anybody."""
        if self._served is not None:
            self._served.arms.forget()

    def take_up_products(self, version: int) -> None:
        """Let products be found that were added, changed or removed since.

        Args:
            version: Of the store's products.
        """
        with self._changing:
            if version == self._products:
                return
            if self._served is not None:
                shop = self._served.shop.refreshed()
                arms = self._served.arms.over(shop, self._others.refreshed)
                self._served = Served(shop, arms)
                # where the database did not answer the shop is as it was: the next look tries again
                version = self._served.shop.products_version
            self._products = version

    def _open(self, store: Store, products: int, signature: Signature) -> None:
        self._seen = signature
        try:
            shop = open_shop(self._directory.path, store=store)
            warm_up(shop)
        except PenchantError as error:
            self._fail(error, store)
        except Exception as error:
            # what it says may name somebody: its type is told here, its place in the log
            kind = type(error).__name__
            self._fail(BuildError(f"The build cannot be opened ({kind}). Make it anew."), store)
            raise
        else:
            self._failed_ticks = 0
            self._serve(shop, store)

    def _serve(self, shop: Shop, store: Store) -> None:
        self._products = shop.products_version
        self._served = Served(shop, self._arms(shop, store))
        self._swapped(self._served, None)

    def _fail(self, trouble: PenchantError, store: Store) -> None:
        """Leave what serves; where nothing does, let the last whole build before it serve."""
        self._failed_ticks, self._trouble = 1, trouble
        self._swapped(None, trouble)
        damaged = isinstance(trouble, BuildError) and self._served is None
        earlier = rollback_target(self._directory) if damaged else None
        if earlier is not None:
            shop = open_build_of(self._directory, earlier, store=store)
            warm_up(shop)
            self._serve(shop, store)

    def _compare(self, store: Store) -> None:
        if self._served is not None:
            shop = self._served.shop
            self._served = Served(shop, self._arms(shop, store))

    def _unmade_again(self) -> bool:
        """Say whether it is time to try experiments again whose variants could not be made."""
        self._unmade_ticks = self._unmade_ticks + 1 if self._experimenting.unmade else 0
        return self._unmade_ticks >= AGAIN_TICKS

    def _arms(self, shop: Shop, store: Store) -> Arms:
        self._unmade_ticks = 0
        arms = self._experimenting.arms_over(shop, partial(self._others.opened, store=store))
        self._others.keep(arms.builds)
        return arms


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


def _signature(directory: ShopDirectory) -> Signature:
    pointer = directory.pointer_file()
    try:
        name = pointer.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        name = ""
    # an erasure writes a build anew, in place of the old: then its folder is another one
    folder = directory.builds / name if name else None
    files = (pointer, folder, folder and folder / MANIFEST, directory.settings_file)
    return (name, *(file_state(one) for one in files))
