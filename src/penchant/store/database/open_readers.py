"""Connections for reading that stay open between questions.

To take one from a pool and give it back costs as much as most questions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa


class OpenReaders:
    """Connections of one engine, at hand; thread-safe.

    They count as taken from the engine's pool: as many threads as it has connections may ask, and
    nobody but these.

    Args of the constructor:
        engine: Reads in no transaction: each statement is one of its own.
        alive: Tells of a driver's connection whether it is still open at the other end.
    """

    def __init__(self, engine: sa.Engine, alive: Callable[[Any], bool]):
        self._engine = engine
        self._alive = alive
        self._idle: list[sa.Connection] = []

    def take(self) -> sa.Connection:
        """Give a connection, the one used last if it is still open.

        Raises:
            SQLAlchemyError: if none can be opened.
        """
        while self._idle:
            try:
                connection = self._idle.pop()
            except IndexError:  # another thread was quicker
                break
            if self._alive(connection.connection.driver_connection):
                return connection
            connection.invalidate()
            connection.close()
        return self._engine.connect()

    def give_back(self, connection: sa.Connection) -> None:
        """Keep a connection for the next question.

        Args:
            connection: Of `take`; one that failed is closed instead.
        """
        if connection.in_transaction():
            connection.rollback()
        self._idle.append(connection)

    def close(self) -> None:
        """Close those at hand."""
        while self._idle:
            self._idle.pop().close()
