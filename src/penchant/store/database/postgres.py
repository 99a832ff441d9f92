"""Ways to a PostgreSQL database: nothing hangs, and a server that was restarted is found again."""

from __future__ import annotations

import select
from functools import partial
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.pool import NullPool, QueuePool

from penchant.errors import InputError, MissingExtraError
from penchant.settings.serving import StoreSettings
from penchant.store.database.engines import Engines, dumps, is_alone, is_durable, loads

SCHEMA: Final = "penchant"
"""Tables lie in a schema of their own: the shop's database may have its own "products"."""

PATIENCE_MS: Final = 60_000
MIGRATING_MS: Final = 600_000
CONNECT_MS: Final = 2_000
_GRACE_MS: Final = 250
_LOCK: Final = 0x70656E63  # any number; all writers of a database take the same


def postgres_engines(url: str, settings: StoreSettings) -> Engines:
    """Give the ways to a PostgreSQL database.

    Args:
        url: Its address, as in the settings.
        settings: How many connections, and how long to wait.

    Raises:
        InputError: if the address is none.
        MissingExtraError: if psycopg is not installed.
    """
    address = address_of(url)
    readers = max(1, settings.connections - 1)  # the writers of a worker share one
    read, write = settings.read_timeout_ms, settings.write_timeout_ms
    engine = partial(_engine, address)
    return Engines(
        kind="postgresql",
        quick=engine(read, "AUTOCOMMIT", **_pool(readers)),
        patient=engine(PATIENCE_MS, "REPEATABLE READ", poolclass=NullPool),
        writing=_one_at_a_time(engine(write, "AUTOCOMMIT", **_pool(1))),
        migrating=_one_at_a_time(engine(MIGRATING_MS, "AUTOCOMMIT", poolclass=NullPool)),
        readers=readers,
        settings=settings,
        alive=_is_alive,
        tidy=lambda: None,  # its own autovacuum does
        exists=lambda: True,
        create=lambda: None,
    )


def address_of(url: str) -> sa.URL:
    """Read the address of a database; nothing is asked of it.

    Args:
        url: As `[store] url`.

    Raises:
        InputError: if it is none of PostgreSQL; a password in it is not repeated.
        MissingExtraError: if what speaks to PostgreSQL is not installed.
    """
    try:
        address = sa.make_url(url)
    except sa.exc.ArgumentError:
        # the address itself may hold a password and is not repeated
        raise InputError(
            '[store] url is no address of a database, must be like "postgresql://HOST/NAME".'
        ) from None
    if address.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise InputError(
            f'[store] url begins with "{address.drivername}", must begin with "postgresql://"; '
            "leave it empty for the shop's own SQLite file."
        )
    try:
        import psycopg  # noqa: F401
    except ImportError:
        raise MissingExtraError("PostgreSQL", "postgres") from None
    return address.set(drivername="postgresql+psycopg")


def _pool(size: int) -> dict[str, Any]:
    return {
        "poolclass": QueuePool,
        "pool_size": size,
        "max_overflow": 0,
        "pool_use_lifo": True,
    }


def _engine(address: sa.URL, timeout_ms: int, isolation: Any, **pool: Any) -> sa.Engine:
    engine = sa.create_engine(
        address,
        isolation_level=isolation,
        json_serializer=dumps,
        json_deserializer=loads,
        **pool,
    )
    sa.event.listen(engine, "do_connect", partial(_connect, timeout_ms))
    sa.event.listen(engine, "checkout", _check_alive)
    return engine


def _one_at_a_time(engine: sa.Engine) -> sa.Engine:
    """Let writers wait for one another: seq grows in the order of commits, and none deadlocks."""
    sa.event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    """Begin, and wait for the other writers, in one message: the driver would send two."""
    if is_alone(connection):
        return
    words = f"BEGIN ISOLATION LEVEL READ COMMITTED; SELECT pg_advisory_xact_lock({_LOCK})"
    if not is_durable(connection):
        words += "; SET LOCAL synchronous_commit = off"
    connection.exec_driver_sql(words)


def _connect(
    timeout_ms: int, dialect: object, record: object, arguments: Any, options: dict[str, Any]
) -> Any:
    from penchant.store.database.patience import connect

    connection = connect(
        (timeout_ms + _GRACE_MS) / 1000,
        *arguments,
        **{"connect_timeout": CONNECT_MS // 1000, "application_name": "penchant"} | options,
    )
    try:
        connection.autocommit = True
        connection.execute(
            "SELECT set_config('search_path', %s, false), set_config('statement_timeout', %s, "
            "false), set_config('lock_timeout', %s, false), set_config('timezone', 'UTC', false)",
            (SCHEMA, str(timeout_ms), str(timeout_ms)),
        )
        connection.autocommit = False
    except BaseException:
        connection.close()
        raise
    return connection


def _check_alive(connection: Any, record: object, proxy: object) -> None:
    """Throw away a connection the server closed while nobody used it."""
    if not _is_alive(connection):
        raise sa.exc.DisconnectionError("closed by the server")


def _is_alive(connection: Any) -> bool:
    """Tell whether the server closed a connection nobody used: there is something to read then.

    That costs a microsecond, where a question to the server would cost a round trip.
    """
    if connection.closed:
        return False
    unread = select.poll()  # not select(), which knows only the first 1024 open files
    unread.register(connection.fileno(), select.POLLIN)
    return not unread.poll(0)
