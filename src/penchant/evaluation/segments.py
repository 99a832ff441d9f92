"""Segments: parts of the customers, or of what they bought, that are looked at by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from penchant import columns as c
from penchant.engine import Shop
from penchant.evaluation.asking import Asked
from penchant.types import Mask

COLD, WARM = 2, 10
"""Interactions a cold customer has at most, and a warm one at least; a thin one lies between."""

CATEGORIES = 6
"""Categories that are looked at: those most was bought of."""


def customer_segments(asked: Asked) -> Mapping[str, Mask]:
    """Part the customers who were asked.

    Args:
        asked: What was shown to whom.

    Returns:
        Name -> shape (n_customers,): cold, thin and warm by the interactions known at the cut; one
        style or several, of those with a profile.
    """
    shop, n = asked.shop, len(asked.customer_ids)
    known, styles = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for place, name in enumerate(asked.customer_ids):
        customer = shop.customer(name)
        known[place], styles[place] = len(customer.history), len(customer.styles)
    return MappingProxyType(
        {
            f"cold: at most {COLD} interactions": known <= COLD,
            "thin": (known > COLD) & (known < WARM),
            f"warm: at least {WARM} interactions": known >= WARM,
            "one style": styles == 1,
            "several styles": styles > 1,
        }
    )


def product_segments(asked: Asked) -> Mapping[str, Mask]:
    """Part the products.

    Args:
        asked: What was shown to whom.

    Returns:
        Name -> shape (n_products,): those nobody had bought by the cut and the others; the
        categories that most was bought of afterwards.
    """
    shop = asked.shop
    new = unsold(shop)
    found = {"products never bought before": new, "products bought before": ~new}
    labels = shop.build.products[c.CATEGORY].to_numpy()
    bought = shop.build.products[c.CATEGORY].gather(asked.truth.product_row).drop_nulls()
    most = bought.value_counts(sort=True)[c.CATEGORY].head(CATEGORIES)
    return MappingProxyType(found | {f"category {name}": labels == name for name in most})


def unsold(shop: Shop) -> Mask:
    """Tell which products nobody had bought.

    Args:
        shop: As it was at the cut.

    Returns:
        Shape (n_products,).
    """
    events = shop.build.histories.events
    bought = events.product_row[
        (events.action == c.ACTIONS.index(c.PURCHASE)) & (events.product_row >= 0)
    ]
    return np.bincount(bought, minlength=len(shop.build.products)) == 0
