"""Failures of a database as errors of penchant: which mean "try again later", and in what words.

What is missing here is a mistake of ours and goes through as it is.
"""

from __future__ import annotations

import sqlite3
from typing import Final

import sqlalchemy.exc as failures

from penchant.errors import StoreError, StoreFullError

AGAIN: Final = "nothing was written. Try again in a moment."
FULL: Final = (
    "The database has no room left and nothing was written; it can still be read. Free some space "
    "on its disk, then try again."
)

_SQLITE: Final = {
    "SQLITE_BUSY": "The database is locked by another process",
    "SQLITE_LOCKED": "The database is locked by another process",
    "SQLITE_PROTOCOL": "The database is locked by another process",
    "SQLITE_CANTOPEN": "The database file cannot be opened",
    "SQLITE_PERM": "The database file may not be opened",
    "SQLITE_AUTH": "The database file may not be opened",
    "SQLITE_READONLY": "The database file may not be written to",
    "SQLITE_IOERR": "The disk of the database fails",
    "SQLITE_NOMEM": "There is no memory left for the database",
    "SQLITE_NOTADB": "The database file is damaged, or no database",
    "SQLITE_CORRUPT": "The database file is damaged, or no database",
}
_POSTGRES_TIMEOUTS: Final = {"57014", "55P03"}
_POSTGRES_FULL: Final = {"53100"}
_POSTGRES_DOWN: Final = {"25006", "40001", "40P01", "57P01", "57P02", "57P03", "57P05"}
_POSTGRES_DOWN_CLASSES: Final = {"08", "53", "58", "XX"}


def store_error(error: BaseException) -> StoreError | None:
    """Give what a failure means to those who asked.

    Args:
        error: What SQLAlchemy raised, or SQLite itself.

    Returns:
        None where the statement itself was wrong: then the database is well.
    """
    if isinstance(error, failures.TimeoutError):  # of a pool, as after a storm of reconnecting
        return StoreError(f"The database is asked for more than it can answer in time; {AGAIN}")
    if isinstance(error, sqlite3.Error):
        return _of_sqlite(error)
    if not isinstance(error, failures.DBAPIError):
        return None
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        return _of_sqlite(cause)
    return _of_postgres(error)


def _of_sqlite(cause: sqlite3.Error) -> StoreError | None:
    name = getattr(cause, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return StoreFullError(FULL)
    plain = "_".join(name.split("_")[:2])  # of SQLITE_IOERR_WRITE, SQLITE_IOERR
    return StoreError(f"{_SQLITE[plain]}; {AGAIN}") if plain in _SQLITE else None


def _of_postgres(error: failures.DBAPIError) -> StoreError | None:
    state = getattr(error.orig, "sqlstate", None)
    if state in _POSTGRES_FULL:
        return StoreFullError(FULL)
    if state in _POSTGRES_TIMEOUTS:
        return StoreError(f"The database did not answer in time; {AGAIN}")
    lost = error.connection_invalidated or (
        state is None and isinstance(error, failures.OperationalError | failures.InterfaceError)
    )
    if lost or state in _POSTGRES_DOWN or (state or "")[:2] in _POSTGRES_DOWN_CLASSES:
        return StoreError(f"The database does not answer; {AGAIN}")
    if isinstance(error, failures.OperationalError):  # such as a role that may not connect
        return StoreError(f"The database refuses to answer; {AGAIN}")
    return None
