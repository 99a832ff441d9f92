"""Where a customer stands: what is in the cart, and what was bought last."""

from __future__ import annotations

import numpy as np
import pytest

from penchant import columns as c
from penchant.taste.histories import History
from penchant.taste.shopping import last_bought, open_cart
from tests.stock import DAY, history_of


def cart(*events: tuple[int, str, float], now: float = 10) -> list[int]:
    return open_cart(history_of(*events), as_of_us=int(now * DAY)).tolist()


def test_a_cart_is_what_was_added_and_neither_removed_nor_bought_since() -> None:
    assert cart((5, c.ADD_TO_CART, 1), (3, c.ADD_TO_CART, 2), (9, c.VIEW, 3)) == [3, 5]
    assert cart((5, c.ADD_TO_CART, 1), (5, c.REMOVE_FROM_CART, 2)) == []
    assert cart((5, c.ADD_TO_CART, 1), (5, c.PURCHASE, 2)) == []
    assert cart((5, c.ADD_TO_CART, 1), (5, c.PURCHASE, 1)) == []  # bought in that very moment
    assert cart((5, c.PURCHASE, 1), (5, c.ADD_TO_CART, 2)) == [5]  # and wanted once more
    assert cart((5, c.ADD_TO_CART, 1), (5, c.ADD_TO_CART, 2)) == [5]
    assert cart((-1, c.ADD_TO_CART, 1)) == []
    assert cart() == []


@pytest.mark.parametrize(("days", "kept"), [(29.9, [1, 2]), (30.0, [1, 2]), (30.1, [])])
def test_a_cart_that_was_not_touched_for_a_month_is_forgotten_whole(
    days: float, kept: list[int]
) -> None:
    """The newest addition keeps all of it."""
    assert cart((1, c.ADD_TO_CART, 0), (2, c.ADD_TO_CART, 20), now=20 + days) == kept


def test_a_purchase_given_back_leaves_the_cart_as_the_purchase_left_it() -> None:
    assert cart((5, c.ADD_TO_CART, 1), (5, c.PURCHASE, 2), (5, c.RETURN, 3)) == [5]


def test_last_bought_is_the_newest_purchase_and_the_day_before_it() -> None:
    events = [(7, c.PURCHASE, 0.0), (3, c.PURCHASE, 4.0), (2, c.PURCHASE, 4.5), (1, c.VIEW, 9.0)]
    assert last_bought(history_of(*events)).tolist() == [2, 3]
    assert last_bought(history_of(*events[:1])).tolist() == [7]
    late = history_of((3, c.PURCHASE, 3.4), (2, c.PURCHASE, 4.5))
    assert last_bought(late).tolist() == [2]


def test_what_was_given_back_was_not_bought() -> None:
    events = [(7, c.PURCHASE, 0.0), (3, c.PURCHASE, 4.0), (3, c.RETURN, 6.0)]
    assert last_bought(history_of(*events)).tolist() == [7]
    nothing = last_bought(History.empty())
    assert (nothing.dtype, len(nothing)) == (np.int32, 0)
    assert not len(last_bought(history_of((-1, c.PURCHASE, 0.0))))
