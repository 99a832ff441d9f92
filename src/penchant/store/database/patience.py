"""Connections to PostgreSQL that give up by themselves where the server says nothing at all."""

from __future__ import annotations

from typing import Any

import psycopg


class PatientConnection(psycopg.Connection[Any]):
    """A connection of which no call takes longer than `patience_s`.

    The server ends what takes too long by itself; this is for one that is stopped, or cut off.
    """

    patience_s: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server, but not for ever.

        Args:
            gen: What is being done.
            interval: Seconds between looks at whether to stop.
            timeout: Seconds to wait at most; None: as long as this connection does.

        Raises:
            OperationalError: if it takes longer; the connection is closed then.
        """
        if timeout is not None or self.patience_s is None:
            return super().wait(gen, interval, timeout)
        try:
            return super().wait(gen, interval, self.patience_s)
        except psycopg.errors._WaitTimeout as error:
            self.pgconn.finish()
            raise psycopg.OperationalError("the server does not answer") from error


def connect(patience_s: float, *arguments: Any, **options: Any) -> PatientConnection:
    """Connect to a server.

    Args:
        patience_s: Seconds after which to give up waiting for an answer.
        arguments: Of `psycopg.connect`.
        options: Of `psycopg.connect`.
    """
    connection = PatientConnection.connect(*arguments, **options)
    connection.patience_s = patience_s
    return connection
