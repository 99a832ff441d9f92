"""Who was erased, without knowing who: keyed hashes of their ids, and until when."""

from __future__ import annotations

import hashlib
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.secrets import PERSON, SecretBook

ERASED: Final = sa.select(schema.erased.c.asked_us).where(
    schema.erased.c.person == sa.bindparam("person", type_=sa.Text)
)
"""When the erasure of somebody was asked for, by the hash of their id as `person`."""


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

    def erased_us(self, connection: sa.Connection, customer_id: str) -> int | None:
        """Give until when somebody's past is not to be known; None: they were never erased.

        Args:
            connection: To read with.
            customer_id: Any; what is known of it under another id is not looked for.

        Raises:
            StoreError: if the key was not read yet and the database does not answer.
        """
        asked_us: int | None = connection.scalar(ERASED, {"person": self.hash_of(customer_id)})
        return asked_us
