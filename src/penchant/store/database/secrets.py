"""The shop's own secrets: keys of hashes and tokens, made at first use, shared by workers."""

from __future__ import annotations

import secrets
import time
from typing import Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.database import Database
from penchant.store.database.statements import insert_new, insert_or_replace

PERSON: Final = "person"
"""Key of the hashes of erased people: lost, nobody's erasure would be known any more."""

_NEW: Final = insert_new(schema.secrets)
_RENEW: Final = insert_or_replace(schema.secrets)
_GET: Final = sa.select(schema.secrets.c.value, schema.secrets.c.made_us).where(
    schema.secrets.c.name == sa.bindparam("name")
)


class SecretBook:
    """Secrets of 32 random bytes, by name."""

    def __init__(self, database: Database):
        self._database = database

    def get(self, name: str) -> bytes:
        """Give a secret; the first who asks makes it.

        Args:
            name: What it is for.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.read() as connection:
            row = connection.execute(_GET, {"name": name}).first()
        if row is None:
            with self._database.write() as connection:
                # another worker may have made it meanwhile: the one that is there counts
                connection.execute(_NEW[self._database.kind], _fresh(name))
                row = connection.execute(_GET, {"name": name}).one()
        return bytes.fromhex(row[0])

    def renew(self, name: str, *, made_before_us: int | None = None) -> bytes:
        """Replace a secret: what was made with the old one is of no use any more.

        Args:
            name: What it is for.
            made_before_us: Only replace it if it is older; so that of several workers one does.

        Returns:
            The secret that holds now.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.write() as connection:
            row = connection.execute(_GET, {"name": name}).first()
            if row is None or made_before_us is None or row[1] < made_before_us:
                connection.execute(_RENEW[self._database.kind], _fresh(name))
                row = connection.execute(_GET, {"name": name}).one()
        return bytes.fromhex(row[0])


def _fresh(name: str) -> dict[str, object]:
    return {
        "name": name,
        "value": secrets.token_bytes(32).hex(),
        "made_us": time.time_ns() // 1000,
    }
