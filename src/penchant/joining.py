"""Joining: what a build knows of one person and what happened since, as one history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.store.database.values import Event
from penchant.taste.histories import ACTION_CODES, History

PURCHASE = ACTION_CODES[c.PURCHASE]


def live_history(events: Sequence[Event], row_of: Callable[[str], int]) -> History:
    """Give live events as a history.

    Args:
        events: Of one person, in any order.
        row_of: Gives the product_row of a product_id, -1 where the build does not know it.

    Returns:
        In the same order; a gift is not trusted.
    """
    if not events:
        return History.empty()
    return History(
        np.array([row_of(one.product_id) for one in events], np.int32),
        np.array([ACTION_CODES[one.interaction_type] for one in events], np.int8),
        np.array([one.time_us for one in events], np.int64),
        np.array([0.0 if one.is_gift else 1.0 for one in events], np.float32),
    )


def joined_history(built: History, live: History, *, erased_us: int | None = None) -> History:
    """Put what a build knows and what happened since together, as if all had been in its tables.

    The same product, action and time counts once. Of a purchase the tables have their own record,
    often made minutes later: where the build knows one of the product on the same day (UTC), that
    counts alone. Nothing that happened until an erasure is known.

    Args:
        built: What the build knows, oldest first.
        live: What happened since, in any order.
        erased_us: When an erasure was asked for, microseconds since 1970 UTC; None: never.

    Returns:
        Oldest first, ordered as the histories of builds are; `built` itself where nothing changes.

    Example:
        >>> one = live_history([Event("e", "C1", "P1", "view", 5)], lambda _: 0)
        >>> both = joined_history(one, one)
        >>> both is one, len(joined_history(one, one, erased_us=5))
        (True, 0)
    """
    if erased_us is not None:
        later = built.time_us > erased_us
        built = built if later.all() else built.take(later)
        live = live.take(live.time_us > erased_us)
    new = np.array(_new(built, live) if len(live) else [], np.intp)
    if not len(new):
        return built
    added = live.take(new)
    parts = ("product_row", "action", "time_us", "trust")
    both = History(
        *(np.concatenate([getattr(built, name), getattr(added, name)]) for name in parts)
    )
    return both.take(np.lexsort((both.trust, both.action, both.product_row, both.time_us)))


def _new(built: History, live: History) -> list[int]:
    """Give the places of live events that say something new; of equal ones the least trusted."""
    known = set(_keys(built))
    bought = {(row, day) for row, action, day in _days(built) if action == PURCHASE}
    keys, days = list(_keys(live)), list(_days(live))
    new = []
    for place in np.argsort(live.trust, kind="stable").tolist():
        row, action, day = days[place]
        if keys[place] in known or (action == PURCHASE and (row, day) in bought):
            continue
        known.add(keys[place])
        new.append(place)
    return sorted(new)


def _keys(history: History) -> Iterator[tuple[int, int, int]]:
    return _triples(history, history.time_us)


def _days(history: History) -> Iterator[tuple[int, int, int]]:
    return _triples(history, history.time_us // MICROSECONDS_PER_DAY)


def _triples(history: History, times: NDArray[np.int64]) -> Iterator[tuple[int, int, int]]:
    rows, actions = history.product_row.tolist(), history.action.tolist()
    return zip(rows, actions, times.tolist(), strict=True)
