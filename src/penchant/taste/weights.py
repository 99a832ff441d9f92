"""What each interaction weighs: action weight x recency x trust, zero where it does not count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.maths.decay import age_in_days, halved
from penchant.settings import TasteSettings
from penchant.taste.cancel import find_cancelled
from penchant.taste.histories import History
from penchant.types import Mask, Rows, Weights


@dataclass(frozen=True, eq=False)
class Weigher:
    """The weights of interactions under one shop's settings and catalogue.

    Attributes:
        action_weights: Shape (n_actions,), by place in `columns.ACTIONS`.
        half_life_days: Shape (n_actions,), by place in `columns.ACTIONS`.
        product_half_life_days: Shape (n_products,), NaN where the action decides; None: always.
        placed: Shape (n_products,), which products have a style vector.
    """

    action_weights: NDArray[np.float64]
    half_life_days: NDArray[np.float64]
    product_half_life_days: NDArray[np.float64] | None
    placed: Mask

    @classmethod
    def from_settings(
        cls,
        settings: TasteSettings,
        placed: Mask,
        *,
        categories: tuple[str | None, ...] | None = None,
    ) -> Weigher:
        """Read weights and half-lives out of settings.

        Args:
            settings: Weights per action, half-lives per action and category.
            placed: Shape (n_products,), which products have a style vector.
            categories: One per product, for half-lives per category.
        """
        actions = c.ACTIONS
        by_category = settings.half_life_by_category
        return cls(
            np.array([settings.weights.get(action, 0.0) for action in actions]),
            np.array(
                [settings.half_life_by_action.get(a, settings.half_life_days) for a in actions]
            ),
            np.array([by_category.get(name or "", np.nan) for name in categories])
            if by_category and categories
            else None,
            placed,
        )

    def weigh(
        self,
        events: History,
        as_of_us: int,
        *,
        customer_row: Rows | None = None,
        cancelled: Mask | None = None,
    ) -> Weights:
        """Give the weight of each interaction.

        weight = action weight * 0.5 ** (age / half-life) * trust

        Zero for what was taken back by `as_of_us`, for products without a style vector, and for
        what lies after `as_of_us`: nothing later than that changes the answer.

        Args:
            events: Oldest first within a customer.
            as_of_us: Reference time, microseconds since 1970 UTC.
            customer_row: Shape (n,), aligned; absent: all of one customer.
            cancelled: Shape (n,), what was taken back by `as_of_us`, if it is known already.

        Returns:
            Shape (n,), float64, aligned; negative only for `hide`.
        """
        if not len(self.placed):
            return np.zeros(len(events))
        customers = np.zeros(len(events), np.int32) if customer_row is None else customer_row
        age = age_in_days(events.time_us, as_of_us)
        past = age >= 0
        if cancelled is None:
            cancelled = _taken_back(customers, events, past)
        counts = self._placed_or_not[events.product_row] & past & ~cancelled
        recency = halved(np.maximum(age, 0.0), self._half_lives(events))
        weights = self.action_weights[events.action] * recency * events.trust
        return np.asarray(weights * counts)

    @cached_property
    def _placed_or_not(self) -> Mask:
        """`placed` with one more at the end, where -1 finds that nothing is placed there."""
        return np.append(self.placed, False)

    def _half_lives(self, events: History) -> NDArray[np.float64]:
        by_action: NDArray[np.float64] = self.half_life_days[events.action]
        if self.product_half_life_days is None:
            return by_action
        by_product = self.product_half_life_days[events.product_row]
        return np.where(np.isnan(by_product), by_action, by_product)


def _taken_back(customer_row: Rows, events: History, past: Mask) -> Mask:
    """Tell what was taken back among the past interactions; what comes later is not known yet."""
    if past.all():
        return find_cancelled(customer_row, events)
    cancelled = np.zeros(len(events), bool)
    cancelled[past] = find_cancelled(customer_row[past], events.take(past))
    return cancelled
