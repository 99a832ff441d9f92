"""Scrubbing: what was deleted leaves no bytes on disk, as far as a database can see to that."""

from __future__ import annotations

import sqlite3
from typing import Any

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.database import Database
from penchant.store.database.engines import alone
from penchant.store.database.failures import store_error

OF_PEOPLE = (
    schema.events,
    schema.slates,
    schema.exposures,
    schema.assignments,
    schema.consents,
    schema.aliases,
    schema.erasures,
)


def scrub(database: Database) -> bool:
    """Leave nothing of deleted rows in the files of the database.

    SQLite overwrites what is deleted, but not the copies that stay behind when it moves rows from
    one page to another: the file is written anew, and its write-ahead log is emptied. PostgreSQL
    frees the rows, and samples columns anew; what its pages keep until they are written over, and
    its archives and backups, is beyond this.

    Args:
        database: Any.

    Returns:
        False where somebody was reading or writing all the time: ask again.

    Raises:
        StoreError: if the database does not answer.
    """
    return _sqlite(database) if database.kind == "sqlite" else _postgres(database)


def _sqlite(database: Database) -> bool:
    try:
        with database.alone() as connection:
            waits = connection.execute("PRAGMA busy_timeout").fetchone()[0]
            # both waits together last no longer than that of a writer
            connection.execute(f"PRAGMA busy_timeout={waits // 2}")
            try:
                return _written_anew(connection)
            finally:
                connection.execute(f"PRAGMA busy_timeout={waits}")
    except (sqlite3.Error, sa.exc.SQLAlchemyError) as error:
        cause = getattr(error, "orig", error)
        if getattr(cause, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
            return False
        failure = store_error(error)
        raise failure if failure else error from error


def _written_anew(connection: Any) -> bool:
    # while a reader holds the log, each try would only make it longer by the whole file
    if _log_is_held(connection):
        return False
    connection.execute("VACUUM")
    return not _log_is_held(connection)


def _log_is_held(connection: Any) -> bool:
    return bool(connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0])


def _postgres(database: Database) -> bool:
    try:
        with database.engines.migrating.connect() as connection:
            # VACUUM stands in no transaction, and takes long where tables are large
            by_itself = alone(connection)
            for one in OF_PEOPLE:
                # the planner's samples of columns hold ids too
                by_itself.exec_driver_sql(f"VACUUM (ANALYZE) {one.name}")
    except sa.exc.SQLAlchemyError as error:
        failure = store_error(error)
        raise failure if failure else error from error
    return True
