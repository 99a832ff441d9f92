"""The database itself: reading and writing in transactions, and what happens when it fails."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from penchant.errors import StoreError, StoreFullError
from penchant.store.database.breaker import Breaker
from penchant.store.database.engines import Engines, soon_durable
from penchant.store.database.failures import store_error
from penchant.store.database.open_readers import OpenReaders
from penchant.store.database.turns import Turns


class Database:
    """Connections to one database; thread-safe. After `close` it must not be used.

    Attributes:
        kind: "sqlite" or "postgresql".
        engines: The ways to it.
    """

    def __init__(self, engines: Engines, clock: Callable[[], float] = time.monotonic):
        self.kind = engines.kind
        self.engines = engines
        self._reading = Breaker(clock)
        self._writing = Breaker(clock)
        self._full = False
        waits = engines.settings
        self._readers = Turns(engines.readers, waits.read_timeout_ms / 1000)
        self._open = OpenReaders(engines.quick, engines.alive)
        self._soon = soon_durable(engines.writing)
        self._writers = Turns(1, waits.write_timeout_ms / 1000)

    @property
    def available(self) -> bool:
        """Whether the database is asked at all, for reading and for writing."""
        return self._reading.closed and self._writing.closed

    @property
    def full(self) -> bool:
        """Whether there was no room when something was to be written last."""
        return self._full

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """Read what an answer waits for: every statement sees a moment of its own.

        Yields:
            A connection; a statement may take `read_timeout_ms`.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._guarded(self._reading), self._readers:
            connection = self._open.take()
            try:
                yield connection
                self._open.give_back(connection)
            except BaseException:
                connection.close()
                raise

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """Read much: all statements see the same moment, and may take long.

        Yields:
            A connection.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._guarded(self._reading), self.engines.patient.begin() as connection:
            yield connection

    @contextmanager
    def write(self, *, durable: bool = True) -> Iterator[sa.Connection]:
        """Write: all or nothing; one writer at a time, over all processes.

        Args:
            durable: Whether it is on the disk at the end; if not, it is there soon after, and what
                is written later never without it.

        Yields:
            A connection.

        Raises:
            StoreError: if the database does not answer within `write_timeout_ms`.
            StoreFullError: if it has no room.
        """
        with (
            self._guarded(self._writing),
            self._writers,
            (self.engines.writing if durable else self._soon).begin() as connection,
        ):
            yield connection

    @contextmanager
    def migrate(self) -> Iterator[sa.Connection]:
        """Change the tables: like `write`, and may take long.

        Yields:
            A connection.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._guarded(self._writing), self.engines.migrating.begin() as connection:
            yield connection

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """Hold the connection of the one writer in no transaction, for what stands in none.

        Yields:
            The driver's own connection; it raises the driver's own errors.

        Raises:
            StoreError: if other writers hold it up for too long.
        """
        with self._writers:
            borrowed = self.engines.writing.raw_connection()
            try:
                yield borrowed.driver_connection
            finally:
                borrowed.close()

    def tidy(self) -> None:
        """Let what was deleted leave the disk as well; if readers prevent it, the next time.

        Raises:
            StoreError: if other writers hold it up for too long.
        """
        with self._writers:
            self.engines.tidy()

    def ping(self) -> None:
        """Ask whether the database answers.

        Raises:
            StoreError: if it does not.
        """
        with self.read() as connection:
            connection.exec_driver_sql("SELECT 1")

    def close(self) -> None:
        """Close all connections."""
        self._open.close()
        self.engines.dispose()

    @contextmanager
    def _guarded(self, breaker: Breaker) -> Iterator[None]:
        breaker.enter()
        try:
            yield
        except sa.exc.SQLAlchemyError as error:
            failure = store_error(error)
            self._full = self._full or isinstance(failure, StoreFullError)
            if failure is None or isinstance(failure, StoreFullError):
                breaker.succeeded()
            else:
                breaker.failed()
            if failure is None:
                raise
            raise failure from error
        except StoreError:
            breaker.failed()
            raise
        except BaseException:
            breaker.succeeded()
            raise
        breaker.succeeded()
        self._full = self._full and breaker is not self._writing
