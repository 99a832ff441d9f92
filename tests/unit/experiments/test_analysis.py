"""An experiment read: what decides, what blocks, and what is only told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest

from penchant.experiments.analysis.analyse import analyse
from penchant.experiments.analysis.caveats import (
    DRAFT_CAVEAT,
    STOPPED_CAVEAT,
    UNCAPPED_CAVEAT,
)
from penchant.experiments.analysis.daily import fraction_of
from penchant.experiments.analysis.reasons import (
    NO_CLICKS,
    NOBODY,
    NOT_OVER,
    NOTHING_SHOWN,
)
from penchant.experiments.experiment import Variant
from penchant.experiments.report.telling import answer_of
from penchant.experiments.statistics.fixed import fixed_effect
from penchant.experiments.statistics.metrics import METRICS, UNIT_COLUMNS
from penchant.experiments.statistics.moments import Moments
from tests.unit.experiments.made_units import EXPERIMENT, FINAL, made_units


def test_alike_variants_get_no_verdict():
    outcomes = []
    for seed in range(10):
        read = analyse(made_units(seed, 1500), EXPERIMENT, as_of=FINAL)
        outcomes.append(read.readings[0].verdict.outcome)
    assert outcomes.count("no_difference") >= 9


def test_a_lift_is_found_at_the_planned_end_and_lies_in_its_interval():
    read = analyse(made_units(1, 8000, lift=0.15), EXPERIMENT, as_of=FINAL)
    effect = read.readings[0].effects[0]
    assert read.planned_end_reached
    assert read.readings[0].verdict.outcome == "better"
    assert effect.metric == "ctr"
    assert effect.lift_low < 0.15 < effect.lift_high
    assert effect.rho > 0.3


def test_before_the_planned_end_only_the_interval_of_all_looks_decides():
    units = made_units(1, 6000, lift=0.07)
    at_end = analyse(units, EXPERIMENT, as_of=FINAL)
    before = analyse(units, EXPERIMENT, as_of=FINAL - timedelta(seconds=1))
    assert at_end.readings[0].effects[0].low > 0
    assert before.readings[0].early.low < 0
    assert before.readings[0].verdict.outcome == "not_yet"
    clear = analyse(made_units(3, 8000, 0.4), EXPERIMENT, as_of=FINAL - timedelta(days=5))
    assert (clear.readings[0].verdict.outcome, clear.readings[0].verdict.early) == ("better", True)
    assert "overstate" in clear.readings[0].verdict.caveats[0]


def test_lost_customers_block_the_verdict():
    read = analyse(made_units(1, 8000, lift=0.3, spoilt=0.2), EXPERIMENT, as_of=FINAL)
    assigned, exposed = read.checks[:2]
    assert (assigned.alarm, exposed.alarm) == (False, True)
    assert read.readings[0].verdict.outcome == "blocked"


def test_an_alarm_within_a_part_is_a_caveat():
    units = made_units(1, 8000, lift=0.3)
    place = np.where(
        units.of("bold") & (np.arange(len(units.variants)) % 3 == 0), "cart", "homepage"
    )
    units = replace(units, traits=units.traits.with_columns(surface=place))
    read = analyse(units, EXPERIMENT, as_of=FINAL)
    assert read.readings[0].verdict.outcome == "better"
    assert any("planned shares" in one for one in read.readings[0].verdict.caveats)


def test_only_customers_whose_days_are_over_are_compared():
    as_of = EXPERIMENT.start + timedelta(days=12)
    units = made_units(2, 4000, as_of=as_of)
    read = analyse(units, EXPERIMENT, as_of=as_of)
    matured = {name: counts["matured"] for name, counts in read.units.items()}
    exposed = {name: counts["exposed"] for name, counts in read.units.items()}
    effect = read.readings[0].effects[0]
    assert (effect.n_control, effect.n_variant) == tuple(matured.values())
    assert sum(exposed.values()) - sum(matured.values()) == read.left_out["not_matured"] > 500
    arms = [
        Moments.of(UNIT_COLUMNS, units.values[units.matured & units.of(name)])
        for name in ("control", "bold")
    ]
    assert effect == fixed_effect(METRICS["ctr"], *arms, variant_name="bold")


def test_two_variants_share_the_levels():
    three = replace(EXPERIMENT, variants=(Variant("control"), Variant("bold"), Variant("wild")))
    read = analyse(made_units(1, 3000, experiment=three), three, as_of=FINAL)
    assert [one.verdict.variant for one in read.readings] == ["bold", "wild"]
    assert {one.effects[0].level for one in read.readings} == {0.02}
    assert {one.early.level for one in read.readings} == {0.005}
    assert {effect.level for one in read.readings for effect in one.effects[1:]} == {0.04}


def test_what_was_stopped_is_decided_by_the_early_interval_alone():
    stopped = replace(EXPERIMENT, stopped=EXPERIMENT.start + timedelta(days=10))
    read = analyse(made_units(1, 6000, lift=0.07), stopped, as_of=FINAL)
    assert not read.planned_end_reached
    assert read.readings[0].verdict.outcome == "not_yet"
    assert STOPPED_CAVEAT in read.readings[0].verdict.caveats


def test_where_nothing_is_shown_clicks_decide_nothing():
    units = replace(made_units(1, 3000), hollow=("bold",))
    read = analyse(units, EXPERIMENT, as_of=FINAL)
    assert (read.trigger, read.readings[0].verdict.text) == ("serving", NO_CLICKS)
    assert "ctr" not in [one.metric for one in read.readings[0].effects]
    by_sales = replace(EXPERIMENT, primary="conversion")
    read = analyse(units, by_sales, as_of=FINAL)
    assert read.readings[0].verdict.outcome == "no_difference"


def test_without_anybody_there_is_no_verdict():
    units = made_units(1, 50)
    nobody = units.only(np.zeros(len(units.variants), dtype=bool))
    read = analyse(nobody, EXPERIMENT, as_of=FINAL)
    assert read.readings[0].verdict.outcome == "too_few"
    assert read.readings[0].verdict.text == NOBODY
    assert read.readings[0].effects == ()


def test_guardrails_are_judged_by_their_margins_and_others_only_told():
    margins = {"latency": 0.05, "revenue": 0.5}
    read = analyse(made_units(4, 8000), replace(EXPERIMENT, margins=margins), as_of=FINAL)
    told = {one.effect.metric: (one.margin, one.result) for one in read.readings[0].guardrails}
    assert told == {
        "revenue": (0.5, "safe"),
        "return_rate": (None, ""),
        "fallback": (None, ""),
        "latency": (0.05, "safe"),
    }
    slow = made_units(4, 8000)
    slow.values[slow.of("bold"), UNIT_COLUMNS.index("took_ms")] *= 1.3
    read = analyse(slow, replace(EXPERIMENT, margins=margins), as_of=FINAL)
    assert read.readings[0].guardrails[-1].result == "harmed"


def test_times_nobody_took_are_no_guardrail():
    units = made_units(4, 1000)
    units.values[:, UNIT_COLUMNS.index("took_ms")] = 0.0
    read = analyse(units, EXPERIMENT, as_of=FINAL)
    assert "latency" not in [one.effect.metric for one in read.readings[0].guardrails]


def test_the_value_of_an_order_stands_beside_conversion_and_revenue():
    read = analyse(made_units(4, 2000), EXPERIMENT, as_of=FINAL)
    assert [one.metric for one in read.readings[0].effects] == [
        "ctr", "conversion", "revenue", "revenue_raw", "aov",
    ]  # fmt: skip


def test_segments_are_adjusted_for_being_many():
    units = made_units(5, 4000)
    read = analyse(units, EXPERIMENT, as_of=FINAL)
    found = {(one.trait, one.value): one for one in read.readings[0].segments}
    assert list(found) == [
        ("visit", "new"), ("visit", "returning"), ("surface", "cart"), ("surface", "homepage"),
    ]  # fmt: skip
    new = units.only(units.matured & (units.traits["visit"] == "new").to_numpy())
    assert found["visit", "new"].effect.n_control == new.counts()[0]
    raw = sorted(one.effect.p_value for one in found.values())
    adjusted = sorted(one.adjusted_p for one in found.values())
    assert adjusted[-1] == pytest.approx(raw[-1])
    assert all(mine >= own for mine, own in zip(adjusted, raw, strict=True))


def test_the_days_end_at_the_look_and_merge_to_it():
    units = made_units(6, 4000, lift=0.2)
    read = analyse(units, EXPERIMENT, as_of=FINAL)
    days = read.readings[0].days
    assert days[-1].at == FINAL
    assert days[-1].effect.difference == pytest.approx(read.readings[0].early.difference, rel=1e-9)
    assert days[-1].effect.high == pytest.approx(read.readings[0].early.high, rel=1e-9)
    sizes = [one.effect.n_control for one in days]
    assert sizes == sorted(sizes)
    assert {b.at - a.at for a, b in pairwise(days)} == {timedelta(days=1)}
    fifth = analyse(units, EXPERIMENT, as_of=days[4].at).readings[0].days[-1]
    assert fifth.effect.n_control == days[4].effect.n_control


def test_the_planned_share_grows_by_the_calendar():
    start = EXPERIMENT.start
    assert fraction_of(EXPERIMENT, start) == 0.01
    assert fraction_of(EXPERIMENT, start + timedelta(days=14)) == 0.5
    assert fraction_of(EXPERIMENT, FINAL) == 1.0
    assert fraction_of(EXPERIMENT, FINAL + timedelta(days=90)) == 1.0


def text_of(units, experiment=EXPERIMENT):
    verdict = analyse(units, experiment, as_of=FINAL).readings[0].verdict
    return verdict.outcome, verdict.text


def test_an_empty_variant_is_told_by_its_true_reason():
    units = made_units(1, 3000)
    without = units.only(units.of("control"))
    assert text_of(without)[0] == "blocked"
    few = made_units(1, 14)
    alone = few.only(few.of("control"))
    assert text_of(alone) == ("too_few", "No verdict: nobody of “bold” was exposed.")
    on_their_way = replace(few, matured=np.zeros(len(few.variants), dtype=bool))
    assert text_of(on_their_way) == ("too_few", NOT_OVER)
    one = few.only(few.of("control") | (np.arange(len(few.variants)) == few.variants.argmax()))
    told = f"too few customers were exposed to compare anything: {one.counts()[0]} of “control”, 1 "
    assert text_of(one) == ("too_few", f"No verdict: {told}of “bold”.")
    nobody = few.only(np.zeros(len(few.variants), dtype=bool))
    assert text_of(nobody) == ("too_few", NOBODY)
    outside = replace(nobody, notes={"outside": 60})
    assert text_of(outside) == (
        "too_few",
        "No verdict: all 60 exposures were before the start or after the end.",
    )
    unseen = made_units(1, 60)
    unseen.values[:, UNIT_COLUMNS.index("exposures")] = 0.0
    assert text_of(unseen) == ("too_few", NOTHING_SHOWN)


def test_a_yes_names_the_guardrail_that_is_harmed():
    units = made_units(1, 8000, lift=0.15)
    units.values[units.of("bold"), UNIT_COLUMNS.index("revenue_capped")] *= 0.2
    read = analyse(units, replace(EXPERIMENT, margins={"revenue": 0.05}), as_of=FINAL)
    reading = read.readings[0]
    assert reading.verdict.outcome == "better"
    assert answer_of(reading) == "Yes, but revenue per customer got worse"
    (caveat,) = reading.verdict.caveats
    assert caveat.startswith(
        "A guardrail is harmed: revenue per customer got worse than the 5\u00a0% allowed ("
    )
    assert "spent 7" in caveat or "spent 8" in caveat
    assert answer_of(analyse(units, EXPERIMENT, as_of=FINAL).readings[0]) == "Yes"


def test_several_currencies_are_no_revenue():
    units = replace(made_units(1, 3000), notes={"currencies": 2})
    outcome, text = text_of(units, replace(EXPERIMENT, primary="revenue"))
    assert outcome == "blocked"
    assert "2 currencies" in text
    assert text_of(units)[0] == "no_difference"


def test_what_makes_a_verdict_doubtful_is_told():
    units = made_units(1, 8000)
    unequal = (Variant("control", 1.0), Variant("bold", 1.0001))
    bare = replace(EXPERIMENT, primary="revenue", winsorize=1.0)
    told = {
        name: analyse(units, one, as_of=FINAL).readings[0].verdict.caveats
        for name, one in {
            "equal": bare,
            "unequal": replace(bare, variants=unequal),
            "capped": replace(bare, variants=unequal, winsorize=0.999),
            "by clicks": replace(bare, variants=unequal, primary="ctr"),
        }.items()
    }
    assert [name for name, one in told.items() if UNCAPPED_CAVEAT in one] == ["unequal"]
    gone = analyse(replace(units, not_kept=7), EXPERIMENT, as_of=FINAL)
    assert gone.left_out["not_kept"] == 7
    assert "to 7 customers is no longer kept" in gone.readings[0].verdict.caveats[-1]
    draft = analyse(units, EXPERIMENT, as_of=FINAL, registered=False).readings[0].verdict
    assert DRAFT_CAVEAT in draft.caveats


def test_after_an_early_stop_the_share_grows_no_more():
    stopped = replace(EXPERIMENT, stopped=EXPERIMENT.start + timedelta(days=7))
    for days in (14, 15, 90):
        assert fraction_of(stopped, EXPERIMENT.start + timedelta(days=days)) == 0.5
