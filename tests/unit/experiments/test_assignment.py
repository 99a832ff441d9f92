"""Who gets what: evenly, independently, always the same, and only ever more of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, chisquare

from penchant.experiments.assignment import (
    Assignment,
    assign,
    assign_all,
    design_of,
    in_holdout,
    number,
)
from penchant.experiments.experiment import Experiment, Variant
from penchant.settings import ExperimentSettings

BEGIN = datetime(2026, 5, 4, tzinfo=UTC)
END = BEGIN + timedelta(weeks=4)
SHOP = ExperimentSettings()
UNITS = [f"C{10000 + i}" for i in range(20_000)]

ids = st.text(min_size=1, max_size=40)
traffics = st.floats(0, 1)


HALVES = (Variant("control"), Variant("bold"))


def experiment(name="bold", variants=HALVES, **more):
    return Experiment(name, ("homepage",), variants, BEGIN, END, **more)


def names(one, units=UNITS, shop=SHOP):
    given_to = {unit: assign(one, unit, shop=shop) for unit in units}
    return {unit: None if got is None else got.variant for unit, got in given_to.items()}


def p_value_of_independence(one, other):
    table = Counter((one[unit], other[unit]) for unit in one)
    rows, columns = sorted(set(one.values())), sorted(set(other.values()))
    return chi2_contingency([[table[row, column] for column in columns] for row in rows]).pvalue


def test_a_number_is_the_hash_read_highest_byte_first():
    digest = blake2b("Zoë".encode(), digest_size=8).hexdigest()
    assert number("Zoë") == int(digest, 16) / 2**64
    assert blake2b("Zoë".encode(), digest_size=16).hexdigest()[:16] != digest


def test_numbers_fill_a_hundred_buckets_evenly():
    counts = Counter(int(100 * number(f"salt:exp:variant:{unit}")) for unit in UNITS)
    assert set(counts) == set(range(100))
    assert chisquare(list(counts.values())).pvalue > 0.01


@pytest.mark.parametrize("shape", ["{}", "{:08d}", "C{}", "visitor-{:x}", "{}@shop.example"])
def test_ids_that_count_up_are_dealt_as_evenly_as_any(shape):
    units = [shape.format(i) for i in range(5000)]
    counts = Counter(names(experiment(), units).values())
    assert chisquare(list(counts.values())).pvalue > 0.01


def test_two_salts_and_two_experiments_deal_independently():
    first = names(experiment())
    for other in (experiment(salt="again"), experiment("other"), experiment("other", salt="bold")):
        assert p_value_of_independence(first, names(other)) > 0.01


def test_traffic_layer_holdout_and_variant_are_dealt_independently():
    half = names(experiment(traffic=0.5))
    whole = names(experiment())
    took_part = {unit: got is not None for unit, got in half.items()}
    assert p_value_of_independence(took_part, whole) > 0.01
    held = {unit: in_holdout(unit, ExperimentSettings(holdout=0.3)) for unit in UNITS}
    assert p_value_of_independence(held, whole) > 0.01
    left = {unit: got is not None for unit, got in names(experiment(slice_to=0.4)).items()}
    assert p_value_of_independence(left, whole) > 0.01
    assert p_value_of_independence(left, held) > 0.01
    assert p_value_of_independence(left, took_part) > 0.01


def test_shares_are_respected():
    variants = (Variant("a", 5), Variant("b", 3), Variant("c", 2))
    counts = Counter(names(experiment(variants=variants)).values())
    expected = [share * len(UNITS) for share in (0.5, 0.3, 0.2)]
    assert chisquare([counts[name] for name in "abc"], expected).pvalue > 0.01


@given(unit=ids, low=traffics, high=traffics)
def test_a_ramp_only_adds_units_and_nobody_changes_sides(unit, low, high):
    low, high = sorted((low, high))
    before = assign(experiment(traffic=low), unit, shop=SHOP)
    after = assign(experiment(traffic=high), unit, shop=SHOP)
    assert before is None or before == after


@given(unit=ids, holdout=st.floats(0, 0.5))
def test_a_holdout_takes_units_out_and_changes_nobody_else(unit, holdout):
    shop = ExperimentSettings(holdout=holdout)
    free, held = assign(experiment(), unit, shop=SHOP), assign(experiment(), unit, shop=shop)
    assert held == (None if in_holdout(unit, shop) else free)


@given(unit=ids, border=st.floats(0.01, 0.99))
def test_no_unit_is_in_two_slices_of_a_layer_and_each_is_in_one(unit, border):
    left = assign(experiment("left", slice_to=border), unit, shop=SHOP)
    right = assign(experiment("right", slice_from=border), unit, shop=SHOP)
    assert (left is None) != (right is None)


def test_parts_of_holdout_traffic_and_slice_are_as_great_as_said():
    n = len(UNITS)
    part = sum(in_holdout(unit, ExperimentSettings(holdout=0.1)) for unit in UNITS) / n
    assert part == pytest.approx(0.1, abs=0.01)
    for more in ({"traffic": 0.3}, {"slice_from": 0.2, "slice_to": 0.5}):
        taking_part = sum(got is not None for got in names(experiment(**more)).values())
        assert taking_part / n == pytest.approx(0.3, abs=0.015)
    assert set(names(experiment(traffic=0.0), UNITS[:200]).values()) == {None}
    assert None not in names(experiment(), UNITS[:200]).values()


def test_an_override_comes_before_all_and_is_not_counted():
    shop = ExperimentSettings(holdout=0.5)
    unit = next(one for one in UNITS if in_holdout(one, shop))
    one = experiment(traffic=0.0, overrides={unit: "bold"})
    assert assign(one, unit, shop=shop) == Assignment("bold", "bold", counted=False)
    assert assign(one, f"{unit}x", shop=shop) is None


def test_nobody_takes_part_in_nothing():
    assert assign(experiment(overrides={"": "bold"}), "", shop=SHOP) is None


def test_an_id_may_hold_anything():
    odd = ["a:b", "", " ", "💍", "\ud800", "x" * 100_000, "\x00"]
    assert {got for unit, got in names(experiment(), odd).items() if unit} <= {"control", "bold"}


def test_only_what_runs_there_and_then_is_given():
    cart = replace(experiment("cart"), surfaces=("cart",))
    both = replace(experiment("both"), surfaces=("cart", "homepage"), layer="second")
    stopped = replace(experiment("stopped"), stopped=BEGIN + timedelta(days=1), layer="third")
    every = [experiment(), cart, both, stopped]

    def given_at(surface, at):
        got = assign_all(every, "C10001", shop=SHOP, surface=surface, at=at)
        assert list(got) == [
            assign(one, "C10001", shop=SHOP)
            for one in every
            if one.name in {each.experiment for each in got}
        ]
        return [one.experiment for one in got]

    assert given_at("homepage", BEGIN) == ["bold", "both", "stopped"]
    assert given_at("homepage", BEGIN + timedelta(days=1)) == ["bold", "both"]
    assert given_at("cart", BEGIN) == ["cart", "both"]
    assert given_at("homepage", BEGIN - timedelta(seconds=1)) == []
    assert given_at("homepage", END) == []
    assert given_at("product_page", BEGIN) == []


def test_the_design_is_all_that_says_who_gets_what():
    bold = Variant("bold", settings={"homepage": {"explore": 0.2, "guards": ("gender",)}})
    one = experiment(variants=(Variant("control"), bold))
    design = design_of(one)
    assert len(design) == 12
    int(design, 16)
    changed = [
        replace(one, name="bolder"),
        replace(one, salt="x"),
        replace(one, layer="second"),
        replace(one, slice_to=0.5),
        replace(one, variants=(bold, Variant("control"))),
        replace(one, variants=(Variant("control", 2), bold)),
        replace(one, variants=(Variant("control", build_id="b1"), bold)),
        replace(one, variants=(Variant("control"), replace(bold, name="loud"))),
        replace(one, variants=(Variant("control"), replace(bold, settings={}))),
        replace(
            one,
            variants=(
                Variant("control"),
                replace(bold, settings={"homepage": {"explore": 0.3, "guards": ("gender",)}}),
            ),
        ),
    ]
    designs = {design_of(each) for each in changed}
    assert len(designs) == len(changed)
    assert design not in designs


def test_the_design_does_not_see_how_it_is_written():
    given_once = {"homepage": {"explore": 1, "guards": ("gender",)}, "cart": {}}
    given_again = {"cart": {}, "homepage": {"guards": ["gender"], "explore": 1.0}}
    one = experiment(variants=(Variant("a", 1), Variant("b", 2, given_once)))
    same = experiment(variants=(Variant("a", 10), Variant("b", 20, given_again)), salt="bold")
    assert design_of(one) == design_of(same)
    free = {"traffic": 0.1, "overrides": {"x": "a"}, "primary": "revenue", "stopped": BEGIN}
    assert design_of(replace(one, **free)) == design_of(one)
