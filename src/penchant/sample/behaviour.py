"""What generated customers do: whose taste they follow, when, and what they touch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from penchant.columns import ADD_TO_CART, ADD_TO_WISHLIST, CLICK, HIDE, PURCHASE, RETURN, VIEW

ACTIONS: Final = (VIEW, CLICK, ADD_TO_WISHLIST, ADD_TO_CART, PURCHASE, RETURN, HIDE)
BOUGHT: Final = ACTIONS.index(PURCHASE)
RETURNED: Final = ACTIONS.index(RETURN)
_SHARES: Final = (0.60, 0.13, 0.08, 0.10, 0.085, 0.0, 0.005)
_WANDER: Final = 0.08

Shares = NDArray[np.float64]
"""Shape (n_customers, n_styles): rows sum to 1."""


@dataclass(frozen=True, slots=True)
class Tastes:
    """True tastes: style shares before and after the drift, and who drifts."""

    first: Shares
    later: Shares
    drifts: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of purchases that are gifts or come back, and how many days customers act."""

    gift_share: float
    return_share: float
    days: int


@dataclass(frozen=True, slots=True)
class Events:
    """Interactions by time as numbers: customer_row, product_row, action, day (0..days), gift."""

    customer: NDArray[np.int64]
    product: NDArray[np.int64]
    action: NDArray[np.int64]
    day: NDArray[np.float64]
    gift: NDArray[np.bool_]


def draw_tastes(
    rng: np.random.Generator,
    *,
    n_customers: int,
    n_styles: int,
    multi_style_share: float,
    drift_share: float,
) -> Tastes:
    """Give every customer one style, or two to three; some change to others half way.

    Returns:
        The tastes; `later` equals `first` for customers who do not drift.
    """
    order = np.argsort(rng.random((n_customers, n_styles)), axis=1)
    many = rng.random(n_customers) < multi_style_share
    count = np.where(many, rng.integers(2, 4, size=n_customers), 1).clip(1, n_styles)
    first = _shares(order, count)
    drifts = rng.random(n_customers) < drift_share
    # a drift goes to styles the customer did not have, where there are enough of them
    later = np.where(drifts[:, None], _shares(np.roll(order, -3, axis=1), count), first)
    return Tastes(first, later, drifts)


def _shares(order: NDArray[np.int64], count: NDArray[np.int64]) -> Shares:
    n_customers, n_styles = order.shape
    by_rank = np.zeros((n_customers, n_styles))
    for rank, weight in enumerate((3.0, 2.0, 2.0)[:n_styles]):
        by_rank[:, rank] = np.where(count > rank, weight, 0.0)
    shares = np.zeros_like(by_rank)
    np.put_along_axis(shares, order, by_rank / by_rank.sum(1, keepdims=True), axis=1)
    return shares


def draw_customers(
    rng: np.random.Generator, *, n_customers: int, n_events: int
) -> NDArray[np.int64]:
    """Give the customer_row of every event: few customers do much, many do little."""
    activity = rng.lognormal(0.0, 1.0, size=n_customers)
    counts = rng.multinomial(n_events, activity / activity.sum())
    return np.repeat(np.arange(n_customers), counts)


