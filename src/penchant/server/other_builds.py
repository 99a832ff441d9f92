"""Other builds: those that variants of experiments answer from, open beside the one that serves."""

from __future__ import annotations

from collections.abc import Collection

from penchant.builds.manifest import NAME as MANIFEST
from penchant.engine import Shop, open_build_of
from penchant.errors import BuildError, PenchantError
from penchant.server.experimenting import file_state
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store

State = tuple[object, ...]


class OtherBuilds:
    """Opened builds by name; one thread at a time looks after them.

    Args of the constructor:
        directory: The shop.
    """

    def __init__(self, directory: ShopDirectory) -> None:
        self._directory = directory
        self._open: dict[str, tuple[State, Shop]] = {}

    def opened(self, build_id: str, *, store: Store) -> Shop:
        """Give a build, opened once; again where an erasure wrote it anew.

        One whose folder is gone goes on answering as long as it is needed.

        Args:
            build_id: Its name.
            store: The database of the shop.

        Raises:
            NotFoundError: if the shop has no such build.
            BuildError: if it is damaged, or cannot be opened for whatever reason.
        """
        state, held = self._state(build_id), self._open.get(build_id)
        if held is not None and (state == held[0] or state[0] is None):
            return held[1]
        try:
            shop = open_build_of(self._directory, build_id, store=store)
            shop.people.warm()
        except PenchantError:
            raise
        except Exception as error:
            # what it says may name somebody
            kind = type(error).__name__
            raise BuildError(f"Build {build_id} cannot be opened ({kind}).") from error
        self._open[build_id] = (state, shop)
        return shop

    def changed(self) -> bool:
        """Say whether one that is open was written anew."""
        states = ((self._state(name), held) for name, (held, _) in self._open.items())
        return any(now != held and now[0] is not None for now, held in states)

    def refreshed(self, shop: Shop) -> Shop:
        """Give an opened build with the products that the database holds now, from now on.

        Args:
            shop: Of `opened`.
        """
        fresh = shop.refreshed()
        if shop.build_id in self._open:
            self._open[shop.build_id] = (self._open[shop.build_id][0], fresh)
        return fresh

    def keep(self, build_ids: Collection[str]) -> None:
        """Let go of all but some.

        Args:
            build_ids: Which stay.
        """
        self._open = {name: one for name, one in self._open.items() if name in build_ids}

    def _state(self, build_id: str) -> State:
        folder = self._directory.builds / build_id
        return file_state(folder), file_state(folder / MANIFEST)
