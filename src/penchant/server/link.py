"""The link to the database: opened when it can be, with what is remembered while it is down."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Final

from penchant.errors import PenchantError, StoreError
from penchant.server.keys import KeyRing, had_keys, note_keys
from penchant.settings import StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.store import Store, open_store

PAGE: Final = "token"
LOG: Final = "log"
"""Names of the secrets: of page tokens, and of pseudonyms in logs."""

NOT_YET: Final = "The database does not answer. Try again in a moment."

GONE: Final = (
    "The file of the database was taken away or is another one now. Nothing is written until it is "
    "back, or the service is started anew."
)

DAY_US: Final = 86_400_000_000

READ_SECONDS: Final = 60.0
"""After which everything is read again, changed or not."""

RENEW_SECONDS: Final = 600.0
"""Between two looks whether the secret of the logs is a day old."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is read from the database now and then, and known while it is down.

    Attributes:
        ring: All keys.
        token_secret: Seals page tokens.
        log_secret: Makes pseudonyms in logs.
        versions: Of the database when it was read.
    """

    ring: KeyRing
    token_secret: bytes
    log_secret: bytes
    versions: Mapping[str, int]


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
        self._file: tuple[int, int] | None = None
        self._remembered: Remembered | None = None
        self._trouble: PenchantError | None = None
        self._read_at = -math.inf
        self._renewed_at = -math.inf

    @property
    def store(self) -> Store:
        """The database.

        Raises:
            StoreError: if it could not be opened yet, or its file is not the one that was opened.
        """
        if self._store is None:
            raise StoreError(NOT_YET)
        if self._found() != self._file:
            raise StoreError(GONE)
        return self._store

    @contextmanager
    def steady(self) -> Iterator[Store]:
        """Write what is acknowledged: it fails where the file changed meanwhile.

        Yields:
            The database.

        Raises:
            StoreError: as of `store`; what was written may be in a file that nobody reads again.
        """
        file, store = self._file, self.store
        yield store
        if self._found() != file:
            raise StoreError(GONE)

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
            raise StoreError(NOT_YET)
        return self._remembered

    @property
    def known(self) -> bool:
        """Whether keys were ever read."""
        return self._remembered is not None

    @property
    def up(self) -> bool:
        """Whether the database answered when it was asked last."""
        return self._store is not None and self._store.available and self._trouble is None

    @property
    def full(self) -> bool:
        """Whether the database had no room when something was to be written last."""
        return self._store is not None and self._store.database.full

    def look(self) -> Remembered | None:
        """Open what is not open, and read what has changed.

        Returns:
            What is new; None if nothing is, or the database does not answer.
        """
        with self._opening:
            try:
                self._reach()
                found = self._read(self.store)
            except PenchantError as error:
                self._trouble = error
                return None
            self._trouble = None
            return found

    @property
    def trouble(self) -> PenchantError | None:
        """What the database said when it did not answer last; None: it does."""
        return self._trouble

    def close(self) -> None:
        """Close it."""
        if self._store is not None:
            self._store.close()

    def _reach(self) -> None:
        """Open the database, and again if its file is another one; one that is gone is not made.

        A connection goes on writing to a file that was taken away: nothing of it would be left.
        """
        found = self._found()
        if self._store is None:
            self._store = open_store(self._directory, self._settings)
            self._file = found or self._found()
        elif found is None and self._file is not None:
            raise StoreError(GONE)
        elif found != self._file:
            self._store.reopen()
            self._file, self._read_at = found, -math.inf

    def _found(self) -> tuple[int, int] | None:
        """Give what names the file of the database, whatever its path; None: there is none."""
        if self._settings.url:
            return None
        try:
            about = self._directory.database.stat()
        except OSError:
            return None
        return about.st_dev, about.st_ino

    def _read(self, store: Store) -> Remembered | None:
        old, versions, now = self._remembered, store.versions(), self._clock()
        self._renew(store, now)
        log_secret = store.secrets.get(LOG)  # renewed by an erasure, a moment after its version
        same = old is not None and (versions, log_secret) == (old.versions, old.log_secret)
        if same and now < self._read_at + READ_SECONDS:
            return None
        self._read_at = now
        self._remembered = Remembered(
            ring=self._ring(store),
            token_secret=store.secrets.get(PAGE),
            log_secret=log_secret,
            versions=versions,
        )
        return self._remembered

    def _ring(self, store: Store) -> KeyRing:
        """Gather the keys; a shop that had any stays closed, even if its database lost them."""
        keys, before, folder = store.keys.all(), self._remembered, self._directory.path
        known = had_keys(folder)
        if keys and not known:
            with suppress(OSError):  # a folder nobody may write to: then this process remembers
                note_keys(folder)
        return KeyRing.of(keys, had_keys=known or (before is not None and before.ring.closed))

    def _renew(self, store: Store, now: float) -> None:
        """Make pseudonyms of yesterday useless; of several workers one does."""
        if now >= self._renewed_at + RENEW_SECONDS:
            yesterday_us = time.time_ns() // 1000 - DAY_US
            store.secrets.renew(LOG, made_before_us=yesterday_us)
            self._renewed_at = now
