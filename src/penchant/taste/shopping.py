"""Where a customer stands in shopping: what is in the cart, and what was bought last."""

from __future__ import annotations

import numpy as np

from penchant import columns as c
from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.taste.cancel import find_cancelled
from penchant.taste.histories import ACTION_CODES, History
from penchant.types import Mask, Rows

CART_DAYS = 30
"""Days after which a cart that was not touched is forgotten."""

ORDER_DAYS = 1
"""Days before the newest purchase that belong to it."""


def open_cart(history: History, *, as_of_us: int) -> Rows:
    """Give what is in the cart: added, not removed, not bought since.

    Args:
        history: One customer's interactions up to the reference time, oldest first.
        as_of_us: Reference time, microseconds since 1970 UTC.

    Returns:
        Shape (n,), products, rising; none when the cart was not touched for CART_DAYS.

    Example:
        >>> action = np.array([ACTION_CODES["add_to_cart"]], np.int8)
        >>> added = History(np.array([7], np.int32), action, np.zeros(1, np.int64),
        ...                 np.ones(1, np.float32))
        >>> open_cart(added, as_of_us=0)
        array([7], dtype=int32)
    """
    added = _kept(history, c.ADD_TO_CART)
    bought = _kept(history, c.PURCHASE)
    last_buy = {int(row): int(time) for row, time in
                zip(history.product_row[bought], history.time_us[bought], strict=True)}  # fmt: skip
    rows = history.product_row[added].tolist()
    times = history.time_us[added].tolist()
    open_rows = [
        row for row, time in zip(rows, times, strict=True) if last_buy.get(row, time - 1) < time
    ]
    newest = max(times, default=as_of_us)
    if as_of_us - newest > CART_DAYS * MICROSECONDS_PER_DAY:
        return np.empty(0, np.int32)
    return np.unique(np.array(open_rows, np.int32))


def last_bought(history: History) -> Rows:
    """Give the products of the newest purchase and of the day before it.

    Args:
        history: One customer's interactions, oldest first.

    Returns:
        Shape (n,), products, rising; what was given back is left out.
    """
    bought = _kept(history, c.PURCHASE)
    if not bought.any():
        return np.empty(0, np.int32)
    newest = history.time_us[bought].max()
    bought &= history.time_us >= newest - ORDER_DAYS * MICROSECONDS_PER_DAY
    return np.unique(history.product_row[bought])


def _kept(history: History, action: str) -> Mask:
    """Tell which interactions of an action still stand."""
    cancelled = find_cancelled(np.zeros(len(history), np.int32), history)
    own = history.action == ACTION_CODES[action]
    return np.asarray(own & ~cancelled & (history.product_row >= 0))
