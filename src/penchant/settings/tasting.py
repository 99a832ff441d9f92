"""Settings of tasting: how interactions become a profile, verdicts and styles."""

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


@dataclass(frozen=True, slots=True)
class TrustSettings(Checked):
    """Which interactions tell little of the customer's own taste, and how much is left of them."""

    gift_orders: bool = knob(True, "Gift orders tell nothing of taste; false counts them in full.")
    bulk: bool = knob(True, "More on one day than a person does counts as the caps below.")
    purchases_a_day: int = knob(
        10, "Purchases of one day above this share the trust of so many.", at_least=1
    )
    others_a_day: int = knob(200, "The same for all other interactions of one day.", at_least=1)
    outliers: bool = knob(True, "One-off products unlike all a customer likes count less.")
    outlier_trust: float = knob(0.2, "Trust left to a one-off product.", at_least=0, at_most=1)
    min_products: int = knob(
        8, "Different liked products a customer needs before any is a one-off.", at_least=2
    )
    max_products: int = knob(
        2000, "With more than this it is no person's taste, and none is a one-off.", at_least=2
    )
    nearest_part: float = knob(
        0.2,
        "Part of the customer's other products, the most similar, a product is compared with.",
        above=0,
        at_most=1,
    )
    stranger_part: float = knob(
        0.5, "A one-off is less alike than this part of strangers' products.", at_least=0, at_most=1
    )
    spreads: float = knob(
        1.5, "And so many robust standard deviations below the customer's others.", at_least=0
    )
    max_days: int = knob(2, "A product touched on more days is no one-off.", at_least=1)


@dataclass(frozen=True, slots=True)
class StyleSettings(Checked):
    """When groups of a customer's products are several styles; in doubt there is one."""

    max_styles: int = knob(5, "Styles of one customer at most.", at_least=1, at_most=100)
    min_products: int = knob(3, "Different products a style needs.", at_least=1)
    min_share: float = knob(
        0.15, "Share of the customer's different products a style needs.", at_least=0, at_most=1
    )
    apart: float = knob(
        0.2,
        "Two groups are apart when the mean cosine between them is below this part of the way from "
        "strangers' products (0) to products of one customer (1).",
    )
    together: float = knob(
        0.5, "A group holds together when its mean cosine is above this part of the way."
    )
    max_products: int = knob(
        300, "So many products, the heaviest, decide; others join the nearest style.", at_least=2
    )
