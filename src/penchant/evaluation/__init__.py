"""Evaluation: offline metrics with full ranking, and means with intervals over customers."""

from penchant.evaluation.accuracy import PerCustomer, ceiling, per_customer
from penchant.evaluation.beyond_accuracy import Beyond, Offer, beyond
from penchant.evaluation.intervals import MeanInterval, holm, mean_interval, p_value
from penchant.evaluation.labels import label_precision
from penchant.evaluation.lists import Truth
from penchant.evaluation.ranking import RankingScores, score_rankings
from penchant.evaluation.spread import Spread, spread_of

__all__ = [
    "Beyond",
    "MeanInterval",
    "Offer",
    "PerCustomer",
    "RankingScores",
    "Spread",
    "Truth",
    "beyond",
    "ceiling",
    "holm",
    "label_precision",
    "mean_interval",
    "p_value",
    "per_customer",
    "score_rankings",
    "spread_of",
]
