"""What a database is reached by: an engine for each kind of call, SQLite and PostgreSQL alike.

One is for what an answer waits for, one for long reading, one for writing, one for migrations.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa

from penchant.settings.serving import StoreSettings

_TIME: Final = "$time"
_SOON: Final = "penchant_soon"
_ALONE: Final = "penchant_alone"


@dataclass(frozen=True, slots=True)
class Engines:
    """All ways to one database.

    Attributes:
        kind: "sqlite" or "postgresql".
        quick: For one statement that an answer waits for; each is a transaction of its own.
        patient: For statements that see one moment together and may take long.
        writing: One transaction at a time, over all processes.
        migrating: The same, and may take long.
        readers: How many connections `quick` has.
        settings: How long to wait.
        alive: Whether a driver's connection of `quick` is still open at the other end.
        tidy: Makes what was deleted leave the disk as well, where that takes more than deleting.
        exists: Whether there is anything to open.
        create: Makes an empty database where there is none.
    """

    kind: str
    quick: sa.Engine
    patient: sa.Engine
    writing: sa.Engine
    migrating: sa.Engine
    readers: int
    settings: StoreSettings
    alive: Callable[[Any], bool]
    tidy: Callable[[], None]
    exists: Callable[[], bool]
    create: Callable[[], None]

    def dispose(self) -> None:
        """Close all connections."""
        for one in (self.quick, self.patient, self.writing, self.migrating):
            one.dispose()


def soon_durable(engine: sa.Engine) -> sa.Engine:
    """Give an engine whose transactions do not wait for the disk at their end.

    They are whole and in order, and outlive this process; what was written in the last moments may
    be gone when the machine fails, or the server of the database. What is durable and came later
    proves that they are.

    Args:
        engine: For writing.
    """
    return engine.execution_options(**{_SOON: True})


def alone(connection: sa.Connection) -> sa.Connection:
    """Give a connection for writing whose statements stand in no transaction.

    Args:
        connection: It has not begun one.
    """
    return connection.execution_options(**{_ALONE: True, "isolation_level": "AUTOCOMMIT"})


def is_alone(connection: sa.Connection) -> bool:
    """Say whether no transaction is to begin.

    Args:
        connection: About to begin one.
    """
    return bool(connection.get_execution_options().get(_ALONE, False))


def is_durable(connection: sa.Connection) -> bool:
    """Say whether what is written is to be on the disk when its transaction ends.

    Args:
        connection: About to begin it.
    """
    return not connection.get_execution_options().get(_SOON, False)


def dumps(value: Any) -> str:
    """Write a value as JSON, times included.

    Args:
        value: JSON-ready but for datetimes.

    Raises:
        ValueError: if a number is not finite.
        TypeError: if it holds anything else.

    Example:
        >>> loads(dumps({"created_date": datetime(2026, 1, 2)}))
        {'created_date': datetime.datetime(2026, 1, 2, 0, 0)}
    """
    return json.dumps(
        value, default=_plain, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )


def loads(written: str | bytes) -> Any:
    """Read what `dumps` wrote."""
    text = written if isinstance(written, str) else written.decode()
    return json.loads(text, object_hook=_whole) if _TIME in text else json.loads(text)


def _plain(value: object) -> dict[str, str]:
    if isinstance(value, datetime):
        return {_TIME: value.isoformat()}
    raise TypeError(f"{type(value).__name__} cannot be kept as JSON")


def _whole(value: dict[str, Any]) -> Any:
    return datetime.fromisoformat(value[_TIME]) if value.keys() == {_TIME} else value
