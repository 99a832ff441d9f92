"""Running the service: one process that does all, or several; ended as requests under way allow.

Of several, some only answer, and for each two of them a *front* takes requests: to do so costs less
than half of what an answer does, and the fewer processes there are the warmer their memory is.
"""

from __future__ import annotations

import fcntl
import math
import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Final

import uvicorn
from uvicorn.supervisors import Multiprocess

from penchant.server.answerer import answering
from penchant.server.logs import Logs
from penchant.shop_directory import ShopDirectory

SHOP: Final = "PENCHANT_SHOP"
LEVEL: Final = "PENCHANT_LOG_LEVEL"
TOGETHER: Final = "PROMETHEUS_MULTIPROC_DIR"
LINE: Final = "PENCHANT_LINE"
"""By these a process learns what the command was told. Nothing heavy is imported here: of several
this one only starts the others, and starts them again.
"""

BACKLOG: Final = 1024

ANSWERERS: Final = 2
"""That a front takes requests for."""

HEALTH_SECONDS: Final = 60
"""For a front to give the process that started it a sign, before it is taken for dead."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where the service listens.

    Attributes:
        host: Address or name.
        port: TCP port.
        workers: Processes that answer.
        log_level: The least that is told.
    """

    host: str
    port: int
    workers: int
    log_level: str

    @property
    def fronts(self) -> int:
        """Processes that take requests; one that answers alone takes them as well."""
        return math.ceil(self.workers / ANSWERERS)


def run_service(shop: ShopDirectory, place: Place) -> None:
    """Serve a shop until the process is told to end.

    Args:
        shop: The shop.
        place: Where, and by how many workers.
    """
    config = _config(place, shop.settings().server.grace_seconds)
    # uvicorn ends gracefully, then raises the signal anew: that is no failure
    signal.signal(signal.SIGTERM, lambda *_: None)
    with _environment(shop, place), _failing_as_commands_do():
        _run(config, place)


class Fronts(Multiprocess):
    """What takes requests; one that was killed is begun again at once.

    uvicorn asks each for a sign and waits for it at its end of a pipe. As this process has the
    other end, too, that of a dead one would stay open, and nothing else be done meanwhile.
    """

    def keep_subprocess_alive(self) -> None:
        """Begin those again that are gone, or give no sign."""
        for process in self.processes:
            process.child_conn.close()  # each has its own since it was begun
        super().keep_subprocess_alive()


def _config(place: Place, grace_seconds: float) -> uvicorn.Config:
    return uvicorn.Config(
        "penchant.server.worker:front",
        factory=True,
        host=place.host,
        port=place.port,
        workers=place.fronts,
        loop="uvloop",
        http="penchant.server.connection:Connection",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        backlog=BACKLOG,
        timeout_worker_healthcheck=HEALTH_SECONDS,
        timeout_graceful_shutdown=math.ceil(grace_seconds),
    )


def _run(config: uvicorn.Config, place: Place) -> None:
    if place.workers > 1:
        _run_several(config, place)
        return
    server = uvicorn.Server(config)
    with suppress(KeyboardInterrupt):  # it has ended gracefully by then
        server.run()
    if not server.started:
        raise SystemExit(1)


def _run_several(config: uvicorn.Config, place: Place) -> None:
    bound, logs = config.bind_socket(), Logs(place.log_level)
    fronts = Fronts(config, [bound])  # first: from now on signals are kept for it
    logs.start()
    try:
        with answering(place.workers, logs), bound:
            fronts.run()
    finally:
        logs.stop()


@contextmanager
def _failing_as_commands_do() -> Iterator[None]:
    """Give the usual exit code where uvicorn has its own, such as for a host it cannot take."""
    try:
        yield
    except SystemExit as end:
        raise SystemExit(1 if end.code else 0) from None


@contextmanager
def _environment(shop: ShopDirectory, place: Place) -> Iterator[None]:
    """Tell all processes what to serve, and where several of them count together."""
    with _folder_of(place.workers) as together:
        told = {SHOP: str(shop.path), LEVEL: place.log_level}
        if together is not None:
            told |= {TOGETHER: together, LINE: together}
        os.environ.pop(LINE, None)  # that of another command
        os.environ.update(told)
        try:
            yield
        finally:
            for name in told:
                os.environ.pop(name, None)


@contextmanager
def _folder_of(workers: int) -> Iterator[str | None]:
    """Make the folder in which several workers leave word for each other; one needs none.

    It is locked: what tidies up temporary files, such as systemd-tmpfiles, passes it over. That of
    a command that was killed is left to it.
    """
    if workers == 1:
        yield None
        return
    with TemporaryDirectory(prefix="penchant-metrics-", ignore_cleanup_errors=True) as folder:
        lock = os.open(folder, os.O_RDONLY)
        try:
            with suppress(OSError):  # where there are no locks
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield folder
        finally:
            os.close(lock)
