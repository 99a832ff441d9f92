"""Scrubbing: what was deleted leaves no bytes on disk, as far as a database can see to that."""

from __future__ import annotations

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.database import Database
from penchant.store.database.failures import store_error

OF_PEOPLE = (
    schema.events,
    schema.slates,
    schema.exposures,
    schema.consents,
    schema.aliases,
    schema.erasures,
)


def scrub(database: Database) -> bool:
    """Leave nothing of deleted rows in the files of the database.

    SQLite overwrites what is deleted; its write-ahead log is written back and emptied. PostgreSQL
    frees the rows; what its own archives and backups keep is beyond this.

    Args:
        database: Any.

    Returns:
        False where somebody was reading all the time: ask again.

    Raises:
        StoreError: if the database does not answer.
    """
    if database.kind == "sqlite":
        with database.read() as connection:
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        return not busy
    names = ", ".join(one.name for one in OF_PEOPLE)
    try:
        with database.engines.patient.connect() as connection:
            # VACUUM stands in no transaction
            alone = connection.execution_options(isolation_level="AUTOCOMMIT")
            alone.exec_driver_sql(f"VACUUM {names}")
    except sa.exc.SQLAlchemyError as error:
        failure = store_error(error)
        raise failure if failure else error from error
    return True
