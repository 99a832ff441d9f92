import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant import columns as c
from penchant.settings import TasteSettings
from penchant.taste.histories import ACTION_CODES, Histories, History
from penchant.taste.profile import build_profile, build_profiles, distinct_liked
from penchant.taste.weights import Weigher

DAY = 86_400_000_000
AS_OF = 100 * DAY
N_PRODUCTS, DIM = 40, 8


def unit(matrix):
    return (matrix / np.linalg.norm(matrix, axis=1, keepdims=True)).astype(np.float32)


STYLES = unit(np.random.default_rng(5).standard_normal((N_PRODUCTS, DIM)))
STYLES[7] = 0
PLACED = (STYLES != 0).any(axis=1)
WEIGHER = Weigher.from_settings(TasteSettings(), PLACED)


def history(rows):
    """rows: (product_row, action, time in days), oldest first."""
    return History(
        np.array([r[0] for r in rows], np.int32),
        np.array([ACTION_CODES[r[1]] for r in rows], np.int8),
        np.array([round(r[2] * DAY) for r in rows], np.int64),
        np.ones(len(rows), np.float32),
    )


def profile_of(rows, *, styles=STYLES, weigher=WEIGHER, as_of_us=AS_OF, min_interactions=3):
    return build_profile(
        history(rows), styles, weigher, as_of_us=as_of_us, min_interactions=min_interactions
    )


def naive_profile(rows, min_interactions=3):
    """The 20-line twin: plain floats, one interaction at a time, no cancelling actions."""
    weights = TasteSettings().weights
    total, mass, liked = [0.0] * DIM, 0.0, set()
    for product, action, day in rows:
        if product < 0 or not PLACED[product] or day > 100:
            continue
        weight = weights[action] * 0.5 ** ((100 - day) / 30)
        mass += abs(weight)
        if weight > 0:
            liked.add(product)
        for axis in range(DIM):
            total[axis] += weight * float(STYLES[product, axis])
    length = math.sqrt(sum(value * value for value in total))
    if len(liked) < min_interactions or length < 1e-5 * mass:
        return None
    return [value / length for value in total], length / mass


LIKES = (c.PURCHASE, c.ADD_TO_WISHLIST, c.ADD_TO_CART, c.VIEW, c.CLICK, c.HIDE)
row = st.tuples(st.integers(-1, N_PRODUCTS - 1), st.sampled_from(LIKES), st.integers(0, 105))
lists = st.lists(row, max_size=25).map(lambda rows: sorted(rows, key=lambda r: r[2]))


@given(lists, st.integers(1, 4))
@settings(max_examples=80, deadline=None)
def test_profile_equals_the_naive_twin(rows, needed):
    found, expected = profile_of(rows, min_interactions=needed), naive_profile(rows, needed)
    assert (found is None) == (expected is None)
    if expected:
        np.testing.assert_allclose(found.vector, expected[0], atol=1e-6)
        assert found.consistency == pytest.approx(min(1.0, expected[1]), abs=1e-9)


@given(st.lists(lists, min_size=1, max_size=9), st.integers(1, 4))
@settings(max_examples=40, deadline=None)
def test_a_batch_in_any_chunks_equals_one_customer_at_a_time(customers, chunk):
    loose = history([one for rows in customers for one in rows])
    owner = np.repeat(np.arange(len(customers), dtype=np.int32), [len(r) for r in customers])
    histories = Histories.from_rows(owner, loose, n_customers=len(customers))
    batch = build_profiles(
        histories, STYLES, WEIGHER, as_of_us=AS_OF, min_interactions=3, chunk=chunk
    )
    for number in range(len(customers)):
        alone = build_profile(
            histories.of(number), STYLES, WEIGHER, as_of_us=AS_OF, min_interactions=3
        )
        if alone is None:
            assert not batch.vectors[number].any()
            assert np.isnan(batch.consistency[number])
        else:
            tolerance = 1e-6 / max(alone.consistency, 0.1)
            np.testing.assert_allclose(batch.vectors[number], alone.vector, atol=tolerance)
            assert batch.consistency[number] == pytest.approx(alone.consistency, abs=1e-6)


