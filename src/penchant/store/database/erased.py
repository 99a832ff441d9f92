"""Who was erased, without knowing who: keyed hashes of their ids, and until when."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.secrets import PERSON, SecretBook
from penchant.store.database.statements import portions

_OF_SOME: Final = sa.select(schema.erased.c.person, schema.erased.c.asked_us).where(
    schema.erased.c.person.in_(sa.bindparam("people", expanding=True))
)

_DAY_US: Final = 86_400_000_000
"""Clocks of shops are ahead by no more."""


class People:
    """Hashes of ids, with the shop's own key, which is read once."""

    def __init__(self, secrets: SecretBook):
        self._secrets = secrets
        self._key = b""

    def hash_of(self, customer_id: str) -> str:
        """Give what stands for an id: the same for the same one, and nothing leads back.

        Args:
            customer_id: Any text.

        Returns:
            32 hex digits.

        Raises:
            StoreError: if the key was not read yet and the database does not answer.
        """
        if not self._key:
            self._key = self._secrets.get(PERSON)
        text = customer_id.encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=16, key=self._key).hexdigest()

    def forget_key(self) -> None:
        """Read the key again before the next hash: the database is another one."""
        self._key = b""

    def erased_us(
        self, connection: sa.Connection, customer_ids: Iterable[str]
    ) -> Mapping[str, int]:
        """Give until when people's past is not to be known.

        Args:
            connection: To read with.
            customer_ids: Any.

        Returns:
            {customer_id: when their erasure was asked for}, of those who ever asked.
        """
        found = {}
        for portion in portions(customer_ids):
            people = {self.hash_of(one): one for one in portion}
            for person, asked_us in connection.execute(_OF_SOME, {"people": list(people)}):
                found[people[person]] = asked_us
        return found


def is_past(
    at_us: int,
    names: Mapping[str, str],
    customer_id: str,
    erased: Mapping[str, int],
    now_us: int | None = None,
) -> bool:
    """Say whether something happened before an erasure, and is not to be known any more.

    A time that is still to come is that of a clock that is ahead. On the day after an erasure it
    may be what was sent before, and was erased: it counts as past.

    Args:
        at_us: When it happened.
        names: {id: as whom they are known now}.
        customer_id: To whom.
        erased: Of `People.erased_us`, for that id and the name.
        now_us: Now; None: the time is one of our own clock.
    """
    asked = {erased[one] for one in (customer_id, names[customer_id]) if one in erased}
    if now_us is not None and at_us > now_us and any(0 <= now_us - one < _DAY_US for one in asked):
        return True
    return any(at_us <= one for one in asked)
