"""Evaluation: offline metrics with full ranking, and means with intervals over customers."""

from penchant.evaluation.intervals import MeanInterval, mean_interval
from penchant.evaluation.labels import label_precision
from penchant.evaluation.ranking import RankingScores, score_rankings

__all__ = ["MeanInterval", "RankingScores", "label_precision", "mean_interval", "score_rankings"]
