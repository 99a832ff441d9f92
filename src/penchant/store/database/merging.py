"""Letting a visitor be a customer: all of theirs changes hands in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import sqlalchemy as sa

from penchant.errors import InputError
from penchant.store.database import schema
from penchant.store.database.aliases import known_as
from penchant.store.database.refusing import drop_unwanted
from penchant.store.database.rows import consent_of, consent_row
from penchant.store.database.statements import insert_earliest, insert_or_replace
from penchant.store.database.values import Consent

_OLD: Final = sa.bindparam("old", type_=sa.Text)
_NEW: Final = sa.bindparam("new", type_=sa.Text)
_IS_CUSTOMER: Final = sa.select(sa.literal(1)).where(
    sa.exists().where(schema.aliases.c.customer_id == _OLD)
)
_MOVE_EVENTS: Final = (
    sa.update(schema.events).where(schema.events.c.customer_id == _OLD).values(customer_id=_NEW)
)
_MOVE_SLATES: Final = (
    sa.update(schema.slates).where(schema.slates.c.customer_id == _OLD).values(customer_id=_NEW)
)
_GIVEN: Final = schema.assignments.c
_MOVE_VARIANTS: Final = insert_earliest(
    schema.assignments,
    "first_us",
    "counted",
    sa.select(
        *(
            _NEW.label(one.name) if one.name == _GIVEN.unit_id.name else one
            for one in schema.assignments.c
        )
    ).where(_GIVEN.unit_id == _OLD),
)
_DROP_VARIANTS: Final = sa.delete(schema.assignments).where(_GIVEN.unit_id == _OLD)
_CONSENTS: Final = sa.select(schema.consents).where(schema.consents.c.customer_id.in_([_OLD, _NEW]))
_FORGET: Final = sa.delete(schema.consents).where(schema.consents.c.customer_id == _OLD)
_SET: Final = insert_or_replace(schema.consents)


def merge(
    connection: sa.Connection,
    anonymous_id: str,
    customer_id: str,
    at_us: int,
    refuses: Callable[[Consent], bool],
) -> int:
    """Merge a visitor into a customer.

    Args:
        connection: Of a writing transaction.
        anonymous_id: The visitor.
        customer_id: The customer.
        at_us: When.
        refuses: Tells of a last word whether of them only what they own and hid is kept.

    Returns:
        How many events changed hands.

    Raises:
        InputError: if that cannot be.
    """
    names = known_as(connection, (anonymous_id, customer_id))
    target = names[customer_id]
    if anonymous_id in (customer_id, target):
        raise InputError(
            "A visitor cannot be merged into themselves, nor into somebody who was merged into "
            "them: name another customer."
        )
    if names[anonymous_id] not in (anonymous_id, target):
        raise InputError(
            "This visitor was merged into another customer before: give each customer of a shared "
            "device an anonymous id of their own."
        )
    if connection.scalar(_IS_CUSTOMER, {"old": anonymous_id}):
        raise InputError(
            "This visitor is a customer others were merged into, and cannot be merged any more."
        )
    if names[anonymous_id] == anonymous_id:
        row = {"anonymous_id": anonymous_id, "customer_id": target, "at_us": at_us}
        connection.execute(sa.insert(schema.aliases), row)
    both = {"old": anonymous_id, "new": target}
    if refuses(_merge_consent(connection, anonymous_id, target)):
        for one in both.values():
            drop_unwanted(connection, one)
    moved = _MOVE_VARIANTS[connection.dialect.name]
    for statement in (_MOVE_SLATES, moved, _DROP_VARIANTS):
        connection.execute(statement, both)
    return connection.execute(_MOVE_EVENTS, both).rowcount


def _merge_consent(connection: sa.Connection, old: str, new: str) -> Consent:
    rows = connection.execute(_CONSENTS, {"old": old, "new": new})
    said = {one.customer_id: one for one in map(consent_of, rows)}
    if old not in said:
        return said.get(new) or Consent.unsaid(new)
    both = stricter(new, said[old], said.get(new))
    connection.execute(_FORGET, {"old": old})
    connection.execute(_SET[connection.dialect.name], consent_row(both))
    return both


def stricter(customer_id: str, visitor: Consent, customer: Consent | None) -> Consent:
    """Give what is allowed where a visitor and a customer turn out to be one person.

    Args:
        customer_id: As whom they are known now.
        visitor: What was said before.
        customer: What was said as a customer; None: nothing.

    Returns:
        A "no" of either holds; where one said nothing, the word of the other does.

    Example:
        >>> stricter("c", Consent("v", False, None, 1), Consent("c", True, True, 2))
        Consent(customer_id='c', personalization=False, marketing=True, at_us=2)
    """
    if customer is None:
        return Consent(customer_id, visitor.personalization, visitor.marketing, visitor.at_us)
    return Consent(
        customer_id,
        _stricter(visitor.personalization, customer.personalization),
        _stricter(visitor.marketing, customer.marketing),
        _moment(visitor, customer),
    )


def stated(customer_id: str, said: Consent, before: Consent | None) -> Consent:
    """Give what is allowed after another word.

    Args:
        customer_id: As whom they are known now.
        said: The new word; what is None says nothing.
        before: What held until now; None: nothing was said.

    Returns:
        Its time is that of the last word on profiles; on marketing where nothing else was said. A
        later word on marketing does not make an old "yes" to profiles younger than it is.
    """
    if before is None:
        return Consent(customer_id, said.personalization, said.marketing, said.at_us)
    keeps = said.personalization is None and before.personalization is not None
    return Consent(
        customer_id,
        before.personalization if said.personalization is None else said.personalization,
        before.marketing if said.marketing is None else said.marketing,
        before.at_us if keeps else said.at_us,
    )


def _stricter(one: bool | None, other: bool | None) -> bool | None:
    if one is None or other is None:
        return one if other is None else other
    return one and other


def _moment(visitor: Consent, customer: Consent) -> int:
    """The last word on profiles; on marketing where nobody said more."""
    both = (visitor, customer)
    told = [one.at_us for one in both if one.personalization is not None]
    return max(told or [one.at_us for one in both])
