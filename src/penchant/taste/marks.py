"""Marks by hand: a gift says nothing of taste, an own choice counts in full.

An interaction is named by its event_id, which survives new builds and any order of rows.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final, TypeAlias

from penchant import columns as c
from penchant.id_map import IdMap
from penchant.taste.histories import Histories, History
from penchant.taste.trust import Marks

GIFT_MARK: Final = "gift"
OWN_MARK: Final = "own"
MARK_WORDS: Final = (GIFT_MARK, OWN_MARK)

NONE_MARKED: Final = Marks()

CustomerMarks: TypeAlias = Mapping[str, str]
"""{event_id: "gift" or "own"} of one customer."""

MarksByCustomer: TypeAlias = Mapping[str, CustomerMarks]
"""{customer_id: their marks}."""


def event_id(product_id: str, action: str, time_us: int) -> str:
    """Name an interaction of a customer.

    Args:
        product_id: The product.
        action: One of `columns.ACTIONS`.
        time_us: When, microseconds since 1970 UTC.

    Returns:
        12 hexadecimal digits; interactions of a customer that are equal in all three share them.

    Example:
        >>> event_id("P1", "view", 0)
        '1c4b807c7760'
    """
    text = f"{product_id}\x1f{action}\x1f{time_us}"
    return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()


def event_ids(history: History, product_ids: IdMap) -> tuple[str, ...]:
    """Name each interaction of a customer; "" where the product is not in the build.

    Args:
        history: One customer's interactions.
        product_ids: product_id <-> product_row.
    """
    rows, actions, times = (
        part.tolist() for part in (history.product_row, history.action, history.time_us)
    )
    return tuple(
        event_id(product_ids[row], c.ACTIONS[action], time_us) if row >= 0 else ""
        for row, action, time_us in zip(rows, actions, times, strict=True)
    )


def places_of(marks: CustomerMarks, history: History, product_ids: IdMap) -> Marks:
    """Find the marked interactions of a customer.

    Args:
        marks: By event_id; one that names nothing is passed over.
        history: The customer's interactions.
        product_ids: product_id <-> product_row.

    Returns:
        The same by place in the history.
    """
    if not marks:
        return NONE_MARKED
    words = [marks.get(name) for name in event_ids(history, product_ids)]
    aside = frozenset(place for place, word in enumerate(words) if word == GIFT_MARK)
    kept = frozenset(place for place, word in enumerate(words) if word == OWN_MARK)
    return Marks(aside, kept)


def places_of_all(
    marks: MarksByCustomer, histories: Histories, customer_ids: IdMap, product_ids: IdMap
) -> Marks:
    """Find the marked interactions of all customers.

    Args:
        marks: By customer_id; customers who are not there are passed over.
        histories: Of all customers.
        customer_ids: customer_id <-> customer_row.
        product_ids: product_id <-> product_row.

    Returns:
        By place in `histories.events`.
    """
    aside: set[int] = set()
    kept: set[int] = set()
    for row, own in zip(customer_ids.rows(list(marks)).tolist(), marks.values(), strict=True):
        if row >= 0:
            first, found = (
                int(histories.starts[row]),
                places_of(own, histories.of(row), product_ids),
            )
            aside |= {first + place for place in found.aside}
            kept |= {first + place for place in found.kept}
    return Marks(frozenset(aside), frozenset(kept))
