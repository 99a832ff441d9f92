"""How a made-up customer looks at a slate: from the top down, at what they like, now and then.

A cascade of plain chances (examination by position, then attraction): enough to compare policies,
and nothing is learned from it about people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FURTHER: Final = 0.92
"""Chance that who looked at a slot looks at the next."""


@dataclass(frozen=True, slots=True)
class Temper:
    """How readily customers act.

    Attributes:
        curious: Chance that a product seen is clicked though it is not liked at all.
        drawn: What a liking of 1 adds to that.
        buys: Chance that who clicked buys, times the liking.
    """

    curious: float = 0.01
    drawn: float = 0.12
    buys: float = 0.15


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """What came of one look at a slate.

    Attributes:
        seen: How many slots were on the screen, from the first.
        clicked: Shape (n,), which slots were clicked.
        bought: Shape (n,), which of those were bought.
    """

    seen: int
    clicked: NDArray[np.bool_]
    bought: NDArray[np.bool_]


def look_at(rng: np.random.Generator, likings: NDArray[np.float64], temper: Temper) -> Look:
    """Let a customer look at a slate.

    Args:
        rng: Draws as many numbers for any slate of the same length.
        likings: Shape (n,), how much they like each product, in [0, 1].
        temper: How readily they act.

    Example:
        >>> look = look_at(np.random.default_rng(0), np.ones(5), Temper(curious=1.0))
        >>> bool(look.clicked[: look.seen].all()), bool(look.clicked[look.seen :].any())
        (True, False)
    """
    n = len(likings)
    stops, clicks, buys = rng.random((3, n))
    gone = np.flatnonzero(stops >= FURTHER)
    seen = min(n, int(gone[0]) + 1) if len(gone) else n
    on_screen = np.arange(n) < seen
    clicked = on_screen & (clicks < np.minimum(temper.curious + temper.drawn * likings, 1.0))
    bought = clicked & (buys < temper.buys * likings)
    return Look(seen, clicked, bought)


def draw_visits(
    rng: np.random.Generator, *, n_customers: int, days: int, per_customer: float
) -> NDArray[np.int64]:
    """Draw who visits when: few come often, most seldom, many never.

    Args:
        rng: Draws.
        n_customers: How many there are.
        days: How long.
        per_customer: Visits of a customer in that time, on average.

    Returns:
        Shape (n_visits, 2), day and customer_row, by day, in random order within one.
    """
    activity = rng.lognormal(0.0, 1.0, size=n_customers)
    daily = np.minimum(activity / activity.mean() * per_customer / days, 0.95)
    visits = np.argwhere(rng.random((days, n_customers)) < daily)
    order = np.lexsort((rng.random(len(visits)), visits[:, 0]))
    return np.asarray(visits[order], np.int64)
