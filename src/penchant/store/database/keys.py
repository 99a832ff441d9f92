"""API keys: who may ask what. Only a hash of each secret is kept."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from penchant.errors import InputError
from penchant.store.database import schema
from penchant.store.database.checks import check_numbers, check_texts
from penchant.store.database.database import Database
from penchant.store.database.rows import key_of, key_row
from penchant.store.database.statements import insert_new
from penchant.store.database.values import ApiKey
from penchant.store.database.versions import raise_version, version_of

_ADD: Final = insert_new(schema.keys, schema.keys.c.key_id)
_ALL: Final = sa.select(schema.keys)
_REVOKE: Final = (
    sa.update(schema.keys)
    .where(schema.keys.c.key_id == sa.bindparam("gone", type_=sa.Text))
    .where(schema.keys.c.revoked_us.is_(None))
    .values(revoked_us=sa.bindparam("at", type_=sa.BigInteger))
)
_VERSION: Final = "keys"


class KeyBook:
    """API keys; `version` grows with each change."""

    def __init__(self, database: Database):
        self._database = database

    def add(self, key: ApiKey) -> None:
        """Add a key.

        Args:
            key: Its scopes are single words.

        Raises:
            InputError: if there is one of its key_id, or a value is one no database keeps.
            StoreError: if the database does not answer; then nothing changed.
        """
        check_texts((key.key_id, key.name, *key.scopes, key.secret_hash))
        check_numbers(
            one for one in (key.made_us, key.expires_us, key.revoked_us) if one is not None
        )
        with self._database.write() as connection:
            if connection.execute(_ADD[self._database.kind], key_row(key)).first() is None:
                raise InputError(f'There is a key "{key.key_id}" already: choose another key_id.')
            raise_version(connection, _VERSION)

    def all(self) -> tuple[ApiKey, ...]:
        """Give all keys, revoked ones too, by when they were made.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.read() as connection:
            rows = connection.execute(_ALL).all()
        return tuple(sorted(map(key_of, rows), key=lambda one: (one.made_us, one.key_id)))

    def revoke(self, key_id: str, at_us: int) -> bool:
        """Refuse a key from now on.

        Args:
            key_id: Any.
            at_us: When.

        Returns:
            Whether there was such a key that was not revoked yet.

        Raises:
            InputError: if a value is one no database keeps.
            StoreError: if the database does not answer; then nothing changed.
        """
        check_texts((key_id,))
        check_numbers((at_us,))
        with self._database.write() as connection:
            found = connection.execute(_REVOKE, {"gone": key_id, "at": at_us}).rowcount > 0
            if found:
                raise_version(connection, _VERSION)
        return found

    def version(self) -> int:
        """Give how often keys were added or revoked.

        Raises:
            StoreError: if the database does not answer.
        """
        return version_of(self._database, _VERSION)
