"""How people stand: who they are now, what they said, whether they were erased.

It decides what of theirs is written, and is read in the transaction that writes: it cannot change
before its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.database import Database
from penchant.store.database.engines import dumps
from penchant.store.database.erased import People
from penchant.store.database.given import ROWS, given
from penchant.store.database.rows import consent_of
from penchant.store.database.spelled import Spelled
from penchant.store.database.values import Consent

_DAY_US: Final = 86_400_000_000
"""Clocks of shops are ahead by no more."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands.

    Attributes:
        customer_id: As whom they are known now.
        said: Their last word, under that id; None: they said nothing.
        erased_us: What happened until then is not to be known; None: never erased.
    """

    customer_id: str
    said: Consent | None = None
    erased_us: int | None = None

    def is_past(self, at_us: int, now_us: int | None = None) -> bool:
        """Say whether something happened before their erasure, and is not to be known any more.

        A time that is still to come is that of a clock that is ahead. On the day after an erasure
        it may be what was sent before, and was erased: it counts as past.

        Args:
            at_us: When it happened.
            now_us: Now; None: the time is one of our own clock.

        Example:
            >>> erased = Standing("c", erased_us=50)
            >>> erased.is_past(50), erased.is_past(51), erased.is_past(61, now_us=60)
            (True, False, True)
        """
        if self.erased_us is None:
            return False
        if now_us is not None and at_us > now_us:
            return now_us - self.erased_us < _DAY_US
        return at_us <= self.erased_us


class Standings:
    """How any number of people stand: one statement, and one more where some were merged."""

    def __init__(self, database: Database, people: People):
        self._people = people
        self._statement = Spelled.out(_statement(database.kind), database.engines.quick)

    def of(self, connection: sa.Connection, ids: Iterable[str]) -> dict[str, Standing]:
        """Give how people stand.

        Args:
            connection: To read with.
            ids: Of customers and visitors; of any of them only once counts.

        Returns:
            {id: standing}; of a visitor who was merged, that of the customer, erased when the later
            of the two was.

        Raises:
            StoreError: if the key of hashes was not read yet and the database does not answer.
        """
        found = self._read(connection, ids)
        names = {one.customer_id for one in found.values()} - found.keys()
        named = self._read(connection, names) if names else {}
        by_name = named | found
        return {one: _later(each, by_name[each.customer_id]) for one, each in found.items()}

    def _read(self, connection: sa.Connection, ids: Iterable[str]) -> dict[str, Standing]:
        asked = [{"id": one, "person": self._people.hash_of(one)} for one in {*ids}]
        rows = self._statement.rows(connection, {ROWS: dumps(asked)}) if asked else []
        return {one: _standing(*rest) for one, *rest in rows}


def _statement(kind: str) -> sa.Select[Any]:
    asked = given(kind, (sa.column("id", sa.Text), sa.column("person", sa.Text)))
    alias, alias_is = _row_of(kind, schema.aliases, asked.c.id)
    name = sa.func.coalesce(alias.c.customer_id, asked.c.id)
    said, said_is = _row_of(kind, schema.consents, name)
    erased, erased_is = _row_of(kind, schema.erased, asked.c.person)
    return (
        sa.select(asked.c.id, name, erased.c.asked_us, *said.c)
        .select_from(asked)
        .outerjoin(alias, alias_is)
        .outerjoin(said, said_is)
        .outerjoin(erased, erased_is)
    )


def _row_of(
    kind: str, table: sa.Table, key: sa.ColumnElement[str]
) -> tuple[sa.FromClause, sa.ColumnElement[bool]]:
    """Give the row of a table with a key, and on what to join it: by its index, for each by itself.

    PostgreSQL knows neither how many rows are given nor that they are few, and would rather read
    the whole table.
    """
    (own,) = table.primary_key
    if kind == "sqlite":
        return table, own == key
    return sa.select(table).where(own == key).offset(0).lateral(), sa.true()


def _standing(customer_id: str, erased_us: int | None, *said: Any) -> Standing:
    return Standing(customer_id, None if said[0] is None else consent_of(said), erased_us)


def _later(one: Standing, named: Standing) -> Standing:
    erased = [each.erased_us for each in (one, named) if each.erased_us is not None]
    return Standing(one.customer_id, one.said, max(erased, default=None))
