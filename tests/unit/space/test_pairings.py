"""Pairings: what goes together though it is not alike."""

import numpy as np
import pytest

from penchant.errors import BuildError
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


def test_shares_sum_to_the_score():
    """Each owned product's share is its part of the sum, over the length of the whole."""
    pairings = learn(*pair_shop())
    rows, weights = np.array([3, -1, 8, 3], np.int32), np.array([1.0, 5.0, 0.5, 2.0])
    shares = pairings.shares(rows, 9, weights)
    score = pairings.candidates[9] @ pairings.wanted(rows, weights)
    assert shares.sum() == pytest.approx(score, abs=1e-6)
    assert shares[1] == 0.0
    assert shares[3] == pytest.approx(2 * shares[0])
    assert pairings.shares(rows[1:2], 9).tolist() == [0.0]


def test_pairings_open_as_they_were_saved_and_damage_is_told(tmp_path):
    """Both sides come back; a side of another shape, or a missing one, is refused."""
    pairings = learn(*pair_shop())
    pairings.save(tmp_path)
    again = Pairings.load(tmp_path)
    assert again.owned.tolist() == pairings.owned.tolist()
    assert again.candidates.tolist() == pairings.candidates.tolist()
    np.save(tmp_path / "owned.npy", pairings.owned[1:])
    with pytest.raises(BuildError, match="do not fit together"):
        Pairings.load(tmp_path)
    (tmp_path / "owned.npy").unlink()
    with pytest.raises(BuildError, match="cannot be read"):
        Pairings.load(tmp_path)
