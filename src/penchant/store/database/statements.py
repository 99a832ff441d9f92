"""Statements of the same words in both databases' own spelling, made once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from penchant.store.database.given import given

T = TypeVar("T")

_INSERT: Final[Mapping[str, Callable[[sa.Table], Any]]] = {
    "sqlite": sqlite.insert,
    "postgresql": postgresql.insert,
}

Statements = Mapping[str, sa.Executable]
"""{kind of database: the statement}."""


def insert_new(table: sa.Table, *returned: sa.Column[Any]) -> Statements:
    """Insert rows; those whose key is there change nothing.

    Args:
        table: Where.
        returned: What to give back of each row that was new.
    """
    found = {}
    for kind, insert in _INSERT.items():
        statement = insert(table).on_conflict_do_nothing()
        found[kind] = statement.returning(*returned) if returned else statement
    return found


def insert_given(table: sa.Table) -> Statements:
    """Insert rows given as one value; those whose key is there change nothing.

    Args:
        table: Where; what its columns hold can be `given`.
    """
    found = {}
    for kind, insert in _INSERT.items():
        # "true": without it SQLite takes ON CONFLICT for a part of the selection
        rows = sa.select(*given(kind, list(table.c)).c).where(sa.true())
        names = [one.name for one in table.c]
        found[kind] = insert(table).from_select(names, rows).on_conflict_do_nothing()
    return found


def insert_or_replace(table: sa.Table) -> Statements:
    """Insert rows; those whose key is there take the new values.

    Args:
        table: Where.
    """
    key = [one.name for one in table.primary_key]
    found = {}
    for kind, insert in _INSERT.items():
        statement = insert(table)
        new = {one.name: statement.excluded[one.name] for one in table.c if one.name not in key}
        found[kind] = statement.on_conflict_do_update(index_elements=key, set_=new)
    return found


def insert_or_raise(table: sa.Table, column: str) -> Statements:
    """Insert rows; those whose key is there take the new value only if it is larger.

    Args:
        table: Where.
        column: The one value beside the key.
    """
    key = [one.name for one in table.primary_key]
    found = {}
    for kind, insert in _INSERT.items():
        statement = insert(table)
        old, new = table.c[column], statement.excluded[column]
        larger = sa.case((new > old, new), else_=old)
        found[kind] = statement.on_conflict_do_update(index_elements=key, set_={column: larger})
    return found


def insert_earliest(
    table: sa.Table, column: str, both: str, rows: sa.Select[Any] | None = None
) -> Statements:
    """Insert rows; of those whose key is there the earlier one stays.

    Args:
        table: Where.
        column: The time.
        both: A truth that holds only if it does in both.
        rows: What is inserted; None: what is given when it is executed.
    """
    key = [one.name for one in table.primary_key]
    found = {}
    for kind, insert in _INSERT.items():
        statement = insert(table)
        if rows is not None:
            statement = statement.from_select([one.name for one in table.c], rows)
        earlier = statement.excluded[column] < table.c[column]
        new: dict[str, sa.ColumnElement[Any]] = {
            one.name: sa.case((earlier, statement.excluded[one.name]), else_=one)
            for one in table.c
            if one.name not in (*key, both)
        }
        new[both] = sa.and_(table.c[both], statement.excluded[both])
        found[kind] = statement.on_conflict_do_update(index_elements=key, set_=new)
    return found


def add_one(table: sa.Table, column: str) -> Statements:
    """Count up: a row that is new begins with 1.

    Args:
        table: Where; its other columns are the key.
        column: What is counted up.
    """
    key = [one.name for one in table.primary_key]
    found = {}
    for kind, insert in _INSERT.items():
        statement = insert(table).values({column: 1})
        found[kind] = statement.on_conflict_do_update(
            index_elements=key, set_={column: table.c[column] + 1}
        )
    return found


def portions(values: Iterable[T], size: int = 500) -> Iterator[Sequence[T]]:
    """Cut values into portions a statement can take.

    Args:
        values: Any number.
        size: Most of a portion.

    Example:
        >>> list(portions("abc", 2))
        [('a', 'b'), ('c',)]
    """
    left = iter(values)
    while portion := tuple(islice(left, size)):
        yield portion
