"""The reason of one slot: a sentence a customer can read, and the product that caused it."""

from __future__ import annotations

import numpy as np

from penchant import columns as c
from penchant.candidates.assortment import Assortment
from penchant.surfaces.slate import Reason
from penchant.taste.profile import Profile

VERBS = {
    c.PURCHASE: "bought {}",
    c.ADD_TO_WISHLIST: "saved {}",
    c.ADD_TO_CART: "put {} into your cart",
}
"""How an action is told; every other one is "looked at"."""


def taste_reason(assortment: Assortment, profile: Profile, product_row: int) -> Reason:
    """Name the touched product that gave most to a similarity.

    Args:
        assortment: All products.
        profile: The customer's taste.
        product_row: The product shown.

    Returns:
        A reason whose share is the sum over all interactions with the product named.
    """
    styles = assortment.index.vectors
    shares = profile.shares(styles, styles[product_row])
    rows, group = np.unique(profile.events.product_row, return_inverse=True)
    sums = np.bincount(group, shares)
    best = int(sums.argmax())
    if sums[best] <= 0:
        return Reason("The nearest there is to your taste")
    mine = np.flatnonzero(group == best)
    heaviest = mine[np.abs(profile.weights[mine]).argmax()]
    verb = VERBS.get(c.ACTIONS[profile.events.action[heaviest]], "looked at {}")
    row = int(rows[best])
    text = "Because you " + verb.format(assortment.titles[row])
    return Reason(text, assortment.product_ids[row], float(sums[best]))


def plain_reason(source: str, *, like: str | None = None) -> Reason:
    """Give the reason of a source that does not look at the customer.

    Args:
        source: "visual", "popular" or "newest".
        like: Title of the product that "visual" was asked for.
    """
    texts = {
        "visual": f"Looks like {like}",
        "popular": "Popular in this shop",
        "newest": "New in this shop",
    }
    return Reason(texts[source])
