"""The reason of one slot: a sentence a customer can read, and the product that caused it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from penchant import columns as c
from penchant.candidates.assortment import Assortment
from penchant.maths.distinct import summed
from penchant.ranking.groups import BOOST
from penchant.settings import showing as s
from penchant.surfaces.plan import Plan
from penchant.surfaces.serve import PINNED, Showing
from penchant.surfaces.slate import Reason
from penchant.surfaces.visitor import Visitor
from penchant.taste.profile import Profile
from penchant.types import Rows

VERBS = {
    c.PURCHASE: "bought {}",
    c.ADD_TO_WISHLIST: "saved {}",
    c.ADD_TO_CART: "put {} into your cart",
}
"""How an action is told; every other one is "looked at"."""

PLAIN: Mapping[str, str] = {
    s.RECENT: "You looked at this lately",
    s.POPULAR: "Popular in this shop",
    s.TRENDING: "Popular these days",
    s.NEWEST: "Among the newest in this shop",
    s.RANDOM: "Drawn by lot",
    PINNED: "Picked by the shop",
    BOOST: "From a collection the shop features",
}
"""What is said of a source that does not look at single products."""

ALIKE = "Popular with customers like you"
"""What is said of a popular product that a customer's segment likes more than the shop does."""

UNDATED = "More from this shop"
"""What is said of the newest products where nobody knows how new they are."""

ABOUT: Mapping[str, str] = {
    s.SIMILAR: "Similar to {}",
    s.COLLABORATIVE: "Chosen by customers who also chose {}",
    s.COMPLEMENTS: "Goes well with {}",
    s.PAIRINGS: "Often chosen with things like {}",
}
"""What is said of a source that starts from products."""


def make_reasons(showing: Showing, plan: Plan, stock: Assortment, visitor: Visitor) -> list[Reason]:
    """Give one reason per product shown, from the source that lifted it most.

    Args:
        showing: What was chosen.
        plan: What was asked for.
        stock: All products.
        visitor: Who is looking.
    """
    told: dict[int, Reason] = {}
    for source, own in _by_source(showing).items():
        if source == s.VISUAL and visitor.profile is not None:
            reasons = taste_reasons(stock, visitor.profile, np.array(own, np.int32))
        elif source in ABOUT and len(plan.seeds):
            reasons = _reasons_about(source, np.array(own, np.int32), plan.seeds, stock)
        else:
            segment = visitor.segment if showing.policy == s.RECIPE else -1
            reasons = [Reason(_plain(source, one, stock, segment)) for one in own]
        told.update(zip(own, reasons, strict=True))
    return [told[row] for row in showing.picks.rows.tolist()]


def _by_source(showing: Showing) -> dict[str, list[int]]:
    """Give the products each source lifted."""
    found: dict[str, list[int]] = {}
    for source, row in zip(showing.lifted_by, showing.picks.rows.tolist(), strict=True):
        found.setdefault(source, []).append(row)
    return found


def _plain(source: str, row: int, stock: Assortment, segment: int) -> str:
    """Say what a source says of a product, and no more than is true of it."""
    if source == s.POPULAR and segment >= 0:
        popularity = stock.popularity
        more = popularity.by_segment[segment, row] > popularity.overall[row] * (1 + 1e-6)
        return ALIKE if more else PLAIN[source]
    if source == s.NEWEST and stock.created_us[row] == np.iinfo(np.int64).min:
        return UNDATED
    return PLAIN.get(source, "Matches what you like")


def _reasons_about(source: str, rows: Rows, seeds: Rows, stock: Assortment) -> list[Reason]:
    """Name for each product the seed that speaks most for it."""
    causes = seeds[_spoken_for(source, rows, seeds, stock).argmax(axis=0)].tolist()
    text = ABOUT[source]
    return [Reason(text.format(stock.titles[one]), stock.product_ids[one]) for one in causes]


def _spoken_for(
    source: str, rows: Rows, seeds: Rows, stock: Assortment
) -> NDArray[np.floating[Any]]:
    """Give what each seed says for each product, shape (n_seeds, n)."""
    if source == s.SIMILAR:
        return np.asarray(stock.index.vectors[seeds] @ stock.index.vectors[rows].T)
    if source == s.COLLABORATIVE:
        return stock.links.between(seeds, rows)
    if source == s.PAIRINGS and stock.pairings is not None:
        return np.asarray(stock.pairings.owned[seeds] @ stock.pairings.candidates[rows].T)
    return stock.complements.between(seeds, rows)


def taste_reasons(stock: Assortment, profile: Profile, rows: Rows) -> list[Reason]:
    """Name for each product shown the liked product that gave most to its similarity.

    A hidden product may speak for its opposite, but it is never named as the reason; and nothing
    is where the taste as a whole points away.

    Args:
        stock: All products.
        profile: The customer's taste.
        rows: Shape (n,), the products shown.

    Returns:
        One reason per product, whose share is the sum over all interactions with the product named.
    """
    touched, weights = summed(profile.events.product_row, profile.weights)
    styles = stock.index.vectors
    likeness = styles[touched].astype(np.float64) @ styles[rows].astype(np.float64).T
    shares = np.where(weights > 0, weights / profile.length, 0.0)[:, None] * likeness
    best = shares.argmax(axis=0).tolist()
    near = (weights @ likeness > 0).tolist()
    causes = {one: _cause_of_taste(stock, profile, int(touched[one])) for one in set(best)}
    return [
        _reason(causes[one], shown, float(shares[one, number]) if near[number] else 0.0)
        for number, (shown, one) in enumerate(zip(rows.tolist(), best, strict=True))
    ]


@dataclass(frozen=True, slots=True)
class _Cause:
    """A liked product that speaks for others: what was done with it, its title and id."""

    row: int
    verb: str
    title: str
    product_id: str


def _cause_of_taste(stock: Assortment, profile: Profile, row: int) -> _Cause:
    mine = np.flatnonzero(profile.events.product_row == row)
    heaviest = mine[profile.weights[mine].argmax()]
    verb = VERBS.get(c.ACTIONS[profile.events.action[heaviest]], "looked at {}")
    return _Cause(row, verb, stock.titles[row], stock.product_ids[row])


def _reason(cause: _Cause, shown: int, share: float) -> Reason:
    if share <= 0:
        return Reason("The nearest there is to your taste")
    if cause.row == shown:
        return Reason("You " + cause.verb.format("this"), cause.product_id, share)
    return Reason("Because you " + cause.verb.format(cause.title), cause.product_id, share)
