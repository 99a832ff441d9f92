"""Pairings: what goes together though it is not alike."""

import numpy as np

from penchant.maths.rows import unit_rows
from penchant.space.baskets import Baskets
from penchant.space.pairings import Pairings, learn_pairings
from penchant.space.softmax_map import Schedule


def pair_shop(seed=0, n=60):
    """Product 2i looks like no 2i + 1, yet they are always sold together."""
    rng = np.random.default_rng(seed)
    z = unit_rows(rng.standard_normal((n, 16)))
    first = 2 * rng.integers(0, n // 2, 600)
    rows = np.stack([first, first + 1], axis=1).ravel().astype(np.int32)
    return z, Baskets(np.arange(0, 1201, 2), rows)


def learn(z, baskets, **options):
    plan = Schedule(epochs=40, batch=64)
    return learn_pairings(z, baskets, np.random.default_rng(1), dim=8, schedule=plan, **options)


def test_what_is_bought_together_is_found_though_it_looks_unlike():
    """The partner of a product ranks first for most products, itself aside."""
    z, baskets = pair_shop()
    pairings = learn(z, baskets)
    found = []
    for row in range(len(z)):
        scores = pairings.candidates @ pairings.wanted(np.array([row], np.int32))
        scores[row] = -np.inf
        found.append(int(scores.argmax()) == row ^ 1)
    assert np.mean(found) > 0.8


def test_the_vectors_are_unit_rows_and_the_same_for_the_same_rng():
    """Candidates have length 1; the same seed gives the same bytes."""
    z, baskets = pair_shop()
    one, two = learn(z, baskets), learn(z, baskets)
    np.testing.assert_allclose(np.linalg.norm(one.candidates, axis=1), 1.0, atol=1e-5)
    assert one.owned.tobytes() == two.owned.tobytes()
    assert one.candidates.tobytes() == two.candidates.tobytes()


def test_variants_of_a_design_teach_nothing_about_each_other():
    """Baskets of one design alone leave everything where it started."""
    z, baskets = pair_shop()
    still = learn(z, baskets, groups=np.arange(len(z)) // 2)
    start = learn_pairings(
        z, baskets, np.random.default_rng(0), dim=8, schedule=Schedule(epochs=0, batch=64)
    )
    np.testing.assert_allclose(still.candidates, start.candidates, atol=1e-6)


def test_what_is_wanted_is_the_weighted_sum_of_what_is_owned():
    """Unknown products add nothing, nothing owned gives zeros."""
    pairings = Pairings(np.eye(3, dtype=np.float32), np.eye(3, dtype=np.float32))
    rows, weights = np.array([0, -1, 2], np.int32), np.array([3.0, 9.0, 4.0])
    np.testing.assert_allclose(pairings.wanted(rows, weights), [0.6, 0.0, 0.8], atol=1e-6)
    assert pairings.wanted(np.array([], np.int32)).tolist() == [0, 0, 0]
