"""Judging everybody at once equals judging one after the other, and knows nothing of later."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.maths.rows import unit_rows
from penchant.settings import StyleSettings, TasteSettings, TrustSettings
from penchant.taste.background import Background
from penchant.taste.histories import Histories, History
from penchant.taste.judging import Judge, Judgements
from penchant.taste.styles import find_styles, styles_of
from penchant.taste.trust import REASONS, Marks, judge, judge_all, with_trust
from penchant.taste.weights import Weigher

DAY = 86_400_000_000
KINDS, EACH, DIM = 4, 15, 12
RNG = np.random.default_rng(5)
STYLES = unit_rows(
    np.repeat(np.eye(KINDS, DIM), EACH, axis=0) + 0.15 * RNG.standard_normal((KINDS * EACH, DIM))
)
WEIGHER = Weigher.from_settings(TasteSettings(), np.ones(len(STYLES), bool))
BACKGROUND = Background(np.arange(KINDS * EACH, dtype=np.int32), 0.25, 0.75)
TRUST = TrustSettings(purchases_a_day=1, others_a_day=2)
JUDGE = Judge(STYLES, WEIGHER, BACKGROUND, TRUST, StyleSettings())
NOW = 60 * DAY


def some_histories(seed, n_customers=8):
    """Customers of a few kinds with strays, gifts, hides, unknown products and busy days."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(0, 40, n_customers)
    customer_row = np.repeat(np.arange(n_customers, dtype=np.int32), sizes)
    n = len(customer_row)
    kinds = (customer_row % KINDS + rng.choice([0, 0, 0, 1], n)) % KINDS
    rows = (kinds * EACH + rng.integers(0, EACH, n)).astype(np.int32)
    rows[rng.random(n) < 0.03] = -1
    events = History(
        rows,
        rng.choice(np.array([0, 1, 3, 3, 7], np.int8), n),
        rng.integers(0, 60, n) * DAY + rng.integers(0, 9, n),
        np.where(rng.random(n) < 0.1, 0, 1).astype(np.float32),
    )
    return Histories.from_rows(customer_row, events, n_customers=n_customers)


