"""Ways to the shop's own SQLite file: readers never wait for the writer."""

from __future__ import annotations

import os
import sqlite3
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, QueuePool

from penchant.errors import StoreError
from penchant.settings.serving import StoreSettings
from penchant.store.database.engines import Engines, dumps, is_durable, loads

PATIENCE_MS = 60_000
READERS = 32
TIDYING_MS = 200


def sqlite_engines(path: Path, settings: StoreSettings) -> Engines:
    """Give the ways to a SQLite file.

    Args:
        path: The file; it may not exist yet.
        settings: How long to wait.
    """
    read, write = settings.read_timeout_ms, settings.write_timeout_ms
    writing = _engine(
        path, write, "BEGIN IMMEDIATE", poolclass=QueuePool, pool_size=1, max_overflow=0
    )
    return Engines(
        kind="sqlite",
        quick=_engine(path, read, None, poolclass=QueuePool, pool_size=READERS, max_overflow=0),
        patient=_engine(path, PATIENCE_MS, "BEGIN", poolclass=NullPool),
        writing=writing,
        migrating=_engine(path, PATIENCE_MS, "BEGIN IMMEDIATE", poolclass=NullPool),
        readers=READERS,
        settings=settings,
        alive=lambda connection: True,  # it is this process
        tidy=partial(_tidy, writing),
        exists=path.exists,
        create=partial(_create, path),
    )


def _engine(path: Path, timeout_ms: int, begin: str | None, **pool: Any) -> sa.Engine:
    writes = begin == "BEGIN IMMEDIATE"
    engine = sa.create_engine(
        "sqlite://",
        creator=partial(_connect, path, timeout_ms, writes),
        json_serializer=dumps,
        json_deserializer=loads,
        **pool,
    )
    if begin is not None:
        sa.event.listen(engine, "begin", partial(_begin, begin, writes))
    return engine


def _begin(words: str, writes: bool, connection: sa.Connection) -> None:
    if writes:
        kept = "FULL" if is_durable(connection) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous={kept}")
    connection.exec_driver_sql(words)


def _connect(path: Path, timeout_ms: int, writes: bool) -> sqlite3.Connection:
    # mode=rw: a file that was taken away is not made anew, empty, behind everybody's back
    connection = sqlite3.connect(
        f"file:{quote(str(path))}?mode=rw",
        uri=True,
        timeout=timeout_ms / 1000,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=256,
    )
    try:
        if writes:
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA foreign_keys=ON")
            connection.execute("PRAGMA secure_delete=ON")  # who is erased stays in no free page
            connection.execute("PRAGMA journal_size_limit=67108864")
        else:
            connection.execute("PRAGMA query_only=ON")
        connection.execute("PRAGMA cache_size=-16000")
    except BaseException:
        connection.close()
        raise
    return connection


def _tidy(writing: sa.Engine) -> None:
    """Put all that was written into the file itself, and empty the log beside it.

    Readers at work may prevent it: the next one does it then.
    """
    with suppress(sqlite3.Error, sa.exc.SQLAlchemyError):
        borrowed = writing.raw_connection()
        try:
            connection: Any = borrowed.driver_connection
            waits = connection.execute("PRAGMA busy_timeout").fetchone()[0]
            connection.execute(f"PRAGMA busy_timeout={TIDYING_MS}")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            connection.execute(f"PRAGMA busy_timeout={waits}")
        finally:
            borrowed.close()


def _create(path: Path) -> None:
    """Make an empty database in WAL mode; of several processes that do so, one does."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        # others than the shop's owner have no business in it
        os.close(os.open(temporary, os.O_CREAT | os.O_WRONLY, 0o600))
        connection = sqlite3.connect(temporary)
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        finally:
            connection.close()
        os.link(temporary, path)
    except FileExistsError:
        return  # another process was first
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"{path} could not be made: {error}.") from error
    finally:
        temporary.unlink(missing_ok=True)
