"""What must hold for any shop: profiles are sums, and nearest products are really the nearest."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant import columns as c
from penchant.index import ExactIndex
from penchant.maths.rows import unit_rows
from penchant.settings import TasteSettings
from penchant.taste.histories import ACTION_CODES, Histories, History
from penchant.taste.profile import build_profile, build_profiles
from penchant.taste.weights import Weigher

DAY = 86_400_000_000
N_PRODUCTS, DIM = 25, 6
seeds = st.integers(0, 2**32)
LIKED = [ACTION_CODES[action] for action in (c.PURCHASE, c.ADD_TO_CART, c.VIEW, c.CLICK)]


class Shop:
    """A random shop: styles and loose interactions of a few customers."""

    def __init__(self, seed, *, n=60, n_customers=5):
        rng = np.random.default_rng(seed)
        self.rng, self.n_customers = rng, n_customers
        self.styles = unit_rows(rng.standard_normal((N_PRODUCTS, DIM)))
        self.customers = rng.integers(0, n_customers, n).astype(np.int32)
        self.events = History(
            rng.integers(0, N_PRODUCTS, n).astype(np.int32),
            rng.choice(LIKED, n).astype(np.int8),
            rng.integers(0, 100 * DAY, n),
            rng.choice([0.0, 0.5, 1.0], n).astype(np.float32),
        )
        self.weigher = Weigher.from_settings(TasteSettings(), np.ones(N_PRODUCTS, bool))

    def histories(self, keep=None):
        every = np.arange(len(self.events)) if keep is None else keep
        return Histories.from_rows(
            self.customers[every], self.events.take(every), n_customers=self.n_customers
        )

    def profiles(self, histories, styles=None):
        return build_profiles(
            histories,
            self.styles if styles is None else styles,
            self.weigher,
            as_of_us=100 * DAY,
            min_interactions=1,
        )

    def taste(self, keep):
        """The unscaled sum of customer 0 over some of the interactions."""
        found = build_profile(
            self.histories(keep).of(0),
            self.styles,
            self.weigher,
            as_of_us=100 * DAY,
            min_interactions=1,
        )
        return np.zeros(DIM) if found is None else found.vector.astype(np.float64) * found.length


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_tastes_of_two_parts_add_up_to_the_taste_of_the_whole(seed):
    shop = Shop(seed)
    part = shop.rng.random(60) < 0.5
    whole = shop.taste(np.arange(60))
    parts = shop.taste(np.flatnonzero(part)) + shop.taste(np.flatnonzero(~part))
    np.testing.assert_allclose(parts, whole, atol=1e-5 * max(1.0, np.abs(whole).max()))


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_neither_the_order_of_rows_nor_other_customers_change_a_profile(seed):
    shop = Shop(seed)
    whole = shop.profiles(shop.histories())
    shuffled = shop.profiles(shop.histories(shop.rng.permutation(60)))
    assert whole.vectors.tobytes() == shuffled.vectors.tobytes()
    alone = shop.profiles(shop.histories(np.flatnonzero(shop.customers == 2)))
    np.testing.assert_array_equal(alone.vectors[2], whole.vectors[2])


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_a_turned_space_turns_the_profiles_and_keeps_similarities(seed):
    shop = Shop(seed)
    turn, _ = np.linalg.qr(shop.rng.standard_normal((DIM, DIM)))
    plain = shop.profiles(shop.histories()).vectors
    turned = shop.profiles(shop.histories(), (shop.styles @ turn).astype(np.float32)).vectors
    np.testing.assert_allclose(turned, plain @ turn, atol=1e-5)


@given(seeds)
@settings(max_examples=25, deadline=None)
def test_profiles_have_length_one_or_zero_and_consistency_within_bounds(seed):
    shop = Shop(seed)
    batch = shop.profiles(shop.histories())
    lengths = np.linalg.norm(batch.vectors, axis=1)
    warm = np.isfinite(batch.consistency)
    np.testing.assert_allclose(lengths, warm.astype(float), atol=1e-6)
    assert ((batch.consistency[warm] >= 0) & (batch.consistency[warm] <= 1)).all()


@given(seeds, st.integers(1, 12))
@settings(max_examples=40, deadline=None)
def test_storing_products_in_another_order_finds_the_same_products(seed, k):
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.standard_normal((40, DIM)))
    queries = unit_rows(rng.standard_normal((3, DIM)))
    order = rng.permutation(40)
    plain = ExactIndex.over(vectors).query(queries, k)
    moved = ExactIndex.over(vectors[order]).query(queries, k)
    np.testing.assert_array_equal(order[moved.rows], plain.rows)


@given(seeds, st.integers(1, 30))
@settings(max_examples=40, deadline=None)
def test_an_answer_is_sorted_distinct_eligible_and_a_prefix_of_a_longer_one(seed, k):
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.standard_normal((4, DIM)))[rng.integers(0, 4, 60)]
    eligible = rng.random(60) < rng.random()
    excluded = [rng.integers(0, 60, 10).astype(np.int32)]
    query = unit_rows(rng.standard_normal((1, DIM)))
    index = ExactIndex.over(vectors)
    answer = index.query(query, k, eligible=eligible, excluded=excluded).of(0)
    longer = index.query(query, k + 7, eligible=eligible, excluded=excluded).of(0)
    rows = [row for row, _ in answer]
    assert [row for row, _ in longer[:k]] == rows
    assert len(set(rows)) == len(rows) == min(k, (eligible & ~np.isin(range(60), excluded)).sum())
    assert all(eligible[row] and row not in excluded[0] for row in rows)
    similarities = np.array([similarity for _, similarity in answer])
    assert (np.diff(similarities) <= 1e-9).all()
