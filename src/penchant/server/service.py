"""The service: everything the routes share, started and stopped as one."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json
from starlette.requests import Request

from penchant.engine import Shop
from penchant.errors import BuildError, InputError, StoreFullError
from penchant.experiments.answered import Answered
from penchant.maths.threads import one_thread
from penchant.privacy.statement import shop_statement
from penchant.server.answering import Workbench
from penchant.server.caller import EVERYBODY, Caller, check_access, check_rate, identify, shown_key
from penchant.server.eraser import Eraser
from penchant.server.experimenting import BROKEN
from penchant.server.keeper import Keeper
from penchant.server.line import Line
from penchant.server.link import StoreLink
from penchant.server.logs import Logs
from penchant.server.loopback import check_local
from penchant.server.metrics import Metrics
from penchant.server.muster import Muster
from penchant.server.publishing import Publishing
from penchant.server.rates import Rates
from penchant.server.recorder import Recorder
from penchant.server.runner import LINE, TOGETHER
from penchant.server.scopes import Access
from penchant.server.serving import Serving
from penchant.server.watcher import Watcher
from penchant.settings import Settings
from penchant.shop_directory import ShopDirectory
from penchant.store.consent import Terms
from penchant.store.database.refusing import says_no
from penchant.store.database.values import Consent, Event, Recorded

ANSWER_THREADS: Final = 1
"""Answers are Python and numpy: more threads only wait for each other."""

CHORE_THREADS: Final = 4

FETCH_THREADS: Final = 2
"""Photos are fetched beside all else: hosts that are slow keep nobody waiting but each other."""

RIGHTS_THREADS: Final = 2
"""Consent, access and erasure wait behind nothing but each other, however much is reported."""

TAKE_UP_SECONDS: Final = 2.0
"""For all workers to take a product up; who does not is told in the log."""

MOST_AT_ONCE: Final = 512
"""Requests inside one front."""


class Service:
    """The service of one process.

    Args of the constructor:
        directory: The shop.
        settings: Of the shop; those of the environment win.
        logs: Where lines go.
    """

    def __init__(self, directory: ShopDirectory, settings: Settings, logs: Logs) -> None:
        self.directory = directory
        self.settings = settings
        self.logs = logs
        self.metrics = Metrics()
        self.link = StoreLink(directory, settings.store)
        together = os.environ.get(TOGETHER)
        self.muster = Muster(Path(together) if together else None)
        line = os.environ.get(LINE)
        self.line = Line(Path(line) if line else None)
        self.watcher = Watcher(directory, self.link, self.muster, logs, self.metrics)
        self.serving: Serving = self.watcher.serving
        server = settings.server
        self.rates = Rates(server.requests_per_second, server.burst, time.monotonic)
        pages = server.page_requests_per_second, server.page_burst
        self.page_rates = Rates(*pages, time.monotonic)
        self.answers = Workbench("answer", threads=ANSWER_THREADS, line=128, patience=2.0)
        self.chores = Workbench("chore", threads=CHORE_THREADS, line=64, patience=5.0)
        self.fetches = Workbench("fetch", threads=FETCH_THREADS, line=64, patience=5.0)
        self.rights = Workbench("rights", threads=RIGHTS_THREADS, line=64, patience=10.0)
        self.recorder = Recorder(self._write_events)
        self.keeper = Keeper(self._write_answers, self.metrics.lost_slates)
        self.eraser = Eraser(directory, self.link, logs)
        self.publishing = Publishing(directory.path)
        self._statement: tuple[Shop | None, bytes] = (None, b"")
        self._limits = ExitStack()

    def start(self) -> None:
        """Open the shop as far as it can be, and begin to look after it."""
        self.start_answering()
        self.line.open()
        self.recorder.start()
        self.eraser.start()

    def stop(self) -> None:
        """Write what is to be written, and close everything."""
        self.line.close()
        self.answers.close()
        self.fetches.close()
        self.chores.close()
        self.rights.close()
        self.recorder.stop()
        self.eraser.stop()
        self.stop_answering()

    def start_answering(self) -> None:
        """Open the shop as far as it can be: enough for a process that does nothing but answer."""
        self.logs.start()
        self._limits.enter_context(one_thread())
        self.muster.enter()
        self.watcher.look()
        # whoever changed something while the shop was being opened did not wait for this process
        self.watcher.look()
        self.watcher.start()
        self.keeper.start()

    def stop_answering(self) -> None:
        """Write the answers that are to be kept, and close what `start_answering` opened."""
        self.keeper.stop()
        self.watcher.stop()
        self.link.close()
        self.metrics.close()
        self._limits.close()
        self.logs.stop()

    def admit(self, request: Request, access: Access) -> Caller:
        """Say who asks, and let them through.

        Args:
            request: Whatever was sent.
            access: Who may call its route.

        Raises:
            ProblemError: if it is nobody known, may not, or asks too often.
            HTTPException: if the shop has no key, and a body is not said to be JSON.
            StoreError: if the keys could never be read.
        """
        remembered = self.link.remembered
        caller = identify(
            shown_key(request.headers),
            remembered.ring,
            remembered.token_secret,
            now_us=now_us(),
        )
        if caller is EVERYBODY:
            check_local(request.method, request.headers, self.settings.server.cors_origins)
        request.state.key_id = caller.key_id
        request.state.caller = caller
        check_access(caller, access)
        check_rate(caller, self.rates if caller.customer_id is None else self.page_rates)
        return caller

    def refuses(self, said: Consent) -> bool:
        """Tell whether no profile may be made of somebody.

        Args:
            said: Their last word, under the id they are known by.
        """
        shop = self.serving.shop
        if shop is not None:
            return shop.refuses(said)
        return Terms(self.settings.privacy.profiling).refuses(said, by_tables=False)

    def refused(self, said: Consent) -> bool:
        """Tell whether somebody refused personalisation, by their last word or by the tables.

        Args:
            said: Their last word, under the id they are known by.
        """
        shop = self.serving.shop
        return says_no(said) if shop is None else shop.refused_in(said)

    def state(self) -> dict[str, Any]:
        """Say whether requests can be answered, from which build, and what is wrong."""
        shop, trouble = self.serving.shop, []
        if self.serving.trouble is not None:
            trouble.append(self.serving.trouble.code)
        if not self.link.up:
            trouble.append(self.link.trouble.code if self.link.trouble else "store_down")
        elif self.link.full:
            trouble.append(StoreFullError.code)
        if self.serving.broken_experiments:
            trouble.append(BROKEN)
        ready = shop is not None and self.link.known
        status = "not_ready" if not ready else "degraded" if trouble else "ok"
        build_id = None if shop is None else shop.build_id
        return {"status": status, "build_id": build_id, "trouble": trouble}

    def known_statement(self) -> bytes | None:
        """Give the statement if it was made already for the build that serves."""
        shop, told = self._statement
        return told if shop is not None and shop is self.serving.shop else None

    def statement(self) -> bytes:
        """Make the statement: the main parameters in plain language, of the build that serves.

        Returns:
            JSON.

        Raises:
            BuildError: if the published build is damaged, or the settings cannot be read.
        """
        shop = self.serving.shop
        try:
            told = to_json(shop_statement(self.directory).to_dict())
        except InputError as error:  # not of who asks: they sent nothing
            self.logs.tell("warning", "settings_unreadable", code=error.code)
            raise BuildError("The settings of the shop cannot be read.") from error
        self._statement = shop, told
        return told

    def take_up(self) -> None:
        """Take up what was just changed, here and by all other workers, before it is answered."""
        self.watcher.look()
        self.muster.nudge()
        version = self.link.remembered.versions.get("products", 0)
        if not self.muster.wait(version, TAKE_UP_SECONDS):
            self.logs.tell("warning", "workers_behind")

    def _write_events(self, events: Sequence[Event]) -> Recorded:
        with self.link.steady() as store:
            return store.events.record(events, refuses=self.refuses)

    def _write_answers(self, answers: Sequence[Answered]) -> None:
        store = self.link.store
        # nobody is told that they are kept, and events would wait for the disk behind them
        # first: who was answered in an experiment is known to have been in it
        assigned = [one for own in answers for one in own.assignments]
        store.assignments.keep(assigned, durable=False)
        store.slates.keep([one.slate for one in answers], durable=False)


def now_us() -> int:
    """Give the time, microseconds since 1970 UTC."""
    return time.time_ns() // 1000
