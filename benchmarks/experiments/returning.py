"""Customers who come back: exposures and clicks of two arms, day by day.

Each customer has a chance of their own to visit on a day and a click rate of their own, so what one
customer sees and clicks is alike over the days, and clicks are no independent units.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

COLUMNS = ("exposures", "clicks")


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who takes part.

    Attributes:
        customers: Per arm.
        days: From start to planned end.
        visits: Days of a visit per customer, on average.
        visit_scatter: Variance of the chance to visit over its squared mean.
        click_rate: Clicks per exposure, on average.
        click_scatter: Variance of the click rate over its squared mean.
        fewest: Exposures of a visit, at least.
        most: At most.
    """

    customers: int = 3000
    days: int = 30
    visits: float = 4.0
    visit_scatter: float = 0.5
    click_rate: float = 0.04
    click_scatter: float = 0.5
    fewest: int = 4
    most: int = 12


@dataclass(frozen=True, slots=True, eq=False)
class Days:
    """Two arms, summed up at the end of every day over all days so far.

    Attributes:
        counts: Shape (2, days), as are all: customers with an exposure.
        clickers: Customers with a click.
        exposures: Sum.
        clicks: Sum.
        exposures_squared: Sum over customers of their exposures squared.
        clicks_squared: Of their clicks squared.
        products: Of exposures times clicks.
    """

    counts: NDArray[np.float64]
    clickers: NDArray[np.float64]
    exposures: NDArray[np.float64]
    clicks: NDArray[np.float64]
    exposures_squared: NDArray[np.float64]
    clicks_squared: NDArray[np.float64]
    products: NDArray[np.float64]


def simulate(crowd: Crowd, lift: float, rng: np.random.Generator) -> Days:
    """Let both arms run.

    Args:
        crowd: Who takes part.
        lift: Relative lift of the second arm's click rates.
        rng: For all that is left to chance.
    """
    arms = [_arm(crowd, 1 + one, rng) for one in (0.0, lift)]
    return Days(*(np.stack(pair) for pair in zip(*arms, strict=True)))


def _arm(crowd: Crowd, factor: float, rng: np.random.Generator) -> tuple[NDArray[np.float64], ...]:
    size = (crowd.customers, crowd.days)
    chance = _beta(crowd.visits / crowd.days, crowd.visit_scatter, crowd.customers, rng)
    rate = np.minimum(
        factor * _beta(crowd.click_rate, crowd.click_scatter, crowd.customers, rng), 1.0
    )
    customer, day = np.nonzero(rng.random(size, np.float32) < chance[:, None])
    shown = rng.integers(crowd.fewest, crowd.most + 1, len(customer))
    exposures, clicks = np.zeros(size, np.float32), np.zeros(size, np.float32)
    exposures[customer, day] = shown
    clicks[customer, day] = rng.binomial(shown, rate[customer])
    exposures, clicks = exposures.cumsum(axis=1), clicks.cumsum(axis=1)
    sums = (
        exposures > 0,
        clicks > 0,
        exposures,
        clicks,
        exposures * exposures,
        clicks * clicks,
        exposures * clicks,
    )
    return tuple(one.sum(axis=0, dtype=np.float64) for one in sums)


def _beta(mean: float, scatter: float, size: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """Draw shares of a mean, with a variance of scatter * mean^2."""
    total = (1 - mean) / (scatter * mean) - 1
    return rng.beta(mean * total, (1 - mean) * total, size)
