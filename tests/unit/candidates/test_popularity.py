"""Popularity: each customer counts once, and a small segment follows the shop."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from penchant.candidates.popular import count_popularity
from penchant.candidates.popularity import MIN_CUSTOMERS, Popularity, find_popularity, shrink
from penchant.errors import BuildError


def test_popularity_counts_each_customer_once_by_the_strongest_event() -> None:
    rng = np.random.default_rng(1)
    customers = rng.integers(0, 9, 200).astype(np.int32)
    products = rng.integers(-1, 6, 200).astype(np.int32)
    weights = rng.choice([-5.0, 0.0, 0.5, 1.0, 10.0], 200)
    slow = np.zeros(6)
    for customer in range(9):
        for product in range(6):
            own = weights[(customers == customer) & (products == product)]
            slow[product] += max(own.max(initial=0.0), 0.0)
    fast = count_popularity(customers, products, weights, n_products=6)
    assert fast.tolist() == pytest.approx(slow.tolist())


def test_popularity_of_nothing_is_zero() -> None:
    none = np.empty(0, np.int32)
    assert count_popularity(none, none, np.empty(0), n_products=3).tolist() == [0, 0, 0]


def some_popularity(n_segment: int = MIN_CUSTOMERS) -> Popularity:
    """Customers of "few" are one too few, those of "many" enough; the last is in no segment."""
    segments = ("few",) * (MIN_CUSTOMERS - 1) + ("many",) * n_segment + (None,)
    rng = np.random.default_rng(3)
    n = 400
    customers = rng.integers(0, len(segments), n).astype(np.int32)
    products = rng.integers(0, 8, n).astype(np.int32)
    weights, lately = rng.choice([0.1, 1.0], n), rng.random(n) < 0.3
    return find_popularity(customers, products, weights, lately, n_products=8, segments=segments)


def test_segments_of_too_few_customers_are_left_out_and_those_in_them_are_in_none() -> None:
    found = some_popularity()
    assert found.segments == ("many",)
    rows = found.segment_row.tolist()
    assert rows == [-1] * (MIN_CUSTOMERS - 1) + [0] * MIN_CUSTOMERS + [-1]
    assert some_popularity(MIN_CUSTOMERS - 1).segments == ()


def test_a_segment_counts_its_own_customers_mixed_with_the_shop() -> None:
    """Against the formula, product by product; each row sums to what the whole shop liked."""
    rng = np.random.default_rng(0)
    counted, overall = rng.integers(0, 30, 8).astype(float), rng.integers(30, 90, 8).astype(float)
    found = shrink(counted, overall, shrinkage=40.0)
    for product in range(8):
        share = (counted[product] + 40 * overall[product] / overall.sum()) / (counted.sum() + 40)
        assert found[product] == pytest.approx(share * overall.sum())
    assert found.sum() == pytest.approx(overall.sum())
    segments = some_popularity()
    assert segments.by_segment[0].sum() == pytest.approx(segments.overall.sum(), rel=1e-5)


def test_a_segment_without_customers_is_the_shop_and_a_large_one_is_itself() -> None:
    overall = np.array([6.0, 3.0, 1.0])
    assert shrink(np.zeros(3), overall).tolist() == pytest.approx(overall.tolist())
    own = np.array([0.0, 0.0, 1e9])
    assert shrink(own, overall).tolist() == pytest.approx([0, 0, 10], abs=1e-4)
    assert shrink(np.zeros(2), np.zeros(2)).tolist() == [0, 0]


def test_nobody_of_a_segment_gets_what_everyone_likes() -> None:
    found = some_popularity()
    assert found.among(-1) is found.popular
    assert found.among(0).liked.tolist() == found.by_segment[0].tolist()


def test_popularity_opens_as_it_was_saved(tmp_path: Path) -> None:
    found = some_popularity()
    found.save(tmp_path)
    opened = Popularity.load(tmp_path)
    assert opened.segments == found.segments
    for name in ("overall", "recent", "by_segment", "segment_row"):
        np.testing.assert_array_equal(getattr(opened, name), getattr(found, name))


def test_damaged_popularity_is_refused(tmp_path: Path) -> None:
    some_popularity().save(tmp_path)
    whole = (tmp_path / "recent.npy").read_bytes()
    np.save(tmp_path / "recent.npy", np.zeros(3))
    with pytest.raises(BuildError, match="does not fit together"):
        Popularity.load(tmp_path)
    (tmp_path / "recent.npy").write_bytes(whole[:20])
    with pytest.raises(BuildError, match="cannot be read"):
        Popularity.load(tmp_path)