@given(lists, st.integers(0, N_PRODUCTS - 1))
@settings(max_examples=40, deadline=None)
def test_shares_sum_to_the_similarity(rows, target):
    profile = profile_of(rows, min_interactions=1)
    if profile is None:
        return
    shares = profile.shares(STYLES, STYLES[target])
    likeness = [STYLES[p].astype(np.float64) @ STYLES[target] for p in profile.events.product_row]
    total = profile.weights @ STYLES[profile.events.product_row].astype(np.float64)
    exact = total @ STYLES[target] / np.linalg.norm(total)
    assert shares.sum() == pytest.approx(exact, abs=1e-9)
    assert shares.sum() == pytest.approx(float(profile.vector @ STYLES[target]), abs=1e-6)
    np.testing.assert_allclose(shares * profile.length, profile.weights * likeness, atol=1e-12)


def test_removing_an_event_takes_exactly_its_share_from_the_unscaled_score():
    rows = [(n, c.VIEW, 50 + n) for n in range(10) if n != 7]
    whole, less = profile_of(rows), profile_of(rows[:4] + rows[5:])
    target = STYLES[20]
    before = whole.shares(STYLES, target) * whole.length
    after = less.shares(STYLES, target) * less.length
    assert before.sum() - after.sum() == pytest.approx(before[4], abs=1e-12)


def test_row_order_does_not_matter():
    rows = [(n % 6, LIKES[n % 5], 10 * (n % 4)) for n in range(20)]
    rng = np.random.default_rng(1)
    profiles = []
    for _ in range(5):
        shuffled = [rows[n] for n in rng.permutation(len(rows))]
        histories = Histories.from_rows(np.zeros(20, np.int32), history(shuffled), n_customers=1)
        profiles.append(
            build_profile(histories.of(0), STYLES, WEIGHER, as_of_us=AS_OF, min_interactions=3)
        )
    assert len({profile.vector.tobytes() for profile in profiles}) == 1


ROWS = [(1, c.VIEW, 80), (2, c.PURCHASE, 90), (3, c.HIDE, 95), (9, c.CLICK, 60), (2, c.VIEW, 99)]


def test_shifting_as_of_or_scaling_all_weights_keeps_the_direction():
    base = profile_of(ROWS)
    later = profile_of(ROWS, as_of_us=AS_OF + 30 * DAY)
    tripled = TasteSettings(weights={k: 3 * v for k, v in TasteSettings().weights.items()})
    scaled = profile_of(ROWS, weigher=Weigher.from_settings(tripled, PLACED))
    np.testing.assert_allclose(later.vector, base.vector, atol=1e-7)
    np.testing.assert_allclose(scaled.vector, base.vector, atol=1e-7)
    assert later.mass == pytest.approx(base.mass / 2)
    assert scaled.mass == pytest.approx(base.mass * 3)


def test_old_events_keep_their_direction_in_a_batch():
    histories = Histories.from_rows(np.zeros(5, np.int32), history(ROWS), n_customers=1)
    short = Weigher.from_settings(TasteSettings(half_life_days=1.0), PLACED)
    late = AS_OF + 400 * DAY  # weights near 2 ** -400: zero in float32
    batch = build_profiles(histories, STYLES, short, as_of_us=late, min_interactions=3)
    alone = profile_of(ROWS, weigher=short)
    np.testing.assert_allclose(batch.vectors[0], alone.vector, atol=1e-6)


def test_an_interaction_twice_equals_twice_its_weight():
    doubled = TasteSettings(weights={**TasteSettings().weights, c.CLICK: 1.0})
    rows = [(1, c.VIEW, 80), (2, c.PURCHASE, 90), (9, c.CLICK, 60)]
    twice = profile_of([*rows, (9, c.CLICK, 60)])
    heavier = profile_of(rows, weigher=Weigher.from_settings(doubled, PLACED))
    np.testing.assert_allclose(twice.vector, heavier.vector, atol=1e-7)


