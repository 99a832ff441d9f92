"""The metrics: made of known columns, with a role that fits."""

import pytest

from penchant.experiments.experiment import PRIMARIES
from penchant.experiments.statistics.metrics import DECISION, GUARDRAIL, METRICS, UNIT_COLUMNS


@pytest.mark.parametrize("metric", METRICS.values(), ids=METRICS)
def test_a_metric_is_made_of_columns_every_unit_has(metric):
    assert set(metric.columns) <= set(UNIT_COLUMNS)
    assert not metric.before or bool(metric.before_per) == bool(metric.per)


def test_an_experiment_is_decided_by_its_primaries_alone():
    assert {name for name, one in METRICS.items() if one.role == DECISION} == set(PRIMARIES)
    assert all(one.better == -1 for one in METRICS.values() if one.role == GUARDRAIL)


def test_every_column_is_there_once():
    assert len(set(UNIT_COLUMNS)) == len(UNIT_COLUMNS)
