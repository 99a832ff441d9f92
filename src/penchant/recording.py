"""Recording: what an open shop is told: events, consent, and that a visitor is a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from penchant.errors import InputError
from penchant.opened import Opened
from penchant.store.consent import refused
from penchant.store.database.checks import check_texts
from penchant.store.database.values import Consent, Recorded
from penchant.store.event_rows import RowProblem, ShownList, events_from
from penchant.store.visitors import check_visitor
from penchant.taste.from_tables import microseconds

if TYPE_CHECKING:
    from penchant.store.database.store import Store


@dataclass(frozen=True, slots=True)
class Report:
    """What became of events that were told.

    Attributes:
        recorded: What is new and what was known before, by event_id.
        shown: Lists that were shown, as GA4 tells of them; nothing is recorded of these yet.
        ignored: Events that are right but not kept, and why.
        rejected: Events that are wrong, and why.
    """

    recorded: Recorded
    shown: tuple[ShownList, ...]
    ignored: tuple[RowProblem, ...]
    rejected: tuple[RowProblem, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the report as JSON-ready values."""
        return {
            "accepted": len(self.recorded.written),
            "duplicates": len(self.recorded.known),
            "ignored": [one.to_dict() for one in self.ignored],
            "rejected": [one.to_dict() for one in self.rejected],
        }


class Recording(Opened):
    """An opened build that may be told what happens."""

    def record(
        self,
        events: Sequence[Mapping[str, object]],
        *,
        now: datetime | None = None,
        customer_id: str | None = None,
    ) -> Report:
        """Record what customers did; each event counts in their next answer.

        Args:
            events: As `events_from` takes them: loose events, or GA4's.
            now: The time of events without one; the clock's if absent.
            customer_id: The only customer these may be of; None: any.

        Returns:
            What became of them; those that were wrong kept no other one back.

        Raises:
            InputError: if the shop has no database.
            StoreError: if the database does not answer, or is full; nothing was written then.

        Example:
            >>> import penchant  # doctest: +SKIP
            >>> penchant.open("shop").record([{
            ...     "event_id": "e1", "customer_id": "C10001", "product_id": "111350",
            ...     "interaction_type": "view"}])  # doctest: +SKIP
        """
        store = self.needed_store()
        read = events_from(events, now=now or datetime.now(UTC), customer_id=customer_id)
        recorded = store.events.record(read.events, refuses=self.refuses)
        ignored, unwanted = list(read.ignored), frozenset(recorded.unwanted)
        for event, place in zip(read.events, read.places, strict=True):
            if event.event_id in unwanted:
                ignored.append(RowProblem.opted_out(place, event))
        ignored.sort(key=lambda one: one.place)
        return Report(recorded, read.shown, tuple(ignored), read.rejected)

    def set_consent(
        self,
        customer_id: str,
        *,
        personalization: bool | None = None,
        marketing: bool | None = None,
        at: datetime | None = None,
    ) -> Consent:
        """Write down what a customer allows; it holds from the next answer on.

        Args:
            customer_id: Any customer or visitor.
            personalization: Whether a profile may be made; None: as before.
            marketing: Whether mail may be sent; None: as before.
            at: When that was said; the clock's time if absent.

        Returns:
            What holds now.

        Raises:
            InputError: if the shop has no database, or the id cannot be one.
            StoreError: if the database does not answer.
        """
        said_us = microseconds(at or datetime.now(UTC))
        told = Consent(_checked_id(customer_id), personalization, marketing, said_us)
        self.needed_store().people.set_consent(told)
        return self.consent_of(customer_id)

    def consent_of(self, customer_id: str) -> Consent:
        """Give what a customer allows, as tables and database say together.

        Args:
            customer_id: Any customer or visitor.

        Returns:
            None where nothing was ever said.

        Raises:
            InputError: if the shop has no database, or the id cannot be one.
            StoreError: if the database does not answer.
        """
        person = self.needed_store().people.person(_checked_id(customer_id))
        said = person.consent or Consent(person.customer_id, None, None, self.terms.tables_us)
        row = self.build.customer_ids.find(person.customer_id)
        refusals = (False, False) if row is None else (
            bool(self.build.opted_out[row]), bool(self.build.no_marketing[row]),
        )  # fmt: skip
        words = (said.personalization, said.marketing)
        both = [
            False if refused(word, said.at_us, by_tables, self.terms.tables_us) else word
            for word, by_tables in zip(words, refusals, strict=True)
        ]
        return Consent(person.customer_id, both[0], both[1], said.at_us)

    def merge(self, anonymous_id: str, customer_id: str, *, at: datetime | None = None) -> int:
        """Say that a visitor turned out to be a customer: what they did is the customer's.

        Args:
            anonymous_id: The visitor.
            customer_id: The customer.
            at: When; the clock's time if absent.

        Returns:
            How many events became the customer's.

        Raises:
            InputError: if the shop has no database, or the two cannot be one: who is a customer of
                the shop's tables is no visitor.
            StoreError: if the database does not answer.
            BuildError: if the tables are damaged.
        """
        moment_us = microseconds(at or datetime.now(UTC))
        ids = _checked_id(anonymous_id), _checked_id(customer_id)
        if self.marks is not None:
            check_visitor(self.marks.shop, anonymous_id)
        return self.needed_store().people.merge(*ids, at_us=moment_us, refuses=self.refused_in)

    def refused_in(self, said: Consent) -> bool:
        """Tell whether somebody refused personalisation, by their last word or by the tables.

        Args:
            said: Their last word, under the id they are known by.
        """
        by_tables = self.refused_in_tables(said.customer_id)
        return refused(said.personalization, said.at_us, by_tables, self.terms.tables_us)

    def needed_store(self) -> Store:
        """Give the database.

        Raises:
            InputError: if the shop has none.
        """
        if self.store is None:
            raise InputError(
                "This shop has no database, so nothing can be recorded: make one with "
                "`penchant serve SHOP`, or give one to penchant.open(PATH, store=...)."
            )
        return self.store


def _checked_id(name: str) -> str:
    if not isinstance(name, str) or not name:
        raise InputError(f"customer_id is {name!r}, must be a text.")
    check_texts((name,))
    return name
