"""The reason of one slot: a sentence a customer can read, and the product that caused it."""

from __future__ import annotations

import numpy as np

from penchant import columns as c
from penchant.candidates.assortment import Assortment
from penchant.surfaces.slate import Reason
from penchant.taste.profile import Profile
from penchant.types import Rows

VERBS = {
    c.PURCHASE: "bought {}",
    c.ADD_TO_WISHLIST: "saved {}",
    c.ADD_TO_CART: "put {} into your cart",
}
"""How an action is told; every other one is "looked at"."""


def taste_reasons(assortment: Assortment, profile: Profile, rows: Rows) -> list[Reason]:
    """Name for each product shown the liked product that gave most to its similarity.

    A hidden product may speak for its opposite, but it is never named as the reason.

    Args:
        assortment: All products.
        profile: The customer's taste.
        rows: Shape (n,), the products shown.

    Returns:
        One reason per product, whose share is the sum over all interactions with the product named.
    """
    touched, group = np.unique(profile.events.product_row, return_inverse=True)
    styles = assortment.index.vectors
    likeness = styles[touched].astype(np.float64) @ styles[rows].astype(np.float64).T
    weights = np.bincount(group, profile.weights, len(touched))
    shares = np.where(weights > 0, weights / profile.length, 0.0)[:, None] * likeness
    best = shares.argmax(axis=0)
    return [
        _reason(assortment, profile, shown, int(touched[one]), float(shares[one, number]))
        for number, (shown, one) in enumerate(zip(rows.tolist(), best.tolist(), strict=True))
    ]


def _reason(assortment: Assortment, profile: Profile, shown: int, row: int, share: float) -> Reason:
    if share <= 0:
        return Reason("The nearest there is to your taste")
    mine = np.flatnonzero(profile.events.product_row == row)
    heaviest = mine[profile.weights[mine].argmax()]
    verb = VERBS.get(c.ACTIONS[profile.events.action[heaviest]], "looked at {}")
    if row == shown:
        return Reason("You " + verb.format("this"), assortment.product_ids[row], share)
    text = "Because you " + verb.format(assortment.titles[row])
    return Reason(text, assortment.product_ids[row], share)


def plain_reason(source: str, *, like: str | None = None) -> Reason:
    """Give the reason of a source that does not look at the customer.

    Args:
        source: "visual", "popular" or "newest".
        like: Title of the product that "visual" was asked for.
    """
    texts = {
        "visual": f"Similar to {like}",
        "popular": "Popular in this shop",
        "newest": "New in this shop",
    }
    return Reason(texts[source])
