"""The bench of the index compares the same answers."""

import numpy as np
import pytest

from penchant.bench.index import bench_index, recall_of
from penchant.index import Neighbors


def rows_of(*rows):
    table = np.array(rows, np.int32)
    return Neighbors(table, np.where(table < 0, np.nan, 0.5))


def test_recall_is_the_share_of_the_true_neighbors_that_were_found():
    truth = rows_of([1, 2, 3, 4], [5, 6, -1, -1])
    assert recall_of(truth, truth) == 1.0
    assert recall_of(rows_of([4, 9, 8, 1], [6, 7, 0, -1]), truth) == pytest.approx(0.5)


def test_the_bench_gives_times_recall_and_size():
    found = bench_index(n_products=1200, n_queries=4)
    assert found["products"] == 1200
    assert found["graph_mb"] >= 0
    assert found["recall_k10_100.0%"] == 1.0  # so few are searched exactly
    assert found["exact_p50_ms_k500_70.0%"] > 0
