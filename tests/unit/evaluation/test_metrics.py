import math

import numpy as np
import pytest

from penchant.evaluation import label_precision, mean_interval, score_rankings
from penchant.maths.rows import unit_rows


def naive_auc(scores, hidden):
    others = [s for row, s in enumerate(scores) if row not in hidden and np.isfinite(s)]
    wins = [
        (scores[row] > other) + 0.5 * (scores[row] == other) for row in hidden for other in others
    ]
    return sum(wins) / len(wins)


def test_a_hand_made_ranking_has_the_metrics_of_the_textbook():
    scores = np.array([[0.9, 0.8, 0.7, 0.6, 0.5]], np.float32)
    result = score_rankings(scores, [np.array([1, 4])], ks=(2, 3))
    assert result.recall[2].tolist() == [0.5]
    assert result.recall[3].tolist() == [0.5]
    ideal = 1 + 1 / math.log2(3)
    assert result.ndcg[2][0] == pytest.approx((1 / math.log2(3)) / ideal)
    assert result.auc[0] == pytest.approx((2 / 3 + 0) / 2)


def test_a_perfect_ranking_scores_one_and_a_reversed_one_zero():
    scores = np.array([[3, 2, 1, 0], [0, 1, 2, 3]], np.float32)
    result = score_rankings(scores, [np.array([0, 1]), np.array([0, 1])], ks=(2,))
    assert result.recall[2].tolist() == [1.0, 0.0]
    assert result.ndcg[2].tolist() == [1.0, 0.0]
    assert result.auc.tolist() == [1.0, 0.0]


def test_auc_agrees_with_counting_every_pair():
    rng = np.random.default_rng(3)
    scores = rng.integers(0, 6, (20, 30)).astype(np.float32)
    scores[:, :4] = -np.inf
    hidden = [rng.choice(np.arange(4, 30), 3, replace=False) for _ in range(20)]
    result = score_rankings(scores, hidden, ks=(10,))
    expected = [naive_auc(row, set(wanted)) for row, wanted in zip(scores, hidden, strict=True)]
    np.testing.assert_allclose(result.auc, expected)


def test_owned_products_never_count_as_found():
    scores = np.array([[-np.inf, 1.0, -np.inf]], np.float32)
    assert score_rankings(scores, [np.array([0])], ks=(3,)).recall[3].tolist() == [0.0]


def test_label_precision_agrees_with_a_loop():
    rng = np.random.default_rng(0)
    vectors = unit_rows(rng.standard_normal((60, 5)))
    vectors[7] = 0
    labels = [None if row == 9 else str(rng.integers(3)) for row in range(60)]
    used = [row for row in range(60) if row not in {7, 9}]
    expected = []
    for row in used:
        near = sorted(
            (r for r in used if r != row), key=lambda r: -float(vectors[r] @ vectors[row])
        )
        expected.append(sum(labels[r] == labels[row] for r in near[:4]) / 4)
    np.testing.assert_allclose(label_precision(vectors, labels, k=4), expected)


def test_the_interval_covers_the_truth_about_nineteen_times_in_twenty():
    rng = np.random.default_rng(1)
    inside = 0
    for _ in range(1000):
        interval = mean_interval(rng.random(200))
        inside += interval.low <= 0.5 <= interval.high
    assert 920 <= inside <= 975


def test_one_customer_gives_a_point():
    assert mean_interval(np.array([0.3])) == mean_interval(np.array([0.3]))
    assert mean_interval(np.array([0.3])).low == 0.3
