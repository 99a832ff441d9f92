"""Reporting: from what was shown and bought to the rows of a report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np

from penchant import columns as c
from penchant.evaluation.accuracy import ceiling, per_customer
from penchant.evaluation.asking import SERVED, Asked, Slates
from penchant.evaluation.beyond_accuracy import Offer, beyond
from penchant.evaluation.evaluate import Evaluation
from penchant.evaluation.intervals import holm, mean_interval, p_value
from penchant.evaluation.lists import Truth
from penchant.evaluation.rankers import IN_CATEGORY, POPULAR, TRENDING
from penchant.evaluation.report_values import (
    BASELINE,
    POPULARITY,
    SHOP,
    BeyondRow,
    MethodRow,
    Report,
    SegmentRow,
)
from penchant.evaluation.segments import customer_segments, product_segments, unsold
from penchant.evaluation.wins import find_examples
from penchant.settings_file import settings_to_dict
from penchant.types import Mask

MAIN = "ndcg"
"""The metric that decides: it knows what was found, and how far up."""


LEFT_OUT = {
    "given_back": "given back",
    "not_own": "gifts or more than a person buys in a day",
    "refused": "of customers who refused personalisation",
}
KNOWN_AT_THE_CUT = (
    "One cut in time for everybody: all that ranks was learned from what came before it. What is "
    "not dated (consent, prices, attributes) is as today, nothing counts as out of stock, and no "
    "slot explores."
)
NO_FORECAST = (
    "These figures put ways of ranking in order. They do not foretell how many customers will "
    "click or buy: what they were shown in the past shaped what they bought."
)


def make_report(evaluation: Evaluation, *, shop_name: str) -> Report:
    """Say how well a shop would have foretold what was bought.

    Args:
        evaluation: Of `evaluate`.
        shop_name: For people.
    """
    cut, asked, k = evaluation.cut, evaluation.asked, evaluation.k
    methods = method_rows(asked.shown, asked.truth, k)
    best = ceiling(asked.truth, k=k).by_name()
    return Report(
        shop=shop_name,
        build_id=evaluation.inputs.build_id,
        as_of=evaluation.inputs.as_of.isoformat(),
        cut=cut.at.isoformat(),
        until=cut.until.isoformat(),
        k=k,
        counts=_counts(evaluation),
        methods=methods,
        ceiling={name: mean_interval(values).value for name, values in best.items()},
        segments=_segments(asked, k),
        beyond=_beyond(asked, k),
        examples=find_examples(asked),
        notes=_notes(evaluation),
        settings=settings_to_dict(evaluation.inputs.settings),
        headline=MAIN,
    )


def method_rows(shown: Mapping[str, Slates], truth: Truth, k: int) -> tuple[MethodRow, ...]:
    """Measure every ranking, and by how much the shop's own leads it.

    Args:
        shown: Name of a ranking -> its slates.
        truth: What was bought.
        k: Products that count.
    """
    found = {name: per_customer(rows, truth, k=k).by_name() for name, rows in shown.items()}
    own = found[SERVED]
    return tuple(
        MethodRow(
            name,
            _kind(name),
            {key: mean_interval(one) for key, one in values.items()},
            {key: mean_interval(own[key] - one) for key, one in values.items() if name != SERVED},
        )
        for name, values in found.items()
    )


def _kind(name: str) -> Literal["shop", "popularity", "baseline"]:
    if name == SERVED:
        return SHOP
    return POPULARITY if name in (POPULAR, TRENDING, IN_CATEGORY) else BASELINE


def _counts(evaluation: Evaluation) -> dict[str, int]:
    asked, left_out = evaluation.asked, evaluation.cut.left_out
    bought = evaluation.cut.taken[c.CUSTOMER_ID]
    return {
        "customers": len(asked.customer_ids),
        "hidden": len(asked.truth.product_row),
        "products": int(asked.shop.recommender.open_to_all.eligible.sum()),
        "impossible": left_out["new_product"],
        "repeats": asked.not_again,
        "without_purchases": len(set(asked.shop.build.customer_ids) - set(bought)),
    }


def _notes(evaluation: Evaluation) -> tuple[str, ...]:
    asked, left_out, k = evaluation.asked, evaluation.cut.left_out, evaluation.k
    own = per_customer(asked.shown[SERVED], asked.truth, k=k).ndcg
    others = [name for name in asked.shown if name != SERVED]
    gaps = [own - per_customer(asked.shown[name], asked.truth, k=k).ndcg for name in others]
    chances = holm(np.array([p_value(gap) for gap in gaps]))
    beaten = [
        name
        for name, gap, chance in zip(others, gaps, chances.tolist(), strict=True)
        if chance < 0.05 and gap.mean() > 0
    ]
    gone = ", ".join(f"{n} {LEFT_OUT[why]}" for why, n in left_out.items() if why in LEFT_OUT)
    return (
        f"All comparisons together (Holm, 5 %): clearly better than {_listed(beaten)}.",
        KNOWN_AT_THE_CUT,
        f"Left out of the purchases after the cut: {gone}.",
        NO_FORECAST,
    )


def _listed(names: list[str]) -> str:
    return ", ".join(names) if names else "none"


def _segments(asked: Asked, k: int) -> tuple[SegmentRow, ...]:
    truth = asked.truth
    parts = {
        **{one: mask[truth.customer_row] for one, mask in customer_segments(asked).items()},
        **{one: mask[truth.product_row] for one, mask in product_segments(asked).items()},
    }
    return tuple(
        SegmentRow(name, about, method_rows(asked.shown, _only(truth, mask), k))
        for (name, about), mask in parts.items()
        if mask.any()
    )


def _only(truth: Truth, which: Mask) -> Truth:
    """Keep some of what was bought; who bought none of that stays, without any."""
    rows = truth.customer_row[which]
    return Truth.from_pairs(rows, truth.product_row[which], n_customers=len(truth))


def _beyond(asked: Asked, k: int) -> tuple[BeyondRow, ...]:
    offer, before = _offer(asked), _before(asked)
    found = {
        name: beyond(rows, offer, before=before, k=k).by_name()
        for name, rows in asked.shown.items()
    }
    return tuple(
        BeyondRow(name, {key: mean_interval(one) for key, one in values.items()})
        for name, values in found.items()
    )


def _offer(asked: Asked) -> Offer:
    build = asked.shop.build
    events, rows = build.histories.events, build.histories.customer_rows()
    there = events.product_row >= 0
    pairs = np.unique(np.stack([rows[there], events.product_row[there]]), axis=1)
    return Offer(
        eligible=asked.shop.recommender.open_to_all.eligible,
        styles=build.styles,
        touched=np.bincount(pairs[1], minlength=len(build.products)),
        n_customers=max(1, len(np.unique(pairs[0]))),
        new=unsold(asked.shop),
    )


def _before(asked: Asked) -> Truth:
    """Give what each customer had touched."""
    rows = [asked.shop.customer(name).history.product_row for name in asked.customer_ids]
    return Truth.from_lists([np.unique(one[one >= 0]) for one in rows])