@pytest.mark.parametrize(
    "rows",
    [
        [(1, c.VIEW, 90)] * 9 + [(2, c.VIEW, 90)],  # two products only
        [(1, c.VIEW, 90), (2, c.VIEW, 90), (7, c.VIEW, 90)],  # 7 has no vector
        [(1, c.VIEW, 90), (2, c.VIEW, 90), (-1, c.VIEW, 90)],  # not in the build
        [(1, c.VIEW, 90), (2, c.VIEW, 90), (3, c.HIDE, 90)],  # hidden is not liked
        [(1, c.VIEW, 90), (2, c.VIEW, 90), (3, c.VIEW, 101)],  # still to come
        [(1, c.VIEW, 90), (2, c.VIEW, 90), (3, c.PURCHASE, 91), (3, c.RETURN, 92)],
    ],
)
def test_two_usable_products_are_cold_where_three_are_needed(rows):
    assert profile_of(rows) is None
    assert profile_of(rows, min_interactions=2) is not None


def test_a_customer_without_interactions_is_cold():
    assert profile_of([], min_interactions=1) is None


def test_likes_that_cancel_out_make_no_profile():
    styles = np.array([[1, 0], [-1, 0], [0, 1], [0, -1]], np.float32)
    weigher = Weigher.from_settings(TasteSettings(), np.ones(4, bool))
    rows = [(n, c.VIEW, 100) for n in range(4)]
    found = profile_of(rows, styles=styles, weigher=weigher)
    histories = Histories.from_rows(np.zeros(4, np.int32), history(rows), n_customers=1)
    batch = build_profiles(histories, styles, weigher, as_of_us=AS_OF, min_interactions=3)
    assert found is None
    assert not batch.vectors.any()
    assert np.isnan(batch.consistency).all()


def test_a_like_and_its_hidden_twin_cancel_to_rounding_and_stay_cold_in_both():
    rows = [(n, action, 70 + n) for n in (1, 2, 3) for action in (c.ADD_TO_WISHLIST, c.HIDE)]
    histories = Histories.from_rows(np.zeros(6, np.int32), history(rows), n_customers=1)
    batch = build_profiles(histories, STYLES, WEIGHER, as_of_us=AS_OF, min_interactions=3)
    assert profile_of(rows) is None
    assert not batch.vectors.any()


def test_one_style_alone_is_perfectly_consistent():
    styles = np.repeat(STYLES[:1], 3, axis=0)
    found = profile_of([(n, c.VIEW, 90) for n in range(3)], styles=styles)
    assert found.consistency == pytest.approx(1.0)
    assert found.consistency <= 1.0


def test_events_that_do_not_count_are_not_kept():
    rows = [(1, c.VIEW, 80), (7, c.VIEW, 81), (2, c.VIEW, 82), (9, c.VIEW, 83), (4, c.VIEW, 101)]
    found = profile_of(rows)
    assert found.events.product_row.tolist() == [1, 2, 9]
    assert (found.weights > 0).all()
    assert len(found.shares(STYLES, STYLES[0])) == 3


def test_the_batch_leaves_its_input_alone():
    histories = Histories.from_rows(np.zeros(5, np.int32), history(ROWS), n_customers=1)
    copies = [part.copy() for part in (histories.starts, histories.events.product_row, STYLES)]
    build_profiles(histories, STYLES, WEIGHER, as_of_us=AS_OF, min_interactions=3)
    for part, copy in zip(
        (histories.starts, histories.events.product_row, STYLES), copies, strict=True
    ):
        np.testing.assert_array_equal(part, copy)


def test_nobody_has_no_profiles():
    histories = Histories.from_rows(np.empty(0, np.int32), History.empty(), n_customers=0)
    batch = build_profiles(histories, STYLES, WEIGHER, as_of_us=AS_OF, min_interactions=3)
    assert batch.vectors.shape == (0, DIM)
    silent = Histories.from_rows(np.empty(0, np.int32), History.empty(), n_customers=3)
    batch = build_profiles(silent, STYLES, WEIGHER, as_of_us=AS_OF, min_interactions=1)
    assert not batch.vectors.any()


pairs = st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([-1.0, 0.0, 0.5]))


@given(st.lists(pairs, max_size=30))
def test_distinct_liked_counts_products_not_events(loose):
    customers, products, weights = (
        np.array([one[n] for one in loose], dtype)
        for n, dtype in enumerate((np.int32, np.int32, np.float64))
    )
    found = distinct_liked(customers, products, weights, 4)
    expected = [len({p for o, p, w in loose if o == owner and w > 0}) for owner in range(4)]
    assert found.tolist() == expected
