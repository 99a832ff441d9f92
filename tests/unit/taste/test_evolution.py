"""Change is called change only when it clears the noise of the customer's own days."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.maths.rows import unit_rows
from penchant.settings import TasteSettings
from penchant.taste.evolution import _shifts, follow_taste, window_edges
from penchant.taste.histories import History
from penchant.taste.weights import Weigher

DAY = 86_400_000_000
RNG = np.random.default_rng(4)
KINDS, EACH, DIM = 2, 30, 12
STYLES = unit_rows(
    np.repeat(np.eye(KINDS, DIM), EACH, axis=0) + 0.3 * RNG.standard_normal((KINDS * EACH, DIM))
)
WEIGHER = Weigher.from_settings(TasteSettings(), np.ones(len(STYLES), bool))
EDGES = (0, 50 * DAY, 100 * DAY)


def history(rows, days, actions=None):
    n = len(rows)
    return History(
        np.array(rows, np.int32),
        np.array([3] * n if actions is None else actions, np.int8),
        (np.array(days) * DAY).astype(np.int64),
        np.ones(n, np.float32),
    )


def follow(events, edges=EDGES, seed=0, **kwargs):
    return follow_taste(
        events, STYLES, WEIGHER, edges_us=edges, rng=np.random.default_rng(seed), **kwargs
    )


events_of = st.lists(
    st.tuples(st.integers(0, 99), st.integers(0, KINDS * EACH - 1), st.integers(0, 4)),
    min_size=1,
    max_size=30,
).map(sorted)


@given(events_of)
@settings(max_examples=60, deadline=None)
def test_windows_are_plain_sums_without_decay(rows):
    """Each window is the unit sum of action weight times style, one event at a time."""
    found = follow(
        history([r[1] for r in rows], [r[0] for r in rows], [r[2] for r in rows]), draws=20
    )
    for window, (low, high) in zip(found.windows, ((0, 50), (50, 100)), strict=True):
        inside = [r for r in rows if low <= r[0] < high]
        weights = [(10, 5, 3, 1, 0.5)[r[2]] for r in inside]
        total = sum((w * STYLES[r[1]] for w, r in zip(weights, inside, strict=True)), np.zeros(DIM))
        assert window.mass == pytest.approx(sum(weights))
        assert window.n_days == len({r[0] for r in inside})
        length = np.linalg.norm(total)
        np.testing.assert_allclose(window.vector, total / length if inside else total, atol=1e-5)
    shift = found.shifts[0]
    if shift:
        one, other = (window.vector.astype(float) for window in found.windows)
        assert shift.value == pytest.approx(1 - one @ other, abs=1e-5)
        assert 0 <= shift.low <= shift.high <= 2
    else:
        assert min(window.n_days for window in found.windows) < 3


@given(st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_shifts_of_resamples_equal_the_sums_written_out(seed):
    """The quadratic forms give 1 - cosine of the two repeated sums."""
    rng = np.random.default_rng(seed)
    days = rng.standard_normal((6, 4))
    before, after = rng.integers(0, 3, (2, 5, 6)).astype(float)
    found = _shifts(days @ days.T, before, after)
    for i in range(5):
        a, b = before[i] @ days, after[i] @ days
        length = np.linalg.norm(a) * np.linalg.norm(b)
        assert found[i] == pytest.approx(1 - (a @ b / length if length else 0.0), abs=1e-9)


def steady(rng, kinds_before, kinds_after, n=30):
    days = np.sort(rng.choice(100, size=n, replace=False))
    kind = [rng.choice(kinds_before if day < 50 else kinds_after) for day in days]
    return history([int(k * EACH + rng.integers(EACH)) for k in kind], days)


def test_a_taste_that_stays_is_seldom_called_changed():
    """Of 200 customers whose taste stays, one kind or two mixed, at most 5 % seem to change."""
    rng = np.random.default_rng(11)
    customers = [steady(rng, kinds, kinds) for kinds in ([0], [0, 1]) for _ in range(100)]
    wrong = [follow(one, seed=i, draws=100).shifts[0].changed for i, one in enumerate(customers)]
    assert sum(wrong) <= 10


def test_a_taste_that_turns_is_seen():
    """All of 20 customers who leave one kind for another are seen."""
    rng = np.random.default_rng(12)
    customers = [steady(rng, [0], [1]) for _ in range(20)]
    found = [follow(one, seed=i, draws=100).shifts[0] for i, one in enumerate(customers)]
    assert all(shift.changed and shift.low > 0.3 for shift in found)


def test_one_busy_day_is_no_change():
    """Forty views of another kind on one single day are one piece of evidence, too few to tell."""
    calm = [(day, day % EACH) for day in range(10, 50, 5)]
    busy = [(70, EACH + i % EACH) for i in range(40)]
    events = [*calm, *busy]
    assert follow(history([r for _, r in events], [d for d, _ in events])).shifts == (None,)


def test_three_windows_have_two_shifts_in_order():
    """The turn lies between the second window and the third."""
    events = [(day, day % EACH + (EACH if day >= 60 else 0)) for day in range(90)]
    found = follow(
        history([r for _, r in events], [d for d, _ in events]),
        edges=(0, 30 * DAY, 60 * DAY, 90 * DAY),
    )
    assert [shift.changed for shift in found.shifts] == [False, True]


@pytest.mark.parametrize("edges", [(0,), (5, 5), (9, 3)])
def test_edges_must_rise(edges):
    """The error names the edges."""
    with pytest.raises(InputError, match="must be at least 2 rising times"):
        follow(history([1], [1]), edges=edges)


def test_too_few_draws_are_refused():
    """The error names the number."""
    with pytest.raises(InputError, match="draws is 3, must be >= 20"):
        follow(history([1], [1]), draws=3)


def test_windows_are_the_newest_spans_of_ninety_days_or_two_halves():
    """Edges rise, the last event lies inside, and one moment has no windows."""
    for days, expected in (
        ([0], ()),
        ([5, 5], ()),
        ([0, 10], (0, 5, 10)),
        ([0, 179], (0, 89.5, 179)),
        ([0, 200], (20, 110, 200)),
        ([0, 1000], (640, 730, 820, 910, 1000)),
    ):
        edges = window_edges(np.array(days) * DAY)
        assert [edge / DAY for edge in edges] == pytest.approx(expected)
        assert not edges or edges[-1] > days[-1] * DAY
