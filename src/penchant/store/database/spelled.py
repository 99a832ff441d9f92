"""A statement spelled out once, for what every answer asks: the driver alone reads its rows."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa


@dataclass(frozen=True, slots=True)
class Spelled:
    """A statement in the words of one kind of database.

    Attributes:
        text: With the placeholders of the driver.
        places: Names of the values, one per placeholder; None: the driver takes them by name.
        fixed: Values that belong to the statement itself, by name.
    """

    text: str
    places: tuple[str, ...] | None
    fixed: Mapping[str, Any]

    @classmethod
    def out(cls, statement: sa.Select[Any], engine: sa.Engine) -> Spelled:
        """Spell a statement out.

        Args:
            statement: Its values are named, and are what the driver takes as it is.
            engine: A way to the database.
        """
        compiled = statement.compile(dialect=engine.dialect)
        places = compiled.positiontup
        return cls(compiled.string, None if places is None else tuple(places), compiled.params)

    def rows(self, connection: sa.Connection, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Read all rows.

        Args:
            connection: To the same kind of database.
            values: By name.

        Returns:
            Values as the driver gives them: in SQLite, 0 and 1 for what is false and true.

        Raises:
            DBAPIError: as if the connection had executed the statement; when it was lost, neither
                it nor those that wait in the pool are used again.
        """
        given = {**self.fixed, **values}
        asked = given if self.places is None else tuple([given[name] for name in self.places])
        borrowed, dialect = connection.connection, connection.dialect
        try:
            with closing(borrowed.cursor()) as cursor:
                cursor.execute(self.text, asked)
                return list(cursor.fetchall())
        except dialect.loaded_dbapi.Error as error:
            lost = dialect.is_disconnect(error, borrowed, None)
            if lost:  # asked again, SQLAlchemy finds that as well, and gives up the whole pool
                with suppress(sa.exc.DBAPIError):
                    connection.exec_driver_sql("SELECT 1")
            raise sa.exc.DBAPIError.instance(
                self.text,
                asked,
                error,
                dialect.loaded_dbapi.Error,
                connection_invalidated=lost,
                dialect=dialect,
            ) from error
        except Exception:  # such as a value the driver cannot send: nothing was begun
            raise
        except BaseException as error:  # stopped in the middle of it
            connection.invalidate(error)
            raise
