"""The right to be forgotten: erasing a person, and the receipts that it was done."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

import sqlalchemy as sa

from penchant.errors import NotFoundError, StoreError
from penchant.store.database import schema
from penchant.store.database.aliases import known_as
from penchant.store.database.checks import check_numbers, check_texts
from penchant.store.database.database import Database
from penchant.store.database.erased import People
from penchant.store.database.erasing import erase_rows, note_erased
from penchant.store.database.rows import erasure_of, erasure_row
from penchant.store.database.values import Erasure
from penchant.store.database.versions import raise_version, version_of

_ROWS: Final = schema.erasures.c
_RECEIPT: Final = sa.select(schema.erasures).where(_ROWS.receipt_id == sa.bindparam("receipt"))
_PENDING: Final = (
    sa.select(schema.erasures)
    .where(_ROWS.done_us.is_(None))
    .order_by(_ROWS.asked_us, _ROWS.receipt_id)
)
_OF_ONE: Final = (
    sa.select(schema.erasures)
    .where(_ROWS.person == sa.bindparam("person"))
    .order_by(_ROWS.asked_us, _ROWS.receipt_id)
)
_FINISH: Final = (
    sa.update(schema.erasures)
    .where(_ROWS.receipt_id == sa.bindparam("receipt"))
    .values(
        customer_id=sa.null(),
        visitors=sa.bindparam("none", type_=sa.JSON),
        done_us=sa.bindparam("at", type_=sa.BigInteger),
        counts=sa.bindparam("all_counts", type_=sa.JSON),
    )
)
_UNNAME: Final = (
    sa.update(schema.erasures)
    .where(_ROWS.receipt_id == sa.bindparam("receipt"))
    .values(customer_id=sa.null(), visitors=sa.bindparam("none", type_=sa.JSON))
)
_ALL: Final = sa.select(schema.erased.c.person, schema.erased.c.asked_us)
_ANY: Final = _ALL.limit(1)
_VERSION: Final = "erasures"


class ErasureBook:
    """Erasures of people; `version` grows with each one asked for."""

    def __init__(self, database: Database, people: People):
        self._database = database
        self._people = people

    def erase(self, customer_id: str, *, at_us: int) -> Erasure:
        """Erase a person from the database, with all visitors merged into them.

        Events, slates, exposures of those, assignments, consent and aliases go in one transaction.
        The receipt keeps the ids until `finish`, for they are still to be erased from files.

        Args:
            customer_id: Of a customer, or of a visitor merged into one; nothing need be known of
                it.
            at_us: When; what happened until then is not to be known any more.

        Returns:
            The receipt, with counts of what went.

        Raises:
            InputError: if a value is one no database keeps.
            StoreError: if the database does not answer; then nothing changed.
        """
        check_texts((customer_id,))
        check_numbers((at_us,))
        self._people.hash_of(customer_id)  # reads the key: within the writing it could not be made
        with self._database.write() as connection:
            name = known_as(connection, (customer_id,))[customer_id]
            visitors, counts = erase_rows(connection, name)
            people = {self._people.hash_of(one): at_us for one in (name, *visitors)}
            note_erased(connection, people)
            erasure = Erasure(
                receipt_id=uuid.uuid4().hex,
                person=self._people.hash_of(name),
                customer_id=name,
                asked_us=at_us,
                done_us=None,
                counts=counts,
                visitors=visitors,
            )
            connection.execute(sa.insert(schema.erasures), erasure_row(erasure))
            raise_version(connection, _VERSION)
        self._tidy()
        return erasure

    def receipt(self, receipt_id: str) -> Erasure | None:
        """Give a receipt; None: there is none of that name.

        Args:
            receipt_id: Names it.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer.
        """
        check_texts((receipt_id,))
        with self._database.read() as connection:
            row = connection.execute(_RECEIPT, {"receipt": receipt_id}).first()
        return None if row is None else erasure_of(row)

    def pending(self) -> tuple[Erasure, ...]:
        """Give the erasures that are not done yet, in files or on disk, oldest first.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.read() as connection:
            return tuple(map(erasure_of, connection.execute(_PENDING).all()))

    def of(self, customer_id: str) -> tuple[Erasure, ...]:
        """Give the receipts of a person, oldest first.

        Args:
            customer_id: Any customer.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer.
        """
        check_texts((customer_id,))
        person = {"person": self._people.hash_of(customer_id)}
        with self._database.read() as connection:
            return tuple(map(erasure_of, connection.execute(_OF_ONE, person).all()))

    def unname(self, receipt_ids: Sequence[str]) -> None:
        """Take the ids out of receipts: files are done, the database is still to be scrubbed.

        Args:
            receipt_ids: Name the receipts; they stay pending.

        Raises:
            StoreError: if the database does not answer; then nothing changed.
        """
        check_texts(receipt_ids)
        if receipt_ids:
            with self._database.write() as connection:
                rows = [{"receipt": one, "none": []} for one in receipt_ids]
                connection.execute(_UNNAME, rows)

    def finish(self, receipt_id: str, counts: Mapping[str, int], at_us: int) -> Erasure:
        """Note that files are done too; the ids are not kept any longer.

        Args:
            receipt_id: Names the receipt.
            counts: {place: what was erased there}, added to what the database counted.
            at_us: When.

        Returns:
            The whole receipt; of one that was finished before, as it is.

        Raises:
            NotFoundError: if there is none of that name.
            StoreError: if the database does not answer; then nothing changed.
        """
        check_texts((receipt_id, *counts))
        check_numbers((at_us, *counts.values()))
        with self._database.write() as connection:
            row = connection.execute(_RECEIPT, {"receipt": receipt_id}).first()
            if row is None:
                raise NotFoundError("receipt of an erasure", receipt_id)
            held = erasure_of(row)
            if held.done_us is not None:
                return held
            done = {"receipt": receipt_id, "none": [], "at": at_us}
            connection.execute(_FINISH, done | {"all_counts": {**held.counts, **counts}})
            finished = erasure_of(connection.execute(_RECEIPT, {"receipt": receipt_id}).one())
        self._tidy()
        return finished

    def erased_us(self, customer_id: str) -> int | None:
        """Give until when a person's past is not to be known; None: they were never erased.

        Args:
            customer_id: Any.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer.
        """
        check_texts((customer_id,))
        with self._database.read() as connection:
            return self._people.erased_us(connection, customer_id)

    def any(self) -> bool:
        """Say whether anybody was ever erased.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.read() as connection:
            return connection.execute(_ANY).first() is not None

    def hashes(self) -> Mapping[str, int]:
        """Give everybody who was erased: {hash of their id: when it was asked for}.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.snapshot() as connection:
            return dict(connection.execute(_ALL).all())

    def hash_of(self, customer_id: str) -> str:
        """Give the keyed hash of an id, as in `hashes`.

        Args:
            customer_id: Any.

        Raises:
            StoreError: if the key was not read yet and the database does not answer.
        """
        return self._people.hash_of(customer_id)

    def version(self) -> int:
        """Give how often somebody was erased.

        Raises:
            StoreError: if the database does not answer.
        """
        return version_of(self._database, _VERSION)

    def _tidy(self) -> None:
        with suppress(StoreError):  # it is erased all the same; the next one tidies
            self._database.tidy()
