"""A trial survives the disk and says on other builds' terms how well a build would have done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from penchant import columns as c
from penchant.errors import BuildError
from penchant.evaluation import per_customer
from penchant.evaluation.asking import SERVED
from penchant.evaluation.evaluate import Evaluation
from penchant.evaluation.judgement import (
    compare_counts,
    compare_with_current,
    compare_with_popularity,
)
from penchant.evaluation.rankers import LOOKS, POPULAR
from penchant.evaluation.trial import TABLE, TAKEN, WHEN, Trial, ndcg_of, paired_ndcg


def shuffled(trial: Trial, *rankings: str) -> Trial:
    """The same trial, as if some rankings had shown everybody another customer's list."""
    moved = [pl.col(name).reverse() for name in rankings]
    return replace(trial, table=trial.table.with_columns(moved))


def test_a_trial_opens_as_it_was_saved(evaluation: Evaluation, tmp_path: Path) -> None:
    trial = evaluation.trial
    trial.save(tmp_path)
    opened = Trial.load(tmp_path)
    assert (opened.at, opened.until, opened.k) == (trial.at, trial.until, trial.k)
    assert opened.table.equals(trial.table)


def test_a_damaged_trial_is_told_from_none(evaluation: Evaluation, tmp_path: Path) -> None:
    for name in (TABLE, WHEN):
        evaluation.trial.save(tmp_path)
        (tmp_path / name).write_bytes(b"{")
        with pytest.raises(BuildError, match="no readable trial"):
            Trial.load(tmp_path)
    evaluation.trial.save(tmp_path)
    evaluation.trial.table.drop(LOOKS).write_parquet(tmp_path / TABLE)
    with pytest.raises(BuildError, match="lacks looks alone"):
        Trial.load(tmp_path)


def test_its_ndcg_is_that_of_the_rows_it_was_made_of(evaluation: Evaluation) -> None:
    asked, trial = evaluation.asked, evaluation.trial
    for name in (SERVED, LOOKS, POPULAR):
        rows = per_customer(asked.shown[name], asked.truth, k=trial.k).ndcg
        np.testing.assert_allclose(ndcg_of(trial, name), rows)
    pairs = set(trial.taken.iter_rows())
    assert pairs <= set(evaluation.cut.taken.iter_rows())
    assert len(pairs) == len(asked.truth.product_row)


def test_trials_are_paired_by_customer_whatever_their_order(evaluation: Evaluation) -> None:
    trial = evaluation.trial
    turned = replace(trial, table=trial.table.reverse().head(40))
    one, other = paired_ndcg(turned, trial, (SERVED,))[SERVED]
    assert len(one) == 40
    np.testing.assert_allclose(one, other)


def test_a_build_is_not_worse_than_itself_and_worse_when_lists_are_mixed_up(
    evaluation: Evaluation,
) -> None:
    trial = evaluation.trial
    same = compare_with_current(trial, trial)
    assert [(one.name, one.against) for one in same] == [(SERVED, False), (LOOKS, False)]
    poisoned = compare_with_current(shuffled(trial, LOOKS), trial)
    assert [(one.name, one.against) for one in poisoned] == [(SERVED, False), (LOOKS, True)]
    assert "by looks alone is clearly worse than before: NDCG@10 -0." in poisoned[1].text
    assert not any(one.against for one in compare_with_current(trial, shuffled(trial, LOOKS)))


def test_popularity_must_be_beaten_clearly(evaluation: Evaluation) -> None:
    trial = evaluation.trial
    assert not compare_with_popularity(trial).against
    equal = replace(trial, table=trial.table.with_columns(pl.col(POPULAR).alias(SERVED)))
    found = compare_with_popularity(equal)
    assert found.against
    assert found.text.startswith("Not clearly better than popularity: NDCG@10 +0.0000")


def test_what_shrinks_by_more_than_is_usual_is_told() -> None:
    before = {"products": 100, "customers": 50, "interactions": 1000, "other": 9}
    after = {"products": 90, "customers": 44, "interactions": 2000, "other": 0}
    assert [one.name for one in compare_counts(after, before, 0.1)] == ["fewer customers"]
    assert len(compare_counts({}, before, 0.1)) == 3
    assert compare_counts(after, {}, 0.1) == ()
    assert compare_counts(after, before, 0.2) == ()


def test_taken_is_one_row_per_purchase(evaluation: Evaluation) -> None:
    trial = evaluation.trial
    assert trial.taken.columns == [c.CUSTOMER_ID, c.PRODUCT_ID]
    assert len(trial.taken) == trial.table[TAKEN].list.len().sum()
