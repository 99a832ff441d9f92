"""The watcher: looks twice a second, and when it is woken, what was published, added or revoked."""

from __future__ import annotations

import gc
import threading
from datetime import UTC, datetime
from typing import Final

from penchant.builds.manifest import made_at
from penchant.errors import BuildError, NotBuiltError, PenchantError, StoreError
from penchant.evaluation.keep import load_scores
from penchant.server.link import StoreLink
from penchant.server.logs import Logs
from penchant.server.metrics import Metrics
from penchant.server.muster import Muster
from penchant.server.serving import Served, Serving
from penchant.shop_directory import ShopDirectory

SECONDS: Final = 0.5

NAMELESS: Final = (BuildError, NotBuiltError, StoreError)
"""Errors that tell of files of a build and of the database, and never of a person."""

END_SECONDS: Final = 10.0
"""For a build that is being opened when the service ends."""


class Watcher:
    """One thread of each process.

    Args of the constructor:
        directory: The shop.
        link: Its database.
        muster: The other processes.
        logs: Where lines go.
        metrics: What is measured.
    """

    def __init__(
        self,
        directory: ShopDirectory,
        link: StoreLink,
        muster: Muster,
        logs: Logs,
        metrics: Metrics,
    ) -> None:
        self._directory = directory
        self._link = link
        self._muster = muster
        self._logs = logs
        self._metrics = metrics
        self.serving = Serving(directory, self._swapped, self._compared)
        self._was_up = True
        self._log_secret = b""
        self._made = 0.0
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._thread = threading.Thread(target=self._run, name="penchant-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._muster.wake()
        if self._thread is not None:
            self._thread.join(END_SECONDS)
        self._muster.leave()

    def look(self) -> None:
        """Look once."""
        try:
            self._look()
        except Exception as error:
            # the service goes on with what it has; the next look may do better
            self._logs.unexpected(error)

    def _look(self) -> None:
        remembered = self._link.look()
        if remembered is not None and remembered.log_secret != self._log_secret:
            self._log_secret = remembered.log_secret
            self._logs.keyed(remembered.log_secret)
            self.serving.forget()  # an erasure renews it: nobody here remembers the person either
        store = self._link.opened
        if store is not None and self._link.known:
            products = self._link.remembered.versions.get("products", 0)
            self.serving.look(store, products)
            self._take_up_products(products)
            self._muster.report(self.serving.products)
            self._count_products()
        self._tell_of_store()

    def _run(self) -> None:
        while not self._stop.is_set():
            self._muster.sleep(SECONDS)
            if not self._stop.is_set():
                self.look()

    def _count_products(self) -> None:
        shop = self.serving.shop
        if shop is not None:
            live = len(shop.build.product_ids) - shop.manifest.counts["products"]
            self._metrics.live_products.set(live)

    def _take_up_products(self, version: int) -> None:
        try:
            self.serving.take_up_products(version)
        except PenchantError as error:
            self._logs.tell("warning", "products_not_taken_up", code=error.code)

    def _tell_of_store(self) -> None:
        up = self._link.up
        self._metrics.store_up.set(int(up))
        if up != self._was_up:
            level, event = ("info", "store_up") if up else ("error", "store_down")
            self._logs.tell(level, event, **why(self._link.trouble))
        self._was_up = up
        if self._made:
            self._metrics.build_age.set(datetime.now(UTC).timestamp() - self._made)

    def _swapped(self, served: Served | None, error: PenchantError | None) -> None:
        if isinstance(error, NotBuiltError):
            self._logs.tell("warning", "no_build", **why(error))
            return
        if served is None:
            self._metrics.swap(done=False)
            self._logs.tell("error", "build_not_taken_up", **why(error))
            return
        self._metrics.swap(done=True)
        self._measure(served)
        self._logs.tell("info", "build_taken_up", build_id=served.shop.build_id)
        _tidy()

    def _compared(self, event: str, experiment: str, error: PenchantError | None) -> None:
        level = "info" if error is None else "error"
        self._logs.tell(level, event, experiment=experiment, **why(error))

    def _measure(self, served: Served) -> None:
        shop, metrics, counts = served.shop, self._metrics, served.shop.manifest.counts
        self._made = made_at(self._directory.builds / shop.build_id).timestamp()
        metrics.build_made.set(self._made)
        metrics.build_as_of.set(shop.as_of.timestamp())
        metrics.profiles.set(counts.get("profiles", 0))
        metrics.index_size.set(counts.get("placed_products", 0))
        metrics.scores(tuple(load_scores(self._directory, shop.build_id).items()))


def why(error: PenchantError | None) -> dict[str, str]:
    """Give what a line of the log says of what is wrong.

    Args:
        error: What is wrong; None: nothing is. Sentences on what people write by hand may name a
            person, such as one who is always given a variant: of those only the code is told.
    """
    if error is None:
        return {"code": "", "text": ""}
    return {"code": error.code, "text": str(error) if isinstance(error, NAMELESS) else ""}


def _tidy() -> None:
    """Let go of the build of before, and never look at all of the new one again for garbage."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()
