"""Two slates dealt into one: fair, exact, and sooner sure than an A/B test."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from penchant.errors import InputError
from penchant.experiments.interleaving import draft_chances, interleave
from penchant.experiments.preference import preference

seeds = st.integers(0, 2**32)
sizes = st.integers(0, 9)


def slates(seed: int, k: int, *, spare: int = 4) -> tuple[list[str], list[str]]:
    """Two slates from few products, so that they share many."""
    rng = np.random.default_rng(seed)
    names = [f"P{n}" for n in range(k + spare)]
    first, second = (rng.permutation(names)[:k].tolist() for _ in range(2))
    alike = int(rng.integers(0, k + 1))
    rest = [one for one in second if one not in first[:alike]]
    return first, (first[:alike] + rest + [one for one in names if one not in first + rest])[:k]


class Coins:
    """A generator that throws the coins it is told."""

    def __init__(self, coins: tuple[float, ...]) -> None:
        self.left = list(coins)

    def random(self) -> float:
        return self.left.pop(0)


@given(seeds, sizes)
def test_a_slate_of_both_has_as_many_products_and_none_twice(seed: int, k: int) -> None:
    first, second = slates(seed, k)
    mixed = interleave(first, second, rng=np.random.default_rng(seed))
    assert len(mixed.product_ids) == len(mixed.teams) == len(set(mixed.product_ids)) == k
    prefix = next((n for n in range(k) if first[n] != second[n]), k)
    assert mixed.product_ids[:prefix] == tuple(first[:prefix])
    assert set(mixed.teams[:prefix]) <= {""}
    assert "" not in mixed.teams[prefix:]
    for n in range(prefix, k - 1, 2):
        assert {mixed.teams[n], mixed.teams[n + 1]} == {"a", "b"}


@given(seeds, sizes)
def test_each_team_brings_its_best_that_is_not_there_yet(seed: int, k: int) -> None:
    first, second = slates(seed, k)
    mixed = interleave(first, second, rng=np.random.default_rng(seed))
    for place, (name, team) in enumerate(zip(mixed.product_ids, mixed.teams, strict=True)):
        for own, slate in (("a", first), ("b", second)):
            if team == own:
                assert name == next(o for o in slate if o not in mixed.product_ids[:place])


@given(seeds, st.integers(0, 8))
def test_the_chances_are_those_of_all_coins(seed: int, k: int) -> None:
    first, second = slates(seed, k)
    rounds = (k + 1) // 2
    counts = [Counter() for _ in range(k)]
    for coins in product((0.25, 0.75), repeat=rounds):
        mixed = interleave(first, second, rng=Coins(coins))
        for place, pair in enumerate(zip(mixed.product_ids, mixed.teams, strict=True)):
            counts[place][pair] += 1
    for slot, counted in zip(draft_chances(first, second), counts, strict=True):
        told = {pair: chance for pair, chance in slot.chances.items() if chance > 0}
        assert told == pytest.approx({pair: n / 2**rounds for pair, n in counted.items()})
        assert slot.team("a") == pytest.approx(slot.team("b"))
        assert slot.team("a") + slot.team("b") + slot.team("") == pytest.approx(1)


@given(seeds, sizes)
def test_whose_slate_is_first_means_nothing(seed: int, k: int) -> None:
    first, second = slates(seed, k)
    for one, other in zip(draft_chances(first, second), draft_chances(second, first), strict=True):
        for name in {*first, *second}:
            assert one.product(name) == pytest.approx(other.product(name))


def test_the_chances_of_long_slates_that_want_the_same_are_quickly_told() -> None:
    names = [f"P{n}" for n in range(40)]
    slots = draft_chances(names, names[::-1])
    assert sum(one.product("P0") for one in slots) == pytest.approx(1)
    assert slots[0].chances == {("P0", "a"): 0.5, ("P39", "b"): 0.5}


def test_a_click_is_a_point_for_who_brought_the_product() -> None:
    mixed = interleave(list("xabc"), list("xdbe"), rng=Coins((0.1, 0.1)))
    assert (mixed.product_ids, mixed.teams) == (("x", "a", "d", "b"), ("", "a", "b", "a"))
    assert mixed.points(["x", "d", "d", "?"]) == (0, 1)
    assert mixed.points(["b", "a"]) == (2, 0)


def test_slates_that_cannot_be_dealt_are_refused() -> None:
    for draft in (draft_chances, lambda a, b: interleave(a, b, rng=Coins(()))):
        with pytest.raises(InputError, match="One slate has 1 products, the other 2"):
            draft(["a"], ["a", "b"])
        with pytest.raises(InputError, match="twice"):
            draft(["a", "a"], ["a", "b"])


def test_customers_count_once_however_often_they_came() -> None:
    customer = np.array([1, 1, 1, 2, 3, 4, 5])
    found = preference(customer, np.array([0, 1, 0, 2, 1, 0, 0]), np.array([1, 0, 1, 0, 1, 0, 3]))
    assert (found.wins, found.losses, found.ties, found.silent) == (2, 1, 1, 1)
    assert found.win_share.value == pytest.approx((1 + 0 + 0.5 + 1) / 4)
    assert found.click_share.value == pytest.approx(6 / 10)
    assert found.p_value == pytest.approx(1.0)
    assert found.better == ""


def test_nobody_who_clicks_prefers_nothing() -> None:
    none = preference(np.array([1, 2]), np.zeros(2, int), np.zeros(2, int))
    assert (none.silent, none.p_value, none.better) == (2, 1.0, "")
    assert np.isnan(none.click_share.value)
    with pytest.raises(InputError, match="of one length"):
        preference(np.array([1]), np.zeros(2, int), np.zeros(2, int))
    with pytest.raises(InputError, match=">= 0"):
        preference(np.array([1]), np.array([-1]), np.array([0]))


@given(seeds)
def test_of_one_visit_each_the_click_share_is_that_of_a_ratio(seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = rng.integers(0, 3, 40), rng.integers(0, 3, 40)
    a[0], b[1] = 1, 1
    found, share = preference(np.arange(40), a, b), b.sum() / (a + b).sum()
    parts = (b - share * (a + b))[a + b > 0]
    n = len(parts)
    error = np.sqrt(n / (n - 1) * (parts**2).sum()) / (a + b).sum()
    assert found.click_share.value == pytest.approx(share)
    assert found.click_share.high == pytest.approx(share + 1.959964 * error)


K, POOL = 6, 12
EXAMINED = 0.85 ** np.arange(K)


class Visits:
    """Customers with tastes of their own look down slates of two rankers."""

    def __init__(self, seed: int, *, edge: float) -> None:
        self.rng = np.random.default_rng(seed)
        self.edge = edge

    def rankings(self, appeal: np.ndarray) -> tuple[list[str], list[str]]:
        """Two slates by noisy sight of what appeals; the second sees a bit more of it."""
        noise = self.rng.standard_normal((2, POOL))
        seen = (noise[0] + appeal, noise[1] + (1 + self.edge) * appeal)
        return tuple([f"P{n}" for n in np.argsort(-one)[:K]] for one in seen)  # type: ignore[return-value]

    def clicks(self, shown: tuple[str, ...], appeal: np.ndarray, zeal: float) -> list[str]:
        """Products clicked: seen by their place, liked by their appeal."""
        rows = np.array([int(name[1:]) for name in shown])
        chance = np.minimum(zeal * 0.06 * np.exp(0.8 * appeal[rows]) * EXAMINED, 1)
        return [name for name, hit in zip(shown, self.rng.random(K) < chance, strict=True) if hit]

    def run(self, customers: int, visits: int = 2) -> tuple[float, float]:
        """The p values of interleaving and of an A/B test with as many visits."""
        points = np.zeros((customers, 2), np.int64)
        clicks = np.zeros(customers)
        arm = self.rng.permutation(customers) % 2
        for who in range(customers):
            zeal = self.rng.gamma(2.0, 0.5)
            for _ in range(visits):
                appeal = self.rng.standard_normal(POOL)
                first, second = self.rankings(appeal)
                mixed = interleave(first, second, rng=self.rng)
                points[who] += mixed.points(self.clicks(mixed.product_ids, appeal, zeal))
                own = tuple(second if arm[who] else first)
                clicks[who] += len(self.clicks(own, appeal, zeal))
        chosen = preference(np.arange(customers), points[:, 0], points[:, 1])
        a, b = clicks[arm == 0], clicks[arm == 1]
        z = (b.mean() - a.mean()) / np.sqrt(a.var(ddof=1) / len(a) + b.var(ddof=1) / len(b))
        return chosen.p_value, float(2 * (1 - _normal(abs(z))))


def _normal(z: float) -> float:
    from statistics import NormalDist

    return NormalDist().cdf(z)


def shares(edge: float, runs: int, customers: int) -> tuple[float, float]:
    """How often interleaving and A/B call a difference."""
    found = np.array([Visits(seed, edge=edge).run(customers) for seed in range(runs)]) < 0.05
    return float(found[:, 0].mean()), float(found[:, 1].mean())


def test_interleaving_sees_more_in_as_many_visits_than_an_ab_test() -> None:
    mixed, split = shares(edge=0.6, runs=25, customers=250)
    assert mixed > split + 0.2


@pytest.mark.proof
def test_interleaving_has_far_more_power_and_no_more_false_alarms() -> None:
    mixed, split = shares(edge=0.6, runs=150, customers=1_000)
    assert mixed > 0.75
    assert split < mixed - 0.4
    false, _ = shares(edge=0.0, runs=1_000, customers=150)
    assert false <= 0.05 + 2 * np.sqrt(0.05 * 0.95 / 1_000)


def test_of_two_alike_a_preference_is_seen_in_less_than_one_of_twenty() -> None:
    rng = np.random.default_rng(12)
    alarms = 0
    for _ in range(1_000):
        zeal = rng.gamma(0.5, 1.0, 200)
        points = rng.poisson(zeal[:, None] * 0.7, (200, 2))
        alarms += preference(np.arange(200), points[:, 0], points[:, 1]).p_value < 0.05
    assert alarms <= 60
