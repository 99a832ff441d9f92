"""Finishing erasures: the database is done at once, files when no other command writes to them."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Final

from penchant.errors import BusyError, PenchantError
from penchant.privacy.erasing import finish_erasures, unfinished
from penchant.server.link import StoreLink
from penchant.server.logs import Logs
from penchant.shop_directory import ShopDirectory

SECONDS: Final = 60.0
"""Between two looks at what another front, or one before, left undone."""

END_SECONDS: Final = 5.0
"""For files that are being written when the service ends."""

AGAIN_SECONDS: Final = 2.0
"""While another command writes to the shop, or somebody reads the database all the time."""


class Eraser:
    """One thread of each front; the shop's lock lets one of them work.

    Args of the constructor:
        directory: The shop.
        link: Its database.
        logs: Where lines go.
    """

    def __init__(self, directory: ShopDirectory, link: StoreLink, logs: Logs) -> None:
        self._directory = directory
        self._link = link
        self._logs = logs
        self._wake = threading.Event()
        self._stopped = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; what is pending from before is finished first."""
        self._wake.set()
        self._thread = threading.Thread(target=self._run, name="penchant-eraser", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End; what is not finished is, by whoever starts next: it may be killed at any moment."""
        self._stopped = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(END_SECONDS)

    def wake(self) -> None:
        """Finish what was just asked for."""
        self._wake.set()

    def _run(self) -> None:
        pause = SECONDS
        while not self._stopped:
            self._wake.wait(pause)
            self._wake.clear()
            if not self._stopped:
                pause = self._finish()

    def _finish(self) -> float:
        """Finish what is pending; give the seconds until the next try."""
        store = self._link.opened
        if store is None:
            return AGAIN_SECONDS
        try:
            if not unfinished(self._directory, store):
                return SECONDS
            done = finish_erasures(self._directory, store, at=datetime.now(UTC))
        except BusyError:
            return AGAIN_SECONDS
        except PenchantError as error:
            self._logs.tell("error", "erasure_not_finished", code=error.code)
            return SECONDS
        except Exception as error:
            self._logs.unexpected(error)
            return SECONDS
        for one in done:
            self._logs.tell("info", "erasure_finished", receipt_id=one.receipt_id)
        # with none done, readers of the database were in the way
        return SECONDS if done else AGAIN_SECONDS
