"""Effects in plain words."""

import math
from dataclasses import replace

import pytest

from penchant.experiments.analysis.wording import percent, range_of, what_they_did
from tests.unit.experiments.effects import effect


@pytest.mark.parametrize(
    ("metric", "told"),
    [
        ("ctr", "customers who saw “bold” clicked 12\u00a0% more often"),
        ("conversion", "customers who saw “bold” bought 12\u00a0% more often"),
        ("revenue", "customers who saw “bold” spent 12\u00a0% more"),
        ("return_rate", "with “bold”, share of pieces returned: 12\u00a0% more"),
        ("wishes", "with “bold”, wishes: 12\u00a0% more"),
    ],
)
def test_each_metric_has_its_words(metric, told):
    found = what_they_did(effect(0.12, 0.04, metric=metric))
    assert found == f"{told} (between 3.2\u00a0% and 22\u00a0%)" or found.startswith(
        f"{told} (between"
    )


def test_a_range_names_both_sides_only_where_it_has_both():
    assert range_of(effect(0.1, 0.2)) == "between 24\u00a0% less often and 60\u00a0% more often"
    assert range_of(effect(0.3, 0.05)) == "between 20\u00a0% and 41\u00a0%"
    assert range_of(effect(-0.3, 0.05)) == "between 19\u00a0% and 40\u00a0%"


def test_the_lift_lies_on_the_side_where_the_difference_does():
    """The two intervals differ in their last digits; the difference is what decides."""
    better = replace(effect(0.1, 0.04), low=1e-9, lift_low=-0.001)
    assert range_of(better) == "between 0\u00a0% and 19\u00a0%"
    worse = replace(effect(-0.1, 0.04), high=-1e-9, lift_high=0.001)
    assert range_of(worse) == "between 0\u00a0% and 18\u00a0%"
    open_ = replace(effect(0.1, 0.05), low=-1e-9, lift_low=0.001)
    assert range_of(open_) == "between 0\u00a0% less often and 21\u00a0% more often"


def test_without_a_lift_the_difference_is_told():
    plain = replace(effect(0.1, 0.02), lift=None, lift_low=None, lift_high=None)
    # of a share in points, so that nobody takes it for a relative change
    assert what_they_did(plain).endswith(
        "clicked 0.5\u00a0points more often (between 0.3\u00a0points and 0.7\u00a0points)"
    )
    money = replace(plain, metric="revenue")
    assert what_they_did(money).endswith("spent 0.005 more (between 0.00295 and 0.00705)")


def test_what_is_no_number_is_not_told_as_one():
    unknown = replace(effect(0.1, 0.02), difference=math.nan, lift=None, lift_low=None)
    assert "nothing that could be compared" in what_they_did(unknown)
    endless = replace(effect(0.1, 0.02), lift_low=-math.inf, lift_high=math.inf)
    assert range_of(endless) == "nothing can be said of how much"


def test_small_shares_keep_a_decimal():
    told = [percent(one) for one in (0.0994, 0.0996, 0.1, 0.005, 1.5, -0.031)]
    assert told == [
        "9.9\u00a0%",
        "10\u00a0%",
        "10\u00a0%",
        "0.5\u00a0%",
        "150\u00a0%",
        "-3.1\u00a0%",
    ]
