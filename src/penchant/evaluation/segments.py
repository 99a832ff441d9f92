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


Segments = Mapping[tuple[str, str], Mask]
"""(name, who or what belongs to it) -> which customers, or which products."""


def customer_segments(asked: Asked) -> Segments:
    """Part the customers who were asked.

    Args:
        asked: What was shown to whom.

    Returns:
        Shape (n_customers,) each: cold, thin and warm by the interactions known at the cut; one
        style or several, of those with a profile.
    """
    shop, n = asked.shop, len(asked.customer_ids)
    known, styles = np.zeros(n, np.int64), np.zeros(n, np.int64)
    for place, name in enumerate(asked.customer_ids):
        customer = shop.customer(name)
        known[place], styles[place] = len(customer.history), len(customer.styles)
    return MappingProxyType(
        {
            ("cold", f"customers with at most {COLD} interactions"): known <= COLD,
            ("thin", "customers in between"): (known > COLD) & (known < WARM),
            ("warm", f"customers with at least {WARM} interactions"): known >= WARM,
            ("one style", "customers with one style"): styles == 1,
            ("several styles", "customers with more than one"): styles > 1,
        }
    )


def product_segments(asked: Asked) -> Segments:
    """Part the products.

    Args:
        asked: What was shown to whom.

    Returns:
        Shape (n_products,) each: those nobody had bought by the cut and the others; the categories
        that most was bought of afterwards.
    """
    shop = asked.shop
    new = unsold(shop)
    found = {
        ("new products", "nobody had bought them by the cut"): new,
        ("known products", "somebody had bought them by the cut"): ~new,
    }
    labels = shop.build.products[c.CATEGORY].to_numpy()
    bought = shop.build.products[c.CATEGORY].gather(asked.truth.product_row).drop_nulls()
    most = bought.value_counts(sort=True)[c.CATEGORY].head(CATEGORIES)
    named = {(name, "a category of products"): labels == name for name in most}
    return MappingProxyType(found | named)


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
    return np.asarray(np.bincount(bought, minlength=len(shop.build.products)) == 0)
