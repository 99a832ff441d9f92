"""Products that were added while the shop is open, until a build takes them in."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from penchant.errors import InputError
from penchant.store.database import schema
from penchant.store.database.checks import check_numbers, check_texts
from penchant.store.database.database import Database
from penchant.store.database.engines import dumps
from penchant.store.database.rows import product_of, product_row
from penchant.store.database.statements import insert_or_replace
from penchant.store.database.values import LiveProduct
from penchant.store.database.versions import raise_version, version_of

_PUT: Final = insert_or_replace(schema.products)
_REMOVE: Final = sa.delete(schema.products).where(
    schema.products.c.product_id == sa.bindparam("gone", type_=sa.Text)
)
_ALL: Final = sa.select(schema.products)
_VERSION: Final = "products"


class ProductBook:
    """Live products; `version` grows with each change."""

    def __init__(self, database: Database):
        self._database = database

    def put(self, product: LiveProduct) -> None:
        """Add a product, or replace the one of its id.

        Args:
            product: Its facts are JSON-ready but for datetimes.

        Raises:
            InputError: if a value is one no database keeps.
            StoreError: if the database does not answer; then nothing changed.
        """
        _check(product)
        with self._database.write() as connection:
            connection.execute(_PUT[self._database.kind], product_row(product))
            raise_version(connection, _VERSION)

    def remove(self, product_id: str) -> bool:
        """Take a product out.

        Args:
            product_id: Any.

        Returns:
            Whether it was there.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer; then nothing changed.
        """
        check_texts((product_id,))
        with self._database.write() as connection:
            found = connection.execute(_REMOVE, {"gone": product_id}).rowcount > 0
            if found:
                raise_version(connection, _VERSION)
        return found

    def all(self) -> tuple[LiveProduct, ...]:
        """Give all live products, by product_id.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.snapshot() as connection:
            rows = connection.execute(_ALL).all()
        return tuple(sorted(map(product_of, rows), key=lambda one: one.product_id))

    def version(self) -> int:
        """Give how often products were put or removed.

        Raises:
            StoreError: if the database does not answer.
        """
        return version_of(self._database, _VERSION)


def _check(product: LiveProduct) -> None:
    try:
        facts = dumps(dict(product.facts))
    except (TypeError, ValueError) as error:
        raise InputError(f"Facts of a product cannot be kept: {error}.") from None
    check_texts((product.product_id, product.fingerprint, facts))
    if "\\u0000" in facts:
        check_texts(str(value) for value in product.facts.values())
    check_numbers((product.added_us,))
