"""Ranking metrics over every eligible product: recall, NDCG and AUC per customer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.maths.topk import top_k
from penchant.types import Rows


@dataclass(frozen=True, slots=True, eq=False)
class RankingScores:
    """Metrics of each customer, aligned.

    Attributes:
        recall: {k: shape (n_customers,)}, hidden products found among the k best / hidden products.
        ndcg: {k: shape (n_customers,)}, binary relevance, 1 for all hidden products in front.
        auc: Shape (n_customers,), chance that a hidden product is ranked above another eligible
            one; ties count half.
    """

    recall: dict[int, NDArray[np.float64]]
    ndcg: dict[int, NDArray[np.float64]]
    auc: NDArray[np.float64]


def score_rankings(
    scores: NDArray[np.float32],
    hidden: Sequence[Rows],
    *,
    ks: Sequence[int] = (10, 20),
) -> RankingScores:
    """Compare scores of all products with what customers really took.

    Args:
        scores: Shape (n_customers, n_products); -inf for products that must not be ranked, such
            as owned ones.
        hidden: One non-empty array of product rows per customer.
        ks: List lengths.

    Returns:
        Metrics per customer. Ties go to the lower product row.
    """
    n_customers, n_hidden = len(scores), np.array([len(rows) for rows in hidden])
    best = top_k(scores, max(ks)).rows
    hits = np.array([np.isin(row, wanted) for row, wanted in zip(best, hidden, strict=True)])
    hits = hits.reshape(n_customers, -1) & (best >= 0)
    gains = hits / np.log2(np.arange(2, hits.shape[1] + 2))
    ideal = np.cumsum(1 / np.log2(np.arange(2, max(ks) + 2)))
    return RankingScores(
        recall={k: hits[:, :k].sum(axis=1) / n_hidden for k in ks},
        ndcg={k: gains[:, :k].sum(axis=1) / ideal[np.minimum(n_hidden, k) - 1] for k in ks},
        auc=np.array([_auc(row, wanted) for row, wanted in zip(scores, hidden, strict=True)]),
    )


def _auc(scores: NDArray[np.float32], hidden: Rows) -> float:
    others = np.isfinite(scores)
    others[hidden] = False
    rest = np.sort(scores[others])
    if not len(rest):
        return 0.5
    below = np.searchsorted(rest, scores[hidden], side="left")
    not_above = np.searchsorted(rest, scores[hidden], side="right")
    return float(np.mean((below + not_above) / 2) / len(rest))