@given(st.integers(0, 10_000), st.sampled_from([NOW, 30 * DAY]))
@settings(max_examples=25, deadline=None)
def test_all_at_once_equals_one_after_the_other(seed, as_of):
    """Trust, reasons and styles are those of `judge` and `find_styles` of each customer alone."""
    histories = some_histories(seed)
    found = JUDGE.judge_all(histories, as_of_us=as_of)
    for row in range(len(histories)):
        history, own = histories.of(row), found.of(histories, row)
        verdicts = judge(history, STYLES, WEIGHER, BACKGROUND, as_of_us=as_of, settings=TRUST)
        judged = with_trust(history, verdicts)
        assert own.history.trust.tolist() == judged.trust.tolist()
        named = {place: REASONS[code] for place, code in enumerate(own.reason.tolist()) if code}
        assert named == {one.event: one.reason for one in verdicts}
        expected = find_styles(judged, STYLES, WEIGHER, BACKGROUND, as_of_us=as_of)
        labels = np.full(len(history), -1)
        for number, style in enumerate(expected):
            labels[style.members] = number
        assert own.style.tolist() == labels.tolist()
        weights = WEIGHER.weigh(own.history, as_of)
        looked_up = styles_of(own.history, weights, own.style, STYLES)
        assert [(s.share, s.medoid) for s in looked_up] == [(s.share, s.medoid) for s in expected]


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_nothing_later_changes_what_is_thought(seed):
    """What is thought of the past is the same when the future is not there."""
    histories, moment = some_histories(seed), 30 * DAY
    past = histories.events.time_us <= moment
    whole = JUDGE.judge_all(histories, as_of_us=moment)
    cut = JUDGE.judge_all(histories.where(past), as_of_us=moment)
    for one, other in ((whole.trust, cut.trust), (whole.reason, cut.reason)):
        assert one[past].tolist() == other.tolist()
    assert whole.style[past].tolist() == cut.style.tolist()
    assert set(whole.style[~past].tolist()) <= {-1}


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_busy_days_are_capped_as_by_counting(seed):
    """A dictionary of customer, day and kind gives the same caps."""
    histories = some_histories(seed)
    events, rows = histories.events, histories.customer_rows().tolist()
    keys = [
        (who, day, action == 0)
        for who, day, action in zip(
            rows, (events.time_us // DAY).tolist(), events.action.tolist(), strict=True
        )
    ]
    counts, only = Counter(keys), TrustSettings(purchases_a_day=1, others_a_day=2, outliers=False)
    expected = [
        min(given, (1 if key[2] else 2) / counts[key], 1.0)
        for key, given in zip(keys, events.trust.tolist(), strict=True)
    ]
    trust, _ = judge_all(histories, STYLES, WEIGHER, BACKGROUND, as_of_us=NOW, settings=only)
    assert trust.tolist() == expected


def test_who_refused_is_not_judged():
    """Their interactions keep the trust of the tables, without reason or style."""
    histories = some_histories(3)
    refused = np.arange(len(histories)) % 2 == 0
    found, plain = (
        JUDGE.judge_all(histories, as_of_us=NOW, refused=one) for one in (refused, None)
    )
    theirs = refused[histories.customer_rows()]
    assert found.trust[theirs].tolist() == histories.events.trust[theirs].tolist()
    assert set(found.reason[theirs].tolist()) == {0}
    assert set(found.style[theirs].tolist()) == {-1}
    assert found.trust[~theirs].tolist() == plain.trust[~theirs].tolist()


@pytest.mark.parametrize(
    ("switch", "reason"), [("gift_orders", "gift_order"), ("bulk", "bulk"), ("outliers", "outlier")]
)
def test_each_verdict_can_be_switched_off(switch, reason):
    """One switch, one reason less."""
    histories = some_histories(11, n_customers=30)

    def reasons(**changes):
        chosen = TrustSettings(purchases_a_day=1, others_a_day=2, **changes)
        judged = judge_all(histories, STYLES, WEIGHER, BACKGROUND, as_of_us=NOW, settings=chosen)
        return {REASONS[code] for code in judged[1].tolist()} - {""}

    assert reasons() == {"gift_order", "bulk", "outlier"}
    assert reason not in reasons(**{switch: False})


def test_what_was_saved_is_opened(tmp_path: Path):
    """Every array and number comes back."""
    histories = some_histories(1)
    found = JUDGE.judge_all(histories, as_of_us=NOW)
    found.save(tmp_path)
    opened = Judgements.load(tmp_path)
    for name in ("trust", "reason", "style"):
        np.testing.assert_array_equal(getattr(opened, name), getattr(found, name))
        assert getattr(opened, name).dtype == getattr(found, name).dtype
    assert opened.background.similarity == BACKGROUND.similarity
    assert opened.background.own_similarity == BACKGROUND.own_similarity


def test_marks_set_the_trust_of_exactly_that_event():
    """Everything else stays what it was; a place that is not there is refused."""
    history = some_histories(2).of(1)
    judged = JUDGE.judge_one(history, as_of_us=NOW)
    marked = judged.marked(Marks(aside=frozenset({3}), kept=frozenset({5})))
    assert (marked.history.trust[3], marked.history.trust[5]) == (0, 1)
    others = np.setdiff1d(np.arange(len(history)), [3, 5])
    assert marked.history.trust[others].tolist() == judged.history.trust[others].tolist()
    assert marked.places_by_hand() == {3, 5}
    assert judged.places_by_hand() == set()
    with pytest.raises(InputError, match="Event 99 is not in the history"):
        judged.marked(Marks(aside=frozenset({99})))


def test_a_kept_event_joins_the_style_it_looks_like():
    """A member without a label goes to the nearest style; alone it is a style of its own."""
    rows = np.array([0, 1, 2, 15, 16, 17, 18], np.int32)
    n = len(rows)
    events = History(rows, np.full(n, 3, np.int8), np.arange(n) * DAY, np.ones(n, np.float32))
    weights = WEIGHER.weigh(events, NOW)
    labels = np.array([0, 0, 0, 1, 1, 1, -1], np.int8)
    members = {frozenset(s.members.tolist()) for s in styles_of(events, weights, labels, STYLES)}
    assert members == {frozenset({0, 1, 2}), frozenset({3, 4, 5, 6})}
    alone = styles_of(events.take(slice(0, 1)), weights[:1], labels[-1:], STYLES)
    assert [style.share for style in alone] == [1.0]
