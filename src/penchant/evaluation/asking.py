"""Asking: what a shop would have shown customers at the cut, and what simpler rankings would."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from penchant import columns as c
from penchant.engine import Shop
from penchant.errors import InputError
from penchant.evaluation.cut import Cut
from penchant.evaluation.lists import Truth
from penchant.evaluation.rankers import Ranker
from penchant.in_memory import shop_of
from penchant.maths.seeds import derived_rng
from penchant.maths.threads import one_thread
from penchant.maths.topk import top_k
from penchant.recommender import Answer
from penchant.settings import EvaluationSettings
from penchant.settings.showing import HOMEPAGE
from penchant.surfaces.request import Request
from penchant.types import Mask, Rows, Scores

SERVED = "penchant"
"""The name of what the shop itself shows."""

NOT_AGAIN = ("owned", "owned_variant", "hidden")
"""Rules under which a purchase is of something nobody could be shown."""

CELLS = 4_000_000
"""Scores held at a time."""

Slates = NDArray[np.int32]
"""Shape (n_customers, k): product rows in the order they are shown, -1 where fewer came."""

Progress = Callable[[int, int], None]
"""Told (customers asked, customers in all)."""


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """What every customer would have been shown, by each way of ranking.

    Attributes:
        shop: As it was at the cut.
        customer_ids: Those asked: who bought something after the cut that they could be shown.
        truth: What each of them bought, product rows of the shop.
        shown: Name of a ranking -> its slates, the shop's own first.
        not_again: Purchases after the cut of what the customer owned or hid by then, or of another
            color of it: nobody may be shown them, so they do not count.
    """

    shop: Shop
    customer_ids: tuple[str, ...]
    truth: Truth
    shown: Mapping[str, Slates]
    not_again: int


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    names: list[str]
    wanted: list[Rows]
    answers: list[Answer]
    not_again: int


def open_at(cut: Cut) -> Shop:
    """Build the shop of a cut; its homepage explores nothing, so that chance decides nothing.

    Args:
        cut: Of `cut_at`.
    """
    settings = cut.known.settings
    steady = replace(settings, homepage=replace(settings.homepage, explore=0.0))
    return shop_of(replace(cut.known, settings=steady))


def ask(
    shop: Shop,
    taken: pl.DataFrame,
    rankers: Sequence[Ranker],
    settings: EvaluationSettings,
    *,
    on_progress: Progress | None = None,
) -> Asked:
    """Fill the homepage of customers who bought something later, and rank by other means.

    All rankings choose from the same products of each customer: those the shop's rules allow.
    Equal scores are put in order by chance, another for each customer.

    Args:
        shop: As it was at the cut.
        taken: Columns customer_id, product_id: what was bought afterwards.
        rankers: Other ways of ranking.
        settings: How many products and customers; the seed.
        on_progress: Told how far it is.

    Raises:
        InputError: if nobody is left to ask.
    """
    wanted = _chosen(shop, taken, settings)
    names, step = list(wanted), max(1, CELLS // len(shop.build.products))
    parts: list[_Part] = []
    slates: dict[str, list[Slates]] = {SERVED: [], **{one.name: [] for one in rankers}}
    with one_thread():
        for first in range(0, len(names), step):
            some = {name: wanted[name] for name in names[first : first + step]}
            part = _serve(shop, some, settings.k)
            parts.append(part)
            picks = [one.showing.picks.rows for one in part.answers]
            slates[SERVED].append(_padded(picks, settings.k))
            for name, found in _ranked(shop, part, rankers, settings).items():
                slates[name].append(found)
            if on_progress:
                on_progress(min(first + step, len(names)), len(names))
    asked = tuple(name for part in parts for name in part.names)
    if not asked:
        raise InputError(
            "No customer bought anything after the cut that could have been shown before: hide "
            "more days ([evaluation] days), or wait for more purchases."
        )
    truth = Truth.from_lists([rows for part in parts for rows in part.wanted])
    shown = {name: np.concatenate(found) for name, found in slates.items()}
    return Asked(shop, asked, truth, shown, sum(part.not_again for part in parts))


def best_of(
    scores: Scores,
    allowed: Mask,
    orders: NDArray[np.integer],
    k: int,
    group_row: Rows | None = None,
) -> Slates:
    """Give the k best products of each customer; equal scores stand in an order of their own.

    Args:
        scores: Shape (n, n_products), finite.
        allowed: Of the same shape.
        orders: Of the same shape, a permutation of the products for each customer.
        k: How many.
        group_row: Shape (n_products,); only the best of each group counts. None: all do.

    Example:
        >>> best_of(np.zeros((1, 3)), np.array([[True, True, False]]), np.array([[2, 1, 0]]), 3)
        array([[ 1,  0, -1]], dtype=int32)
    """
    masked = np.where(allowed, scores, -np.inf).astype(np.float32)
    shuffled = np.take_along_axis(masked, orders, axis=1)
    depth = k if group_row is None else min(k * int(np.bincount(group_row).max()), scores.shape[1])
    found = top_k(shuffled, depth).rows
    rows = np.where(found >= 0, np.take_along_axis(orders, np.maximum(found, 0), axis=1), -1)
    return _padded([_first_of_each(row[row >= 0], group_row)[:k] for row in rows], k)


def _first_of_each(rows: Rows, group_row: Rows | None) -> Rows:
    if group_row is None:
        return rows
    first = np.unique(group_row[rows], return_index=True)[1]
    return rows[np.sort(first)]


def _chosen(shop: Shop, taken: pl.DataFrame, settings: EvaluationSettings) -> dict[str, Rows]:
    """Give what customers bought, of as many customers as are asked, sorted by name."""
    by_name = taken.group_by(c.CUSTOMER_ID, maintain_order=True).agg(c.PRODUCT_ID)
    if len(by_name) > settings.customers:
        rng = derived_rng(settings.seed, "customers")
        by_name = by_name[np.sort(rng.permutation(len(by_name))[: settings.customers])]
    wanted: dict[str, Rows] = {}
    for name, product_ids in by_name.sort(c.CUSTOMER_ID).iter_rows():
        rows = [shop.build.product_ids.find(one) for one in product_ids]
        wanted[name] = np.array(sorted(row for row in rows if row is not None), np.int32)
    return wanted


def _serve(shop: Shop, wanted: Mapping[str, Rows], k: int) -> _Part:
    """Answer customers; those who bought nothing that may be shown are passed over."""
    part, not_again = _Part([], [], [], 0), 0
    for name, rows in wanted.items():
        request = shop.visits.request(
            name, surface=HOMEPAGE, k=k, as_of_us=shop.moment(None), request_id="evaluation"
        )
        answer = shop.recommender.answer(request)
        barred = np.zeros(len(rows), bool)
        for rule in answer.showing.eligibility.rules:
            if rule.name in NOT_AGAIN:
                barred |= rule.removes(rows)
        not_again += int(np.count_nonzero(barred))
        if not barred.all():
            part.names.append(name)
            part.wanted.append(rows[~barred])
            part.answers.append(answer)
    return replace(part, not_again=not_again)


def _ranked(
    shop: Shop, part: _Part, rankers: Sequence[Ranker], settings: EvaluationSettings
) -> dict[str, Slates]:
    """Rank what each customer may be shown by other means."""
    n_products = len(shop.build.products)
    requests: list[Request] = [one.request for one in part.answers]
    allowed = np.zeros((len(requests), n_products), bool)
    orders = np.zeros((len(requests), n_products), np.int32)
    for place, (name, answer) in enumerate(zip(part.names, part.answers, strict=True)):
        allowed[place] = answer.showing.eligibility.eligible
        orders[place] = derived_rng(settings.seed, "ties", name).permutation(n_products)
    one_each = shop.settings.recommend.one_per_group
    groups = shop.assortment.group_row if one_each else None
    return {
        one.name: best_of(one.score(requests), allowed, orders, settings.k, groups)
        for one in rankers
    }


def _padded(lists: Sequence[Rows], k: int) -> Slates:
    padded = np.full((len(lists), k), -1, np.int32)
    for place, rows in enumerate(lists):
        padded[place, : len(rows)] = rows
    return padded
