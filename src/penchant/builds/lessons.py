"""Lessons: what customers wanted enough to buy, save or put into the cart; what sources learn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.collaborative import fit_links
from penchant.candidates.links import ProductLinks
from penchant.settings import Settings
from penchant.space.baskets import Baskets, find_baskets
from penchant.taste.cancel import find_cancelled
from penchant.taste.histories import ACTION_CODES, Histories
from penchant.types import Mask, Rows, Weights

LEAST_TRUST = 0.5
"""What is trusted less teaches nothing: of a day of fifty purchases, no two speak of one taste."""


@dataclass(frozen=True, slots=True, eq=False)
class Lessons:
    """Interactions that put a product into a basket.

    Attributes:
        customer_row: Shape (n,), rising.
        product_row: Shape (n,), aligned, >= 0.
        time_us: Shape (n,), aligned, microseconds since 1970 UTC.
        weights: Shape (n,), aligned: weight of the action as part of a purchase.
        n_customers: Customers in all.
        n_products: Products in all.
    """

    customer_row: Rows
    product_row: Rows
    time_us: NDArray[np.int64]
    weights: Weights
    n_customers: int
    n_products: int

    def where(self, which: Mask) -> Lessons:
        """Give some of them.

        Args:
            which: Shape (n,).
        """
        return Lessons(
            self.customer_row[which],
            self.product_row[which],
            self.time_us[which],
            self.weights[which],
            self.n_customers,
            self.n_products,
        )

    def baskets(self, days: float) -> Baskets:
        """Group them into baskets.

        Args:
            days: Length of a basket.
        """
        return find_baskets(self.customer_row, self.product_row, self.time_us, days=days)

    def links(self, settings: Settings, method: str) -> ProductLinks:
        """Link products by the customers they share.

        Args:
            settings: Of the shop.
            method: One of `settings.finding.METHODS`.
        """
        return fit_links(
            method,
            self.customer_row,
            self.product_row,
            n_customers=self.n_customers,
            n_products=self.n_products,
            settings=settings,
        )


def find_lessons(histories: Histories, settings: Settings, *, n_products: int) -> Lessons:
    """Pick what may be learned from: trusted, not taken back, of a product in the build.

    Args:
        histories: Of all who did not refuse.
        settings: Which actions fill a basket, and what they weigh.
        n_products: Products in all.
    """
    events, customer_row = histories.events, histories.customer_rows()
    weights = settings.taste.weights
    heaviest = max(weights.values())
    by_action = np.zeros(len(ACTION_CODES))
    for action in settings.space.basket_actions:
        by_action[ACTION_CODES[action]] = weights.get(action, 0.0) / max(heaviest, 1e-300)
    codes = [ACTION_CODES[action] for action in settings.space.basket_actions]
    taught = (
        np.isin(events.action, codes)
        & (events.product_row >= 0)
        & (events.trust >= LEAST_TRUST)
        & ~find_cancelled(customer_row, events)
    )
    return Lessons(
        customer_row[taught],
        events.product_row[taught],
        events.time_us[taught],
        by_action[events.action[taught]],
        len(histories),
        n_products,
    )
