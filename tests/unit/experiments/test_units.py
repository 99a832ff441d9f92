"""Units with known answers: who counts, from when on, and what of it."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest

from penchant.experiments.experiment import Variant
from penchant.experiments.statistics.metrics import UNIT_COLUMNS
from penchant.experiments.units.kept import kept_since
from penchant.experiments.units.of_database import units_of_database
from penchant.experiments.units.outcomes import cap_of
from penchant.experiments.units.table import shows_nothing
from penchant.settings.serving import PrivacySettings, StoreSettings
from penchant.shop_directory import ShopDirectory
from penchant.store.database.pruning import prune
from penchant.store.database.store import open_store
from tests.experiment_logs import DAY, HOUR, START, Log, an_experiment, us

AS_OF = START + timedelta(days=30)
S = us(START)


@pytest.fixture
def store(tmp_path):
    found = open_store(ShopDirectory.create(tmp_path / "shop"), StoreSettings())
    yield found
    found.close()


def read(store, log, experiment, as_of=AS_OF, **options):
    log.write(store)
    return units_of_database(store, experiment, log.tables, as_of=as_of, **options)


def told(units, unit):
    row = units.values[units.unit_ids.tolist().index(unit)]
    return {name: value for name, value in zip(UNIT_COLUMNS, row, strict=True) if value}


def shown(log, experiment, unit, variant="bold", at=S, **options):
    log.assign(unit, variant, at, experiment, **options)
    log.serve(f"{unit}r", unit, at, ["p1", "p2", "p3"])
    log.see(f"{unit}r", 1, at + 10)


def test_what_was_not_rendered_is_no_exposure(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "seen")
    log.assign("unseen", "bold", S, experiment)
    log.serve("r", "unseen", S, ["p1"])
    units = read(store, log, experiment)
    assert units.unit_ids.tolist() == ["seen"]
    assert units.assigned == {"control": 0, "bold": 2}
    assert told(units, "seen") == {"exposures": 1, "answers": 1, "took_ms": 5}


def test_a_click_counts_once_and_by_answer_and_product(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "a")
    log.do("a", "p1", "click", S + 20, request_id="ar")
    log.do("a", "p1", "click", S + 30, request_id="ar")
    log.do("a", "p2", "click", S + 30, request_id="ar")  # that slot was never rendered
    log.do("a", "p1", "click", S + 30, request_id="other")
    log.do("b", "p1", "click", S + 30, request_id="ar")
    assert told(read(store, log, experiment), "a")["clicks"] == 1


def test_overrides_and_another_design_are_left_out_and_of_two_variants_the_first_counts(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "both", "control")
    log.assign("both", "bold", S + 5, experiment)
    shown(log, experiment, "chosen", counted=False)
    shown(log, experiment, "before", design="0" * 12)
    shown(log, experiment, "good")
    units = read(store, log, experiment)
    assert units.unit_ids.tolist() == ["both", "good"]
    assert units.names[units.variants[0]] == "control"
    assert (units.crossed, units.uncounted, units.redesigned) == (1, 1, 1)


def test_a_visitor_who_becomes_a_customer_of_another_variant_counts_for_the_first(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "visitor", "control")
    shown(log, experiment, "customer", "bold", at=S + DAY // 2)
    log.write(store)
    store.people.merge("visitor", "customer", at_us=S + DAY)
    units = units_of_database(store, experiment, log.tables, as_of=AS_OF)
    assert (units.unit_ids.tolist(), units.crossed) == (["customer"], 1)
    assert units.names[units.variants[0]] == "control"


def test_what_was_answered_before_the_assignment_or_after_the_end_does_not_count(store):
    experiment, log = an_experiment(), Log()
    log.serve("early", "a", S + HOUR, ["p1"])
    log.see("early", 1, S + HOUR)
    shown(log, experiment, "a", at=S + DAY)
    late = us(experiment.end)
    shown(log, experiment, "late", at=late - HOUR)
    log.serve("after", "late", late, ["p1"])
    log.see("after", 1, late + 1)
    units = read(store, log, experiment)
    assert told(units, "a") == {"exposures": 1, "exposures_before": 1, "answers": 1, "took_ms": 5}
    assert told(units, "late")["exposures"] == 1


def test_orders_count_within_the_days_after_the_first_exposure_and_before_it(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "a", at=S + 5 * DAY)
    first = S + 5 * DAY + 10
    moments = {
        "o1": first - 3 * DAY - 1, "o2": first - 3 * DAY, "o3": first - 1,
        "o4": first, "o5": first + 3 * DAY - 1, "o6": first + 3 * DAY,
    }  # fmt: skip
    for place, (order, at) in enumerate(moments.items()):
        log.do("a", "p1", "purchase", at, order_id=order, value=10.0**place)
    row = told(read(store, log, experiment), "a")
    assert row["revenue"] == 1_000 + 10_000
    assert row["revenue_before"] == 10 + 100
    assert (row["orders"], row["converted"], row["converted_before"]) == (2, 1, 1)


def test_who_is_not_watched_long_enough_is_not_matured(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "a", at=S)
    shown(log, experiment, "b", at=S + DAY)
    units = read(store, log, experiment, as_of=START + timedelta(days=3, hours=1))
    assert units.matured.tolist() == [True, False]
    assert units.not_matured == 1


def test_nothing_later_than_the_reference_time_is_known(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "a", at=S)
    log.do("a", "p1", "click", S + DAY, request_id="ar")
    log.do("a", "p1", "purchase", S + DAY, order_id="o", value=5.0)
    shown(log, experiment, "tomorrow", at=S + DAY)
    log.write(store)
    units = units_of_database(store, experiment, log.tables, as_of=START + timedelta(hours=2))
    assert units.unit_ids.tolist() == ["a"]
    assert told(units, "a") == {"exposures": 1, "answers": 1, "took_ms": 5}
    assert units.assigned == {"control": 0, "bold": 1}


def test_where_a_variant_shows_nothing_units_count_from_their_first_answer(store):
    variants = (Variant("control"), Variant("none", settings={"homepage": {"policy": "nothing"}}))
    experiment, log = an_experiment(variants=variants), Log()
    log.assign("a", "none", S, experiment)
    log.serve("ra", "a", S, [], step="nothing")
    log.assign("b", "control", S, experiment)
    log.serve("rb", "b", S, ["p1"])  # not rendered, and counted all the same
    for unit in "ab":
        log.do(unit, "p1", "purchase", S + HOUR, order_id=unit, value=5.0)
    units = read(store, log, experiment)
    assert units.trigger == "serving"
    assert units.hollow == ("none",)
    assert units.unit_ids.tolist() == ["a", "b"]
    assert units.first_exposed_us.tolist() == [S, S]
    assert units.column("converted").tolist() == [1, 1]


def test_a_shop_that_shows_nothing_anyway_makes_its_control_show_nothing():
    experiment = an_experiment(
        variants=(Variant("control"), Variant("full", settings={"cart": {"policy": "recipe"}}))
    )
    assert shows_nothing(experiment) == ()
    assert shows_nothing(experiment, ["cart"]) == ("control",)
    assert shows_nothing(experiment, ["homepage", "cart"]) == ("control", "full")
    assert shows_nothing(experiment, ["product_page"]) == ()


def test_answers_that_were_not_timed_take_as_long_as_the_others(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "a")
    log.serve("again", "a", S + HOUR, ["p1"], took_us=None)
    shown(log, experiment, "b")
    log.slates[-1] = log.slates[-1].__class__(
        **{name: getattr(log.slates[-1], name) for name in log.slates[-1].__slots__}
        | {"took_us": None}
    )
    units = read(store, log, experiment)
    assert units.column("answers").tolist() == [2, 1]
    assert units.column("took_ms").tolist() == [10, 5]


def test_fallbacks_are_answers_below_all_that_know_the_customer(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "a")
    for place, step in enumerate(["popular", "newest", "product", "popularity", "random"]):
        log.serve(f"more{place}", "a", S + HOUR + place, ["p1"], step=step)
    row = told(read(store, log, experiment), "a")
    assert (row["answers"], row["fallbacks"]) == (6, 2)


def test_nobody_is_an_empty_table(store):
    units = read(store, Log(), an_experiment())
    assert units.values.shape == (0, len(UNIT_COLUMNS))
    assert units.counts() == (0, 0)


def test_revenue_is_capped_at_the_pooled_quantile():
    revenue = np.array([0.0] * 90 + [float(one) for one in range(1, 11)])
    assert cap_of(revenue, 0.95) == 5.0
    assert cap_of(revenue, 1.0) is None
    assert cap_of(revenue, 0.5) is None  # most buy nothing: a cap of 0 would leave nothing
    assert cap_of(np.array([]), 0.9) is None


def test_who_is_exposed_first_after_the_end_is_no_unit_however_late_it_is_read(store):
    experiment, log = an_experiment(), Log()
    late = us(experiment.end) - HOUR
    shown(log, experiment, "in")
    shown(log, experiment, "just", at=late)
    log.see("justr", 2, late + 2 * DAY)  # after the end, and within the window
    for days in (2, 20):
        log.assign(f"mail{days}", "bold", late, experiment)
        log.serve(f"mail{days}r", f"mail{days}", late, ["p1"])
        log.see(f"mail{days}r", 1, late + days * DAY)
    final = experiment.end + timedelta(days=experiment.attribution_days)
    log.write(store)
    looks = []
    for days in (0, 9, 90):
        units = units_of_database(store, experiment, log.tables, as_of=final + timedelta(days=days))
        assert units.unit_ids.tolist() == ["in", "just"]
        assert told(units, "just")["exposures"] == 2
        assert units.matured.all()
        looks.append(units.values.tolist())
    assert looks[1:] == looks[:-1]


def test_where_nothing_is_rendered_the_end_is_that_of_answers(store):
    variants = (Variant("control"), Variant("none", settings={"homepage": {"policy": "nothing"}}))
    experiment, log = an_experiment(variants=variants), Log()
    log.assign("a", "none", us(experiment.end) - 1, experiment)
    log.serve("ra", "a", us(experiment.end) - 1, [], step="nothing")
    log.assign("b", "none", us(experiment.end), experiment)
    log.serve("rb", "b", us(experiment.end), [], step="nothing")
    assert read(store, log, experiment).unit_ids.tolist() == ["a"]


def test_units_of_an_earlier_experiment_of_the_name_are_left_out(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "old", at=S - 300 * DAY)
    log.serve("again", "old", S + DAY, ["p1"])
    log.see("again", 1, S + DAY)
    shown(log, experiment, "new", at=S)
    units = read(store, log, experiment)
    assert (units.unit_ids.tolist(), units.before_start) == (["new"], 1)
    assert units.assigned == {"control": 0, "bold": 1}


def test_an_override_given_during_the_run_leaves_out_all_it_names(store):
    log, staff = Log(), [f"staff-{variant}" for variant in ("control", "bold")]
    experiment = an_experiment(overrides=dict.fromkeys(staff, "bold"))
    for variant, unit in zip(("control", "bold"), staff, strict=True):
        shown(log, experiment, unit, variant)
    # only one of them changed sides, so that only of that one the log shows it
    log.assign("staff-control", "bold", S + DAY, experiment, counted=False)
    shown(log, experiment, "customer")
    units = read(store, log, experiment)
    assert (units.unit_ids.tolist(), units.uncounted) == (["customer"], 2)


def test_units_whose_first_answers_may_be_deleted_are_left_out(store):
    experiment, log = an_experiment(), Log()
    shown(log, experiment, "gone", at=S)
    shown(log, experiment, "kept", at=S + DAY)
    units = read(store, log, experiment, kept_us=S + 1)
    assert (units.unit_ids.tolist(), units.not_kept) == (["kept"], 1)


def test_a_refund_is_taken_off_what_was_spent_and_converts_nobody(store):
    experiment, log = an_experiment(winsorize=1.0), Log()
    for unit, paid in (("a", (50.0, -20.0)), ("b", (-30.0,))):
        shown(log, experiment, unit)
        for place, value in enumerate(paid):
            log.orders.append((f"{unit}{place}", unit, START + timedelta(hours=2), None, value))
    units = read(store, log, experiment)
    ordered = ("converted", "orders", "revenue", "revenue_capped", "bought")
    found = [{name: units.column(name)[place] for name in ordered} for place in (0, 1)]
    assert [tuple(one.values()) for one in found] == [(1, 1, 30, 30, 1), (0, 0, -30, 0, 0)]
    assert units.notes == {"refunds": 2}


def test_what_was_deleted_by_its_age_is_known_by_what_is_left(store):
    experiment, log, days = an_experiment(), Log(), {"slate_days": 90.0, "exposure_days": 400.0}
    now = S + 92 * DAY
    assert kept_since(store.database, now, **days) is None
    for unit, at in (("x", S), ("y", S + 5 * DAY)):
        shown(log, experiment, unit, at=at)
    log.serve("again", "x", S + 5 * DAY, ["p1", "p2"])
    log.see("again", 1, S + 5 * DAY)
    log.do("x", "p1", "click", S + 20, request_id="xr")
    log.serve("today", "somebody", now, ["p1"])
    log.write(store)
    kept = kept_since(store.database, now, **days)
    assert kept == S  # nothing was deleted yet, old as it is
    prune(store.database, now, PrivacySettings(), 10**6)
    as_of = START + timedelta(days=92)
    for moment in (now, S + 30 * DAY):  # also where it is read as of long ago
        kept = kept_since(store.database, moment, **days)
        late = units_of_database(store, experiment, log.tables, as_of=as_of, kept_us=kept)
        assert kept == S + 2 * DAY
        assert (late.unit_ids.tolist(), late.not_kept) == (["y"], 1)
