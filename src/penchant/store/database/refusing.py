"""Refusing: what is kept of who wants no profile, and what goes when they say so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from penchant import columns as c
from penchant.store.database import schema
from penchant.store.database.rows import consent_of
from penchant.store.database.statements import portions
from penchant.store.database.values import Consent, Event

KEPT_OF_REFUSERS: Final = (c.PURCHASE, c.RETURN, c.HIDE)
"""What is kept of who refused: only so that what they own or hid is not shown again."""

_OF_SOME: Final = sa.select(schema.consents).where(
    schema.consents.c.customer_id.in_(sa.bindparam("ids", expanding=True))
)
_DROP: Final = (
    sa.delete(schema.events)
    .where(schema.events.c.customer_id == sa.bindparam("who", type_=sa.Text))
    .where(schema.events.c.interaction_type.not_in(KEPT_OF_REFUSERS))
)


def says_no(said: Consent) -> bool:
    """Say whether somebody refused personalisation in their own words.

    Args:
        said: Their last word.
    """
    return said.personalization is False


def said_in(connection: sa.Connection, customer_ids: Iterable[str]) -> dict[str, Consent]:
    """Give the last word of some people.

    Args:
        connection: To read with.
        customer_ids: As they are known now; those who said nothing are left out.
    """
    said: dict[str, Consent] = {}
    for portion in portions(customer_ids):
        rows = connection.execute(_OF_SOME, {"ids": list(portion)})
        said |= {one.customer_id: one for one in map(consent_of, rows)}
    return said


def find_unwanted(
    connection: sa.Connection,
    events: Sequence[Event],
    names: Mapping[str, str],
    refuses: Callable[[Consent], bool],
) -> frozenset[Event]:
    """Give the events that are not kept, because their customers refused.

    Args:
        connection: Of the transaction that writes: nobody's word changes before its end.
        events: Of anybody.
        names: {id: as whom they are known now}.
        refuses: Tells of somebody's last word whether no profile may be made of them.
    """
    told = [one for one in events if one.interaction_type not in KEPT_OF_REFUSERS]
    people = {names[one.customer_id] for one in told}
    said = said_in(connection, people) if people else {}
    refused = {one for one in people if refuses(said.get(one) or Consent.unsaid(one))}
    return frozenset(one for one in told if names[one.customer_id] in refused)


def drop_unwanted(connection: sa.Connection, customer_id: str) -> None:
    """Delete what was recorded of somebody and is not kept of who refused.

    Args:
        connection: Of a writing transaction.
        customer_id: As whom they are known.
    """
    connection.execute(_DROP, {"who": customer_id})
