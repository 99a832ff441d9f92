"""A report says what was measured, by hand-made twins of its numbers."""

from __future__ import annotations

import json

import numpy as np
import pytest

from penchant.evaluation import per_customer
from penchant.evaluation.asking import SERVED
from penchant.evaluation.evaluate import Evaluation
from penchant.evaluation.rankers import POPULAR
from penchant.evaluation.report_values import Report, to_dict
from penchant.evaluation.reporting import make_report
from penchant.evaluation.segments import customer_segments, product_segments


@pytest.fixture(scope="module")
def report(evaluation: Evaluation) -> Report:
    return make_report(evaluation, shop_name="The shop")


def test_every_ranking_has_a_row_and_the_shop_leads_none_against_itself(
    evaluation: Evaluation, report: Report
) -> None:
    assert [one.name for one in report.methods] == list(evaluation.asked.shown)
    assert [one.kind for one in report.methods].count("shop") == 1
    assert report.methods[0].lead == {}
    own, popular = (next(m for m in report.methods if m.name == n) for n in (SERVED, POPULAR))
    lead = popular.lead["ndcg"]
    assert lead.value == pytest.approx(own.measures["ndcg"].value - popular.measures["ndcg"].value)
    assert lead.n == len(evaluation.asked.customer_ids)
    for one in report.methods:
        for name, mean in one.measures.items():
            assert 0 <= mean.value <= report.ceiling[name] + 1e-12


def test_counts_add_up(evaluation: Evaluation, report: Report) -> None:
    counts = report.counts
    assert counts["customers"] == len(evaluation.asked.customer_ids)
    assert counts["hidden"] == len(evaluation.asked.truth.product_row)
    assert counts["hidden"] + counts["repeats"] <= len(evaluation.cut.taken)


def test_customers_are_parted_by_what_was_known_and_products_by_who_had_bought_them(
    evaluation: Evaluation,
) -> None:
    asked = evaluation.asked
    by_name = {name: mask for (name, _), mask in customer_segments(asked).items()}
    assert np.all(by_name["cold"] ^ by_name["thin"] ^ by_name["warm"])
    for place in (0, 7, 19):
        known = len(asked.shop.customer(asked.customer_ids[place]).history)
        assert by_name["warm"][place] == (known >= 10)
    products = {name: mask for (name, _), mask in product_segments(asked).items()}
    assert np.all(products["new products"] ^ products["known products"])


def test_a_segment_measures_its_part_of_what_was_bought(
    evaluation: Evaluation, report: Report
) -> None:
    """Recall among known products, by a loop over customers."""
    asked = evaluation.asked
    known = product_segments(asked)[("known products", "somebody had bought them by the cut")]
    recalls = []
    for place in range(len(asked.customer_ids)):
        taken = asked.truth.part(slice(place, place + 1)).product_row
        own = [row for row in taken.tolist() if known[row]]
        if own:
            shown = set(asked.shown[SERVED][place].tolist())
            recalls.append(sum(row in shown for row in own) / len(own))
    segment = next(one for one in report.segments if one.name == "known products")
    found = next(one for one in segment.methods if one.name == SERVED).measures["recall"]
    assert (found.value, found.n) == (pytest.approx(np.mean(recalls)), len(recalls))


def test_examples_are_wins_then_losses_and_name_no_customer(
    evaluation: Evaluation, report: Report
) -> None:
    kinds = [one.kind for one in report.examples]
    assert kinds == sorted(kinds, reverse=True)
    assert {"win", "loss"} == set(kinds)
    ndcg = per_customer(evaluation.asked.shown[SERVED], evaluation.asked.truth, k=report.k).ndcg
    for one in report.examples:
        assert one.customer not in evaluation.asked.customer_ids
        assert (ndcg[int(one.customer) - 1] > 0) == (one.kind == "win")


def test_the_report_is_plain_json_without_names_of_customers(
    evaluation: Evaluation, report: Report
) -> None:
    text = json.dumps(to_dict(report), allow_nan=False)
    assert not any(name in text for name in evaluation.asked.customer_ids)
