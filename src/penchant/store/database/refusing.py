"""Refusing: what is kept of who wants no profile, and what goes when they say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import sqlalchemy as sa

from penchant import columns as c
from penchant.store.database import schema
from penchant.store.database.standing import Standing
from penchant.store.database.values import Consent, Event

KEPT_OF_REFUSERS: Final = (c.PURCHASE, c.RETURN, c.HIDE)
"""What is kept of who refused: only so that what they own or hid is not shown again."""

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


def find_unwanted(
    events: Sequence[Event],
    standings: Mapping[str, Standing],
    refuses: Callable[[Consent], bool],
) -> frozenset[Event]:
    """Give the events that are not kept, because their customers refused.

    Args:
        events: Of anybody.
        standings: {id: standing} of everybody they are of.
        refuses: Tells of somebody's last word whether no profile may be made of them.
    """
    told = [one for one in events if one.interaction_type not in KEPT_OF_REFUSERS]
    people = {standings[one.customer_id] for one in told}
    refused = {one for one in people if refuses(one.said or Consent.unsaid(one.customer_id))}
    return frozenset(one for one in told if standings[one.customer_id] in refused)


def drop_unwanted(connection: sa.Connection, customer_id: str) -> None:
    """Delete what was recorded of somebody and is not kept of who refused.

    Args:
        connection: Of a writing transaction.
        customer_id: As whom they are known.
    """
    connection.execute(_DROP, {"who": customer_id})
