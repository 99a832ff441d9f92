"""What is concluded: every outcome, in words, and what may not be concluded."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.experiments.analysis.decision import (
    BLOCK_CAVEAT,
    HARMED,
    SAFE,
    STILL_CAVEAT,
    UNCLEAR,
    decide,
    non_inferior,
)
from penchant.experiments.statistics.always_valid import always_valid_effect
from penchant.experiments.statistics.sample_ratio import check_ratio
from penchant.experiments.statistics.verdict import (
    BETTER,
    BLOCKED,
    NO_DIFFERENCE,
    NOT_YET,
    TOO_FEW,
    WORSE,
)
from tests.unit.experiments.effects import effect

SOUND = check_ratio((5_000, 5_050), (1, 1), units="assigned")
LOST = check_ratio((5_000, 5_500), (1, 1), units="exposed")


def verdict(fixed, *, checks=(SOUND,), converters=(300, 310), better=1, end=False):
    early = always_valid_effect(fixed, planned_variance=fixed.variance)
    return decide(
        "bold",
        early,
        fixed if end else None,
        checks,
        converters=converters,
        better=better,
        planned_end_reached=end,
    )


def test_before_the_end_a_difference_that_one_look_would_call_is_not_enough():
    fixed = effect(0.1, 0.04)
    assert fixed.low > 0
    found = verdict(fixed)
    assert (found.outcome, found.early, found.caveats) == (NOT_YET, False, ())
    assert found.text == (
        "Not decided yet: so far, customers who saw “bold” clicked 10\u00a0% more often (between "
        "3.4\u00a0% less often and 25\u00a0% more often). Wait for the planned end."
    )


def test_before_the_end_a_difference_at_every_look_decides_with_a_warning():
    found = verdict(effect(0.2, 0.04))
    assert (found.variant, found.outcome, found.early) == ("bold", BETTER, True)
    assert found.text == (
        "Customers who saw “bold” clicked 20\u00a0% more often (between 6.5\u00a0% and 35\u00a0%)."
    )
    overstated, still = found.caveats
    assert overstated == (
        "It was decided before the planned end. Experiments that stop early overstate the "
        "difference: expect less than 20\u00a0%."
    )
    assert still == STILL_CAVEAT


def test_before_the_end_a_variant_may_be_found_worse():
    found = verdict(effect(-0.2, 0.04))
    assert (found.outcome, found.early) == (WORSE, True)
    assert "clicked 20\u00a0% less often (between" in found.text


def test_at_the_end_the_one_look_decides():
    found = verdict(effect(0.1, 0.04), end=True)
    assert (found.outcome, found.early, found.caveats) == (BETTER, False, ())
    assert found.text == (
        "Customers who saw “bold” clicked 10\u00a0% more often (between 2.1\u00a0% and 19\u00a0%)."
    )
    assert verdict(effect(-0.1, 0.04), end=True).outcome == WORSE


def test_at_the_end_the_early_interval_decides_too():
    fixed = effect(0.1, 0.06)
    early = effect(0.1, 0.02, level=0.01)
    found = decide(
        "bold", early, fixed, [], converters=(300, 300), better=1, planned_end_reached=True
    )
    assert (found.outcome, found.early) == (BETTER, False)


def test_at_the_end_no_difference_is_not_taken_for_none():
    found = verdict(effect(0.01, 0.04), end=True)
    assert (found.outcome, found.early) == (NO_DIFFERENCE, False)
    assert found.text == (
        "No difference was found: customers who saw “bold” clicked 1\u00a0% more often (between "
        "6.9\u00a0% less often and 9.6\u00a0% more often)."
    )
    (caveat,) = found.caveats
    assert caveat == (
        "This does not show that there is none: it lies between 6.9\u00a0% less often and "
        "9.6\u00a0% more often."
    )


def test_less_is_better_where_the_metric_says_so():
    assert verdict(effect(-0.2, 0.04), better=-1).outcome == BETTER
    assert verdict(effect(0.2, 0.04), better=-1, end=True).outcome == WORSE


@pytest.mark.parametrize("end", [False, True])
def test_counts_that_do_not_fit_block_any_verdict_and_say_what_to_do(end):
    found = verdict(effect(0.5, 0.01), checks=(SOUND, LOST), converters=(5, 5), end=end)
    assert (found.outcome, found.early) == (BLOCKED, False)
    assert found.text == (
        "No verdict: the variants did not get their planned shares of the customers (exposed: "
        "5,000 and 5,500 where 5,250 and 5,250 were planned). Any difference may come from that."
    )
    assert found.caveats == (BLOCK_CAVEAT,)


@pytest.mark.parametrize("end", [False, True])
def test_too_few_converters_forbid_a_verdict(end):
    found = verdict(effect(0.5, 0.01), converters=(99, 4_000), end=end)
    assert found.outcome == TOO_FEW
    assert found.text == (
        "No verdict: 99 customers of the control and 4,000 of “bold” clicked; it takes 100 each."
    )
    bought = verdict(effect(0.5, 0.01, metric="revenue"), converters=(400, 9), end=end)
    assert "bought; it takes 100 each" in bought.text
    assert verdict(effect(0.5, 0.01), converters=(100, 100), end=end).outcome == BETTER


def test_the_end_needs_its_look():
    early = effect(0.1, 0.04)
    with pytest.raises(InputError, match="needs the fixed effect"):
        decide("bold", early, None, [], converters=(300, 300), better=1, planned_end_reached=True)


@given(
    st.floats(-0.9, 3), st.floats(0.001, 2), st.booleans(), st.sampled_from([-1, 1]), st.booleans()
)
def test_a_verdict_of_any_effect_says_what_its_interval_says(lift, error, lost, better, end):
    fixed = effect(lift, error)
    found = verdict(fixed, checks=(LOST,) if lost else (), better=better, end=end)
    early = always_valid_effect(fixed, planned_variance=fixed.variance)
    deciding = fixed if end else early
    if lost:
        assert found.outcome == BLOCKED
    elif deciding.low > 0 or deciding.high < 0:
        assert found.outcome == (BETTER if lift * better > 0 else WORSE)
        assert found.early == (not end)
    else:
        assert found.outcome == (NO_DIFFERENCE if end else NOT_YET)
    assert found.text.endswith(".")


def test_a_guardrail_is_safe_where_it_is_surely_within_its_margin():
    assert non_inferior(effect(0.00, 0.02), margin=0.05, better=-1) == SAFE
    assert non_inferior(effect(0.02, 0.005), margin=0.05, better=-1) == SAFE
    assert non_inferior(effect(-0.2, 0.05), margin=0.01, better=-1) == SAFE


def test_a_guardrail_is_harmed_where_it_is_surely_worse_and_not_surely_within():
    assert non_inferior(effect(0.10, 0.02), margin=0.05, better=-1) == HARMED
    assert non_inferior(effect(0.04, 0.02), margin=0.05, better=-1) == HARMED
    assert non_inferior(effect(-0.10, 0.02), margin=0.05, better=1) == HARMED


def test_a_guardrail_is_unclear_where_the_interval_is_too_wide():
    assert non_inferior(effect(0.00, 0.10), margin=0.05, better=-1) == UNCLEAR
    assert non_inferior(replace(effect(0, 0.1), difference=math.nan), margin=1, better=1) == UNCLEAR
    nothing = replace(effect(0.5, 0.1), low=-math.inf, high=math.inf)
    nothing = replace(nothing, lift_low=-math.inf, lift_high=math.inf)
    assert non_inferior(nothing, margin=1, better=-1) == UNCLEAR


@pytest.mark.parametrize("better", [-1, 1])
def test_it_is_one_sided_at_five_percent(better):
    """On its logarithm the bound is 1.645 standard errors away, whatever level it was told at."""
    error = 0.03
    bound = math.exp(-better * 1.6448536 * error) - 1
    for level in (0.04, 0.05, 0.2):
        one = effect(0.0, error, level=level)
        assert non_inferior(one, margin=abs(bound) + 1e-6, better=better) == SAFE
        assert non_inferior(one, margin=abs(bound) - 1e-6, better=better) == UNCLEAR


def test_a_guardrail_that_is_nothing_at_the_control():
    zero = replace(effect(0.1, 0.03), lift=None, lift_low=None, lift_high=None)
    assert non_inferior(zero, margin=0.5, better=-1) == HARMED
    alike = replace(zero, difference=0.0, low=0.0, high=0.0, variance=0.0)
    assert non_inferior(alike, margin=0.05, better=-1) == SAFE
    assert non_inferior(alike, margin=0.05, better=1) == SAFE
    wide = replace(zero, difference=0.0, low=-0.1, high=0.1)
    assert non_inferior(wide, margin=0.05, better=-1) == UNCLEAR


def test_a_guardrail_whose_variant_is_nothing():
    gone = replace(effect(-0.9, 0.1), lift=-1.0, lift_low=-1.2, lift_high=-0.8)
    assert non_inferior(gone, margin=0.05, better=-1) == SAFE
    assert non_inferior(gone, margin=0.05, better=1) == HARMED


def test_a_margin_is_above_zero():
    with pytest.raises(InputError, match="margin is 0, must be > 0"):
        non_inferior(effect(0.1, 0.1), margin=0.0, better=1)
