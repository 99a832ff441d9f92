"""Verdicts lower the trust of what tells little, say why, and give way to a mark by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.maths.rows import unit_rows
from penchant.settings import TasteSettings, TrustSettings
from penchant.taste.background import Background
from penchant.taste.histories import Histories, History
from penchant.taste.outliers import find_outliers, left_out_similarity
from penchant.taste.trust import (
    SENTENCES,
    Marks,
    judge,
    judge_all,
    trust_at_first_sight,
    with_trust,
)
from penchant.taste.weights import Weigher

DAY = 86_400_000_000
RNG = np.random.default_rng(8)
KINDS, EACH, DIM = 5, 20, 16
STYLES = unit_rows(
    np.repeat(np.eye(KINDS, DIM), EACH, axis=0) + 0.15 * RNG.standard_normal((KINDS * EACH, DIM))
)
WEIGHER = Weigher.from_settings(TasteSettings(), np.ones(len(STYLES), bool))
BACKGROUND = Background(np.arange(KINDS * EACH, dtype=np.int32), 0.2, 0.8)
AS_OF = 1000 * DAY


def history(rows, days=None, action=3, trust=None):
    n = len(rows)
    return History(
        np.array(rows, np.int32),
        np.full(n, action, np.int8),
        (np.arange(n) if days is None else np.array(days)).astype(np.int64) * DAY,
        np.ones(n, np.float32) if trust is None else np.array(trust, np.float32),
    )


def verdicts_of(events, **kwargs):
    return judge(events, STYLES, WEIGHER, BACKGROUND, as_of_us=AS_OF, **kwargs)


def naive_left_out(vectors, part):
    """For each product: sort the cosines to the others, average the first of them."""
    found = []
    for i in range(len(vectors)):
        others = sorted(
            (float(vectors[i] @ vectors[j]) for j in range(len(vectors)) if j != i), reverse=True
        )
        count = min(len(others), max(2, -int(-part * len(others) // 1)))
        found.append(sum(others[:count]) / count)
    return found


@given(st.integers(0, 1000), st.integers(2, 12), st.sampled_from([0.25, 0.5, 1.0]))
@settings(max_examples=50, deadline=None)
def test_left_out_similarity_equals_the_loops(seed, n, part):
    """One product at a time gives the same means."""
    vectors = unit_rows(np.random.default_rng(seed).standard_normal((n, 6)))
    np.testing.assert_allclose(
        left_out_similarity(vectors, part), naive_left_out(vectors, part), atol=1e-6
    )


def test_a_lone_product_of_another_kind_is_an_outlier():
    """All its events are, and nothing else is."""
    rows = [*range(10), 3 * EACH, 3 * EACH]
    found = verdicts_of(history(rows))
    assert [(v.event, v.trust, v.reason) for v in found] == [
        (10, 0.2, "outlier"),
        (11, 0.2, "outlier"),
    ]
    assert found[0].text == SENTENCES["outlier"]


def test_what_is_looked_at_again_and_again_is_no_one_off():
    """The same product on three days stays trusted."""
    assert verdicts_of(history([*range(10), *[3 * EACH] * 3])) == ()


def test_a_second_style_is_no_outlier():
    """Four products of another kind among twelve hold each other up."""
    assert verdicts_of(history([*range(8), *range(EACH, EACH + 4)])) == ()


def test_few_products_are_not_judged():
    """Seven products are too few to call one of them odd."""
    assert verdicts_of(history([*range(6), 3 * EACH])) == ()


def test_very_many_products_are_not_judged():
    """Above the limit no product is odd: comparing each with each would cost too much."""
    chosen = TrustSettings(max_products=10)
    assert verdicts_of(history([*range(9), 3 * EACH]), settings=chosen) != ()
    assert verdicts_of(history([*range(10), 3 * EACH]), settings=chosen) == ()


@given(st.lists(st.integers(0, KINDS * EACH - 1), max_size=30), st.data())
@settings(max_examples=60, deadline=None)
def test_verdicts_only_lower_trust_and_marks_win(rows, data):
    """Without marks no trust rises; a marked event ends at 0 and an unmarked one at 1."""
    trust = data.draw(st.lists(st.sampled_from([0.0, 1.0]), min_size=len(rows), max_size=len(rows)))
    events = history(rows, trust=trust)
    places = st.sets(st.integers(0, max(0, len(rows) - 1)), max_size=len(rows))
    marked = data.draw(places)
    unmarked = data.draw(places) - marked
    if not rows:
        marked, unmarked = set(), set()
    plain = with_trust(events, verdicts_of(events))
    assert (plain.trust <= events.trust).all()
    found = verdicts_of(events, marks=Marks(frozenset(marked), frozenset(unmarked)))
    judged = with_trust(events, found)
    assert all(judged.trust[event] == 0 for event in marked)
    assert all(judged.trust[event] == 1 for event in unmarked)
    assert [v.event for v in found] == sorted({v.event for v in found})
    assert events.trust.tolist() == trust, "the input must not change"


def test_a_gift_order_says_so_and_can_be_taken_back():
    """Trust 0 from the order is a verdict; kept by hand it counts in full."""
    events = history([1, 2], trust=[1, 0], action=0)
    assert [(v.event, v.reason, v.trust) for v in verdicts_of(events)] == [(1, "gift_order", 0.0)]
    kept = verdicts_of(events, marks=Marks(kept=frozenset({1})))
    assert [(v.reason, v.trust) for v in kept] == [("kept", 1.0)]
    assert with_trust(events, kept).trust.tolist() == [1, 1]


def test_more_in_a_day_than_a_person_does_shares_the_trust_of_the_cap():
    """30 purchases of one day count as 10, other days and views stay whole."""
    bought = history([1] * 30, days=[5] * 30, action=0)
    found = verdicts_of(bought)
    assert {v.reason for v in found} == {"bulk"}
    assert [v.trust for v in found] == pytest.approx([1 / 3] * 30)
    assert verdicts_of(history([1] * 30, days=[5] * 15 + [6] * 15)) == ()
    viewed = verdicts_of(history([1] * 30, days=[5] * 30), settings=TrustSettings(others_a_day=6))
    assert sum(v.trust for v in viewed) == pytest.approx(6)


def test_the_lowest_trust_wins():
    """An outlier bought in bulk keeps the lower of both, with its reason."""
    events = history([*range(10), *[3 * EACH] * 20], days=[*range(10), *[50] * 20], action=0)
    assert {(v.reason, v.trust) for v in verdicts_of(events)} == {("outlier", 0.2)}
    soft = verdicts_of(events, settings=TrustSettings(outlier_trust=0.9))
    assert {(v.reason, v.trust) for v in soft} == {("bulk", 0.5)}


def test_a_shop_without_background_finds_no_outliers():
    """Without strangers nothing can be said."""
    nobody = Background(np.empty(0, np.int32), 0.0, 0.0)
    assert not find_outliers(history([*range(10), 60]), np.ones(11), STYLES, nobody).any()


def test_stricter_rules_find_fewer():
    """More spreads never add an outlier."""
    events = history([*range(10), 3 * EACH, 2 * EACH])
    counts = [
        find_outliers(
            events, np.ones(12), STYLES, BACKGROUND, settings=TrustSettings(spreads=s)
        ).sum()
        for s in (0.5, 2, 8, 1e6)
    ]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] >= 2
    assert counts[-1] == 0


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"aside": {0}, "kept": {0}}, "Event 0 is set aside and kept"),
        ({"aside": {7}}, "Event 7 is not in the history"),
        ({"kept": {-1}}, "Event -1 is not in the history"),
    ],
)
def test_wrong_marks_are_refused(marks, words):
    """The error names the event."""
    with pytest.raises(InputError, match=words):
        verdicts_of(history([1, 2]), marks=Marks(**{k: frozenset(v) for k, v in marks.items()}))


@pytest.mark.parametrize("wrong", [{"outlier_trust": 2}, {"purchases_a_day": 0}])
def test_wrong_rules_are_refused(wrong):
    """The error names the setting."""
    with pytest.raises(InputError, match=next(iter(wrong))):
        TrustSettings(**wrong)


def test_what_is_kept_by_hand_speaks_for_its_kind():
    """Three gifts kept by hand make a fourth product of their kind less odd."""
    rows = [*range(10), *range(3 * EACH, 3 * EACH + 4)]
    events = history(rows, trust=[1] * 10 + [0, 0, 0, 1])
    assert {v.event: v.reason for v in verdicts_of(events)}[13] == "outlier"
    kept = verdicts_of(events, marks=Marks(kept=frozenset({10, 11, 12})))
    assert {v.event for v in kept} == {10, 11, 12}
    assert {v.event for v in verdicts_of(events, marks=Marks(aside=frozenset({13})))} == {
        10,
        11,
        12,
        13,
    }


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), min_size=1, max_size=40),
    st.sets(st.integers(0, 39), max_size=4),
    st.sets(st.integers(0, 39), max_size=4),
    st.booleans(),
)
@settings(deadline=None)
def test_at_first_sight_all_is_judged_but_one_offs(touched, aside, kept, bulk):
    """What is known before products are placed is the verdict of a judge who looks at none."""
    days = sorted(day for _, day in touched)
    trust = [number % 5 and 1 for number in range(len(days))]
    events = history([row for row, _ in touched], days, trust=trust)
    marks = Marks(
        frozenset(one for one in aside - kept if one < len(days)),
        frozenset(one for one in kept if one < len(days)),
    )
    blind = TrustSettings(outliers=False, bulk=bulk, purchases_a_day=2)
    told = {"as_of_us": AS_OF, "marks": marks, "settings": blind}
    judged, _ = judge_all(Histories.of_one(events), STYLES, WEIGHER, BACKGROUND, **told)
    seen = trust_at_first_sight(Histories.of_one(events), blind, marks, as_of_us=AS_OF)
    np.testing.assert_allclose(seen, judged)
