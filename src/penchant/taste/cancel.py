"""Taking back: a removal cancels the latest cart event before it, a return the latest purchase."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.taste.histories import ACTION_CODES, History
from penchant.types import Mask, Rows

TAKEN_BACK_BY = {c.ADD_TO_CART: c.REMOVE_FROM_CART, c.PURCHASE: c.RETURN}

_TAKING_BACK = [ACTION_CODES[action] for action in TAKEN_BACK_BY.values()]


def find_cancelled(customer_row: Rows, events: History) -> Mask:
    """Tell which interactions were taken back later.

    Each removal or return cancels the latest interaction of the same customer and product before
    it that is not cancelled yet: the two pair up like brackets.

    Args:
        customer_row: Shape (n,), aligned with events; oldest first within a customer.
        events: Interactions.

    Returns:
        Shape (n,), True for cart events and purchases that no longer count.

    Example:
        >>> cart, back = ACTION_CODES[c.ADD_TO_CART], ACTION_CODES[c.REMOVE_FROM_CART]
        >>> events = History(np.array([5, 5, 5]), np.array([cart, back, cart], np.int8),
        ...                  np.arange(3), np.ones(3, np.float32))
        >>> find_cancelled(np.zeros(3, np.int32), events)
        array([ True, False, False])
    """
    cancelled = np.zeros(len(events), bool)
    told = events.action.tobytes()
    if not any(code in told for code in _TAKING_BACK):
        return cancelled
    for given, taken in TAKEN_BACK_BY.items():
        cancelled |= _paired(customer_row, events, ACTION_CODES[given], ACTION_CODES[taken])
    return cancelled


def _paired(customer_row: Rows, events: History, given: int, taken: int) -> Mask:
    """Match brackets: a pair stands at one level with nothing between at that level."""
    cancelled = np.zeros(len(events), bool)
    takes = events.action == taken
    if not takes.any():
        return cancelled
    some = np.flatnonzero(takes | (events.action == given))
    order = some[np.lexsort((some, events.product_row[some], customer_row[some]))]
    is_taken = takes[order]
    group = _group_numbers(customer_row[order], events.product_row[order])
    running = np.cumsum(np.where(is_taken, -1, 1))
    level = np.where(is_taken, running + 1, running)
    by_level = np.lexsort((np.arange(len(order)), level, group))
    here, after = by_level[:-1], by_level[1:]
    pair = (
        (group[here] == group[after])
        & (level[here] == level[after])
        & ~is_taken[here]
        & is_taken[after]
    )
    cancelled[order[here[pair]]] = True
    return cancelled


def _group_numbers(customer_row: Rows, product_row: Rows) -> NDArray[np.int64]:
    changes = (np.diff(customer_row) != 0) | (np.diff(product_row) != 0)
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(changes)])
