"""Why not: where on its way to the slate a product fell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from penchant.candidates.assortment import Assortment
from penchant.ranking.ranking import Ranking
from penchant.settings.showing import NOTHING, POPULARITY, RANDOM
from penchant.surfaces.plan import Plan
from penchant.surfaces.serve import Showing, Stage
from penchant.types import Rows

RULES: Mapping[str, str] = {
    "out_of_stock": "it is out of stock",
    "denied": "it is on the shop's deny list",
    "not_allowed": "it is not on the shop's allow list",
    "hidden": "the customer hid it",
    "owned": "the customer owns it",
    "owned_variant": "the customer owns another variant of it",
    "price": "its price is far from what the customer likes",
    "this_product": "it is the product shown",
    "in_cart": "it, a variant of it or its category is in the cart",
    "just_bought": "it or a variant of it was just bought",
    "other_gender": "it is for another gender",
    "other_age_group": "it is for another age group",
    "other_category": "it is of another category",
}
"""What each rule says to people."""


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Where a product fell.

    Attributes:
        customer_id: For whom; None when for anyone.
        product_id: The product asked about.
        surface: Where.
        build_id: From which build.
        verdict: "shown", "removed" by rules, "not_retrieved" by any source, "grouped" behind
            another of its group, "outranked", or kept out by the "policy" of the surface, where
            that is to draw lots or to show nothing.
        rules: Names of the rules that took it out.
        rank: Place among all candidates, 1-based; None when it was not ranked.
        score: What it was ranked by.
        behind: How much more the last product shown by rank scored; <= 0 when it lost its slot to
            variety or to exploring.
        source_ranks: {source: place among all eligible products}, ties at their best place.
        text: One or two sentences for people.
    """

    customer_id: str | None
    product_id: str
    surface: str
    build_id: str
    verdict: str
    rules: tuple[str, ...]
    rank: int | None
    score: float | None
    behind: float | None
    source_ranks: Mapping[str, int]
    text: str

    def to_dict(self) -> dict[str, Any]:
        """Give the trace as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Fall:
    """Where one product fell; the parts of `WhyNot` that do not name anyone."""

    verdict: str
    text: str
    rules: tuple[str, ...] = ()
    rank: int | None = None
    score: float | None = None
    behind: float | None = None


def find_fall(showing: Showing, product_row: int, *, group_row: Rows | None = None) -> Fall:
    """Follow a product through an answer.

    Args:
        showing: The answer.
        product_row: The product.
        group_row: Shape (n_products,), where one product of each group is shown; None: all may be.
    """
    shown = np.flatnonzero(showing.picks.rows == product_row)
    if len(shown):
        return Fall("shown", f"It is shown, in slot {int(shown[0]) + 1}.")
    if showing.policy == NOTHING:
        return Fall("policy", "Nothing is shown here: that is the policy of this surface.")
    rules = showing.eligibility.against(product_row)
    if rules:
        causes = " and ".join(RULES.get(name, name) for name in rules)
        return Fall("removed", f"It may not be shown: {causes}.", rules)
    for stage in showing.stages:
        place = None if stage.by_lot else _place(stage.ranking, product_row)
        if place is not None:
            return _fall_in(stage, showing, product_row, place)
    return _unranked(showing, product_row, group_row)


def _unranked(showing: Showing, product_row: int, group_row: Rows | None) -> Fall:
    if group_row is not None and (group_row[showing.picks.rows] == group_row[product_row]).any():
        return Fall("grouped", "Another product of its group is shown, and one of each group is.")
    if showing.policy == RANDOM:
        return Fall("policy", "Lots are drawn here: that is the policy of this surface. It lost.")
    return Fall("not_retrieved", "No source has it among its best products.")


def _fall_in(stage: Stage, showing: Showing, product_row: int, place: int) -> Fall:
    score = float(stage.ranking.scores[place])
    if _place(stage.kept, product_row) is None:
        text = "Another product of its group ranks higher, and one of each group is shown."
        return Fall("grouped", text, (), place + 1, score)
    own = [step == stage.step for step in showing.steps]
    fixed = np.array(own, bool) & (showing.propensities == 1)
    last = showing.picks.scores[fixed].min(initial=np.inf)
    behind = float(last - score) if np.isfinite(last) else 0.0
    text = f"It ranks {place + 1} of {len(stage.ranking)} candidates, {behind:.3f} behind."
    if showing.policy == POPULARITY:
        text = f"What everybody likes most is shown: that is the policy of this surface. {text}"
    elif behind <= 0:
        text = f"It ranks {place + 1}, but its slot went to variety, a style's share or exploring."
    return Fall("outranked", text, (), place + 1, score, behind)


def source_ranks(
    plan: Plan, showing: Showing, stock: Assortment, product_row: int
) -> dict[str, int]:
    """Give a product's place by each source of the best rung, among all eligible products.

    Args:
        plan: Whose sources.
        showing: Which products were eligible; the product itself is compared in any case.
        stock: All products.
        product_row: The product.
    """
    rows = np.flatnonzero(showing.eligibility.eligible).astype(np.int32)
    itself = np.array([product_row], np.int32)
    return {
        one.name: int((one.scores(rows) > one.scores(itself)[0] + 1e-9).sum()) + 1
        for one in plan.best.used
    }


def _place(ranking: Ranking, product_row: int) -> int | None:
    found = np.flatnonzero(ranking.rows == product_row)
    return int(found[0]) if len(found) else None
