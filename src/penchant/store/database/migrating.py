"""Bringing a database to the newest version of its tables; of several workers, one does it."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import sqlalchemy as sa

from penchant.errors import InputError
from penchant.store.database.database import Database
from penchant.store.database.postgres import SCHEMA

NEWEST: Final = "0002"
"""The version this code reads and writes; the newest of `migrations/versions`."""

FOLDER: Final = Path(__file__).parent / "migrations"
_VERSION: Final = sa.text("SELECT version_num FROM alembic_version")


def migrate(database: Database, newest: str = NEWEST, folder: Path = FOLDER) -> None:
    """Make or change tables until they are of the newest version.

    Args:
        database: Any; an empty one gets its tables, one of the newest version stays untouched.
        newest: The version to reach.
        folder: Where the versions are, one file each.

    Raises:
        InputError: if it was written by a newer penchant, or its role may not make the schema.
        StoreError: if it does not answer.
    """
    with database.read() as connection:
        if version_of(connection) == newest:
            return
    with database.migrate() as connection:
        found = version_of(connection)  # again: another worker may just have done it
        if found == newest:
            return
        _check_known(found, folder)
        if found is None and database.kind == "postgresql":
            _make_schema(connection)
        _upgrade(connection, found, newest, folder)


def version_of(connection: sa.Connection) -> str | None:
    """Give the version of the tables; None: there are none yet.

    Args:
        connection: To any database.
    """
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(_VERSION).scalar()
    return found


def _check_known(version: str | None, folder: Path) -> None:
    known = {file.name[1:5] for file in (folder / "versions").glob("v*.py")}
    if version is not None and version not in known:
        raise InputError(
            f"The database is of version {version}, written by a newer penchant; this one knows "
            f"versions up to {max(known)}. Update penchant, or give it another database."
        )


def _make_schema(connection: sa.Connection) -> None:
    asked = sa.text("SELECT to_regnamespace(:name) IS NOT NULL")
    if connection.execute(asked, {"name": SCHEMA}).scalar():
        return
    try:
        connection.exec_driver_sql(f"CREATE SCHEMA {SCHEMA}")
    except sa.exc.ProgrammingError as error:
        raise InputError(
            f'The role of [store] url may not make the schema "{SCHEMA}". Make it once with: '
            f"CREATE SCHEMA {SCHEMA} AUTHORIZATION the_role"
        ) from error


def _upgrade(connection: sa.Connection, found: str | None, newest: str, folder: Path) -> None:
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(folder))
    context = MigrationContext.configure(connection)
    steps = reversed(list(scripts.iterate_revisions(newest, found or "base")))
    with Operations.context(context):
        for one in steps:
            one.module.upgrade()
    context.stamp(scripts, newest)
