"""All the database knows of one person that an answer needs, in one statement."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import sqlalchemy as sa

from penchant.store.database import schema
from penchant.store.database.checks import check_numbers, check_texts
from penchant.store.database.database import Database
from penchant.store.database.erased import ERASED, People
from penchant.store.database.merging import merge, stated
from penchant.store.database.refusing import drop_unwanted, says_no
from penchant.store.database.rows import EVENT, consent_of, consent_row, event_of
from penchant.store.database.spelled import Spelled
from penchant.store.database.statements import insert_or_replace
from penchant.store.database.values import Consent, Person

_ID: Final = sa.bindparam("id", type_=sa.Text)
_AS: Final = sa.select(schema.aliases.c.customer_id).where(schema.aliases.c.anonymous_id == _ID)
_NAME: Final = sa.func.coalesce(_AS.scalar_subquery(), _ID)
_SET: Final = insert_or_replace(schema.consents)
_CONSENTS: Final = sa.select(schema.consents).order_by(schema.consents.c.customer_id)
_CONSENT: Final = _CONSENTS.where(schema.consents.c.customer_id == _ID)
_RESOLVE: Final = sa.select(_NAME)


def _person() -> sa.Select[Any]:
    """One row per event, each with what is known besides; without events one row all the same."""
    head = sa.select(_NAME.label("customer_id")).subquery("head")
    newest = (
        sa.select(*schema.events.c)
        .where(schema.events.c.customer_id == sa.select(_NAME).scalar_subquery())
        .order_by(schema.events.c.time_us.desc(), schema.events.c.seq.desc())
        .limit(sa.bindparam("most", type_=sa.Integer))
        .subquery("newest")
    )
    said = schema.consents
    return (
        sa.select(
            head.c.customer_id,
            ERASED.scalar_subquery(),
            *said.c,
            *(newest.c[one.name] for one in EVENT),
        )
        .select_from(head)
        .outerjoin(said, said.c.customer_id == head.c.customer_id)
        .outerjoin(newest, sa.true())
        .order_by(newest.c.time_us, newest.c.seq)
    )


PERSON: Final = _person()
"""All that is known of one person, by `id`, the hash of it as `person`, and `most` events."""

_EVENTS_AT: Final = 2 + len(schema.consents.c)


class PeopleBook:
    """Customers and visitors: their events, what they allowed, and who turned out to be whom."""

    def __init__(self, database: Database, people: People, history: int):
        self._database = database
        self._people = people
        self._history = history
        self._person = Spelled.out(PERSON, database.engines.quick)

    def person(self, customer_id: str) -> Person:
        """Give all that is known of a person.

        Args:
            customer_id: Of a customer, or of a visitor; nothing need be known of it.

        Returns:
            The newest `store.history` events, oldest first; of a visitor who was merged, those of
            the customer.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer in time.
        """
        check_texts((customer_id,))
        person = self._people.hash_of(customer_id)
        asked = {"id": customer_id, "person": person, "most": self._history}
        with self._database.read() as connection:
            rows = self._person.rows(connection, asked)
            name, erased_us = rows[0][:2]
            if name != customer_id:
                erased_us = self._people.erased_us(connection, name)
        said = rows[0][2:_EVENTS_AT]
        return Person(
            customer_id=name,
            events=tuple(event_of(row[_EVENTS_AT:]) for row in rows if row[_EVENTS_AT] is not None),
            consent=None if said[0] is None else consent_of(said),
            erased_us=erased_us,
        )

    def resolve(self, customer_id: str) -> str:
        """Give as whom a person is known now.

        Args:
            customer_id: Of a customer or a visitor.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer.
        """
        check_texts((customer_id,))
        with self._database.read() as connection:
            return str(connection.scalar(_RESOLVE, {"id": customer_id}))

    def merge(
        self,
        anonymous_id: str,
        customer_id: str,
        *,
        at_us: int,
        refuses: Callable[[Consent], bool] = says_no,
    ) -> int:
        """Let a visitor be a customer from now on: all of theirs is the customer's.

        Consent becomes the stricter of the two; of who refused, only purchases, returns and hides
        stay. The same merge again changes nothing.

        Args:
            anonymous_id: The visitor.
            customer_id: The customer; of one who was merged, whoever they are now.
            at_us: When.
            refuses: Tells of their last word whether they refused; what tables say, too.

        Returns:
            How many events changed hands.

        Raises:
            InputError: if both are the same, the visitor is a customer others were merged into, or
                was merged into somebody else.
            StoreError: if the database does not answer; then nothing changed.
        """
        check_texts((anonymous_id, customer_id))
        check_numbers((at_us,))
        with self._database.write() as connection:
            return merge(connection, anonymous_id, customer_id, at_us, refuses)

    def set_consent(self, consent: Consent) -> Consent:
        """Note what a customer allows; it counts from the next answer on.

        Of who refuses, only purchases, returns and hides stay.

        Args:
            consent: What is None keeps what was said before.

        Returns:
            What holds now, under the id they are known by now.

        Raises:
            InputError: if the id is one no database keeps.
            StoreError: if the database does not answer; then nothing changed.
        """
        check_texts((consent.customer_id,))
        check_numbers((consent.at_us,))
        with self._database.write() as connection:
            name = str(connection.scalar(_RESOLVE, {"id": consent.customer_id}))
            row = connection.execute(_CONSENT, {"id": name}).first()
            now = stated(name, consent, None if row is None else consent_of(row))
            connection.execute(_SET[self._database.kind], consent_row(now))
            if says_no(now):
                drop_unwanted(connection, name)
        return now

    def consents(self) -> tuple[Consent, ...]:
        """Give the last word of everybody who said one, by customer_id.

        Raises:
            StoreError: if the database does not answer.
        """
        with self._database.snapshot() as connection:
            rows = connection.execute(_CONSENTS).all()
        return tuple(sorted(map(consent_of, rows), key=lambda one: one.customer_id))
