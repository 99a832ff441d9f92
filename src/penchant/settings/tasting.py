"""Settings of tasting: how interactions become a profile."""

from __future__ import annotations

import math
from dataclasses import dataclass

from penchant import columns as c
from penchant.errors import InputError
from penchant.settings.knobs import Checked, Weighting, check_type, knob


@dataclass(frozen=True, slots=True)
class TasteSettings(Checked):
    """How interactions become a profile."""

    weights: Weighting = knob(
        {
            c.PURCHASE: 10.0,
            c.ADD_TO_WISHLIST: 5.0,
            c.ADD_TO_CART: 3.0,
            c.VIEW: 1.0,
            c.CLICK: 0.5,
            c.HIDE: -5.0,
        },
        "Weight of one interaction; 0 ignores an action, hide is the only negative one.",
        keys=(c.PURCHASE, c.ADD_TO_WISHLIST, c.ADD_TO_CART, c.VIEW, c.CLICK, c.HIDE),
    )
    half_life_days: float = knob(30.0, "Days after which an interaction counts half.", above=0)
    half_life_by_action: Weighting = knob(
        {}, "Days per action, where it differs from half_life_days.", above=0, keys=c.ACTIONS
    )
    half_life_by_category: Weighting = knob(
        {}, "Days per product category; wins over the two above.", above=0
    )
    min_interactions: int = knob(
        3, "Different usable products a customer needs for a profile.", at_least=1
    )

    def __post_init__(self) -> None:
        """Check that weights are finite, and that none but that of `hide` is negative."""
        Checked.__post_init__(self)
        for action, weight in self.weights.items():
            check_type(f"weights.{action}", weight, float)
            low, high = (-math.inf, 0.0) if action == c.HIDE else (0.0, math.inf)
            if not low <= weight <= high or math.isinf(weight):
                side = "<= 0" if action == c.HIDE else ">= 0"
                raise InputError(f"weights.{action} is {weight:g}, must be {side} and finite.")