def draw_rows(
    rng: np.random.Generator, shares: Shares, rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Draw one column for every event, by the shares of its row.

    Args:
        rng: Draws.
        shares: Shape (n_rows, n_columns): each row sums to 1.
        rows: Shape (n_events,): the row of each event.

    Returns:
        Shape (n_events,): column numbers.
    """
    total = np.cumsum(shares, axis=1)
    total[:, -1] = 1.0
    draw = rng.random(len(rows))
    column = np.zeros(len(rows), dtype=np.int64)
    for each in range(shares.shape[1] - 1):
        column += draw >= total[rows, each]
    return column


def draw_products(
    rng: np.random.Generator,
    styles: NDArray[np.int64],
    *,
    product_style: NDArray[np.int64],
    popularity: NDArray[np.float64],
) -> NDArray[np.int64]:
    """Draw a product of each wanted style, the popular ones more often.

    Args:
        rng: Draws.
        styles: Shape (n_events,): the style wanted.
        product_style: Shape (n_products,); every wanted style has a product.
        popularity: Shape (n_products,), > 0.

    Returns:
        Shape (n_events,): product_row numbers.
    """
    order = np.argsort(product_style, kind="stable")
    reached = np.cumsum(popularity[order])
    grouped = product_style[order]
    starts = np.searchsorted(grouped, styles, side="left")
    ends = np.searchsorted(grouped, styles, side="right") - 1
    low = np.where(starts > 0, reached[starts - 1], 0.0)
    wanted = low + rng.random(len(styles)) * (reached[ends] - low)
    return order[np.clip(np.searchsorted(reached, wanted, side="right"), starts, ends)]


def draw_events(
    rng: np.random.Generator,
    tastes: Tastes,
    *,
    n_events: int,
    product_style: NDArray[np.int64],
    popularity: NDArray[np.float64],
    habits: Habits,
) -> Events:
    """Let customers look around and buy; cost is linear in events.

    A gift is bought in a style the customer does not have; a return follows its purchase within two
    weeks, as a further event.

    Args:
        rng: Decides everything.
        tastes: The true tastes; the later ones hold in the second half of the time.
        n_events: How many events before returns.
        product_style: Shape (n_products,): each style has a product.
        popularity: Shape (n_products,), > 0.
        habits: Gifts, returns and days.

    Returns:
        The events, by time.
    """
    n_customers, n_styles = tastes.first.shape
    customer = draw_customers(rng, n_customers=n_customers, n_events=n_events)
    day = rng.random(n_events) * habits.days
    action = draw_rows(rng, np.array([_SHARES]) / sum(_SHARES), np.zeros(n_events, dtype=np.int64))
    both = np.concatenate([tastes.first, tastes.later])
    style = draw_rows(rng, both, customer + n_customers * (day > habits.days / 2))
    stray = (rng.random(n_events) < _WANDER) | (action == ACTIONS.index(HIDE))
    style = np.where(stray, rng.integers(n_styles, size=n_events), style)
    gift = (action == BOUGHT) & (rng.random(n_events) < habits.gift_share)
    style[gift] = _foreign_styles(
        rng, both, (customer + n_customers * (day > habits.days / 2))[gift]
    )
    product = draw_products(rng, style, product_style=product_style, popularity=popularity)
    events = Events(customer, product, action, day, gift)
    return _by_time(_with_returns(rng, events, habits=habits))


def _foreign_styles(
    rng: np.random.Generator, shares: Shares, rows: NDArray[np.int64]
) -> NDArray[np.int64]:
    foreign = (shares == 0).astype(np.float64)
    # who likes everything can only give what they like
    foreign[foreign.sum(1) == 0] = 1.0
    return draw_rows(rng, foreign / foreign.sum(1, keepdims=True), rows)


def _with_returns(rng: np.random.Generator, events: Events, *, habits: Habits) -> Events:
    bought = np.flatnonzero(events.action == BOUGHT)
    back = bought[rng.random(len(bought)) < habits.return_share]
    later = events.day[back] + rng.uniform(1, 14, size=len(back))
    back, later = back[later < habits.days], later[later < habits.days]
    return Events(
        np.concatenate([events.customer, events.customer[back]]),
        np.concatenate([events.product, events.product[back]]),
        np.concatenate([events.action, np.full(len(back), RETURNED)]),
        np.concatenate([events.day, later]),
        np.concatenate([events.gift, events.gift[back]]),
    )


def _by_time(events: Events) -> Events:
    order = np.argsort(events.day, kind="stable")
    return Events(
        events.customer[order],
        events.product[order],
        events.action[order],
        events.day[order],
        events.gift[order],
    )
