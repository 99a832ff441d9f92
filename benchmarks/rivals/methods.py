"""What is compared: how each method is fitted, and the few settings it is tuned over.

`penchant` is built and asked as any shop is; it weighs its sources by itself, on what it knows.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.rivals.case import Case
from benchmarks.rivals.factors import fit_bpr, fit_cornac_bpr, fit_ials, fit_vbpr
from penchant.candidates.ease import fit_ease
from penchant.candidates.item_knn import fit_item_knn
from penchant.candidates.links import ProductLinks
from penchant.maths.rows import unit_rows
from penchant.maths.topk import top_k
from penchant.settings import EaseSettings, ItemKnnSettings
from penchant.types import Rows, Scores

SHOWN, CHUNK = 20, 512
OURS = "penchant"

Settings = Mapping[str, Any]
Score = Callable[[Rows], Scores]
"""Rows of customers -> scores of all products."""


@dataclass(frozen=True, slots=True)
class Method:
    """One method.

    Attributes:
        fit: On what is known, with settings -> scores.
        grid: Settings to choose from on validation data.
        photos: Whether it needs photos.
    """

    fit: Callable[[Case, Settings], Score]
    grid: Sequence[Settings] = ({},)
    photos: bool = False


def rank(case: Case, score: Score) -> Rows:
    """Rank everything in stock that a customer does not own.

    Args:
        case: What is known.
        score: Of a method.

    Returns:
        Shape (m, SHOWN), aligned with `case.asked`: product rows, best first, -1 where there are
        no more.
    """
    owned, parts = case.matrix(), []
    for first in range(0, len(case.asked), CHUNK):
        rows = case.asked[first : first + CHUNK]
        scores = np.array(score(rows), np.float32)
        scores[:, ~case.in_stock] = -np.inf
        scores[owned[rows].nonzero()] = -np.inf
        parts.append(top_k(scores, SHOWN).rows)
    return np.concatenate(parts)


def ask_ours(case: Case) -> tuple[Rows, dict[str, Any]]:
    """Build our shop and ask it for every customer's homepage.

    Args:
        case: What is known.

    Returns:
        Rows as of `rank`; what each source proposes at most, for the default may change; and the
        seconds of reading the tables and building.
    """
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        shop = case.open_shop(folder=Path(folder) / "ours")
        seconds = time.perf_counter() - start
        found = np.full((len(case.asked), SHOWN), -1, np.int32)
        for place, row in enumerate(case.asked.tolist()):
            slate = shop.recommend(case.customer_ids[row], k=SHOWN, request_id="benchmark")
            found[place, : len(slate.slots)] = case.product_ids.rows(slate.product_ids)
    settings = {"candidates": shop.settings.recommend.candidates}
    return found, {"settings": settings, "fit_seconds": round(seconds, 1)}


def _popularity(case: Case, settings: Settings) -> Score:
    recent = case.age_days <= settings["days"]
    sold = np.bincount(case.product_row[recent], minlength=len(case.product_ids))
    return lambda rows: np.tile(sold.astype(np.float32), (len(rows), 1))


def _plain_mean(case: Case, settings: Settings) -> Score:
    """The weighted mean of raw embeddings: nothing learned, cosine."""
    assert case.photos is not None
    photos = case.photos
    weights = case.matrix(0.5 ** (case.age_days / np.float32(settings["half_life_days"])))
    return lambda rows: unit_rows(weights[rows] @ photos) @ photos.T


def _linked(fit: Callable[..., ProductLinks], kind: type[Any]) -> Callable[..., Score]:
    def fitted(case: Case, settings: Settings) -> Score:
        links = fit(
            case.customer_row,
            case.product_row,
            n_customers=len(case.customer_ids),
            n_products=len(case.product_ids),
            settings=kind(**settings),
        )
        owned = case.matrix()
        return lambda rows: links.scores([owned[[row]].indices for row in rows.tolist()])

    return fitted


KNN = [
    {"customer_power": a, "owned_power": 0.5, "candidate_power": b, "shrinkage": s}
    for a in (0.5, 1.0)
    for b, s in ((0.1, 3.0), (0.2, 10.0), (0.3, 3.0))
]
EASE = [{"customer_power": a, "penalty": p} for a, p in ((0.0, 200.0), (0.5, 100.0), (0.5, 200.0))]
METHODS: Mapping[str, Method] = {
    "popularity": Method(_popularity, [{"days": 10_000}, {"days": 30}]),
    "plain weighted mean": Method(
        _plain_mean, [{"half_life_days": days} for days in (30, 120, 10_000)], photos=True
    ),
    "item-kNN": Method(_linked(fit_item_knn, ItemKnnSettings), KNN),
    "EASE": Method(_linked(fit_ease, EaseSettings), EASE),
    "iALS (implicit)": Method(
        fit_ials,
        [
            {"factors": f, "alpha": a, "regularization": r}
            for f, a, r in ((64, 5, 0.1), (64, 20, 1), (128, 20, 1), (256, 20, 1), (256, 20, 10))
        ],
    ),
    "BPR (implicit)": Method(
        fit_bpr,
        [
            {"factors": 64, "learning_rate": a, "regularization": r, "iterations": n}
            for a, r, n in (
                (0.01, 0.01, 100),
                (0.01, 0.05, 300),
                (0.05, 0.05, 30),
                (0.05, 0.1, 100),
            )
        ],
    ),
    "BPR (cornac)": Method(
        fit_cornac_bpr,
        [
            {"k": k, "learning_rate": 0.05, "lambda_reg": r, "max_iter": n}
            for k, r, n in ((64, 0.01, 100), (64, 0.01, 300), (64, 0.05, 100), (128, 0.02, 300))
        ],
    ),
    "VBPR (cornac)": Method(
        fit_vbpr,
        [
            {"k": 64, "k2": 64, "n_epochs": 15, "learning_rate": a, "lambda_w": w, "lambda_e": e}
            for a, w, e in ((0.01, 30, 1e5), (0.01, 10, 1e6), (0.02, 30, 1e6))
        ],
        photos=True,
    ),
}
"""The same purchases, products and owned sets for all; 10,000 days: no decay, or all time."""
