"""The link to the database: opened when it can be, with what is remembered while it is down."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from penchant.errors import PenchantError, StoreError
from penchant.server.keys import KeyRing
from penchant.settings import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store, open_store

TOKEN: Final = "token"
LOG: Final = "log"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is read from the database now and then, and known while it is down.

    Attributes:
        ring: All keys.
        token_secret: Seals page tokens.
        log_secret: Makes pseudonyms in logs.
    """

    ring: KeyRing
    token_secret: bytes
    log_secret: bytes


class StoreLink:
    """The database of a shop, which may not be there yet, or not now; threads may share it.

    Args of the constructor:
        directory: The shop.
        settings: Where its database is.
        clock: Gives seconds; never goes back.
    """

    def __init__(
        self,
        directory: ShopDirectory,
        settings: StoreSettings,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._directory = directory
        self._settings = settings
        self._clock = clock
        self._opening = threading.Lock()
        self._store: Store | None = None
        self._remembered: Remembered | None = None
        self._trouble: PenchantError | None = None
        self._erasures = -1

    @property
    def store(self) -> Store:
        """The database.

        Raises:
            StoreError: if it could not be opened yet.
        """
        if self._store is None:
            raise StoreError(str(self._trouble or "The database is not opened yet. Try again."))
        return self._store

    @property
    def opened(self) -> Store | None:
        """The database; None if it could not be opened yet."""
        return self._store

    @property
    def remembered(self) -> Remembered:
        """What was read last.

        Raises:
            StoreError: if nothing ever was: then nobody's key can be checked.
        """
        if self._remembered is None:
            raise StoreError(str(self._trouble or "The keys are not read yet. Try again."))
        return self._remembered

    @property
    def up(self) -> bool:
        """Whether the database answered when it was asked last."""
        return self._store is not None and self._store.available and self._trouble is None

    def look(self) -> Remembered | None:
        """Open what is not open, and read what has changed.

        Returns:
            What is new; None if nothing is, or the database does not answer.
        """
        with self._opening:
            try:
                if self._store is None:
                    self._store = open_store(self._directory, self._settings)
                found = self._read(self.store)
            except PenchantError as error:
                self._trouble = error
                return None
            self._trouble = None
            return found

    def close(self) -> None:
        """Close it."""
        if self._store is not None:
            self._store.close()

    def _read(self, store: Store) -> Remembered | None:
        old, version, erasures = self._remembered, store.keys.version(), store.erasures.version()
        if old is not None and version == old.ring.version and erasures == self._erasures:
            return None
        self._remembered = Remembered(
            ring=KeyRing.of(store.keys.all(), version),
            token_secret=store.secrets.get(TOKEN),
            log_secret=store.secrets.get(LOG),
        )
        self._erasures = erasures
        return self._remembered
