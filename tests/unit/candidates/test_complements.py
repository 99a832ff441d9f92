"""Complements: the formula against loops, and what a shop without data gets."""

from __future__ import annotations

import numpy as np
import pytest

from penchant.candidates.category_graph import (
    GOES_WITH,
    WORDS,
    category_kind,
    default_affinity,
)
from penchant.candidates.complements import fit_complements
from penchant.candidates.completing import completing_source
from penchant.candidates.source import best_rows
from penchant.errors import InputError
from penchant.settings import ComplementSettings

CATEGORIES = ["Rings", "Rings", "Necklaces", "Earrings", None, "Vases", "Earrings", "Necklaces"]
N = len(CATEGORIES)
BASKETS = 30


def some_baskets(seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.integers(0, BASKETS, 90).astype(np.int32), rng.integers(-1, N, 90).astype(np.int32)


def slow_scores(
    pairs: tuple[np.ndarray, np.ndarray], m: float, graph: float, owned: int
) -> list[float]:
    """Follow the formula of the module, one number at a time."""
    x = np.zeros((BASKETS, N))
    for basket, product in zip(*pairs, strict=True):
        if product >= 0:
            x[basket, product] = 1
    names = sorted({name for name in CATEGORIES if name})
    sizes = [sum(x[:, i].sum() + 1 for i in range(N) if CATEGORIES[i] == name) for name in names]
    start = default_affinity(names, np.array(sizes))

    def together(i: int, j: int) -> float:
        ci, cj = CATEGORIES[i], CATEGORIES[j]
        return float(x[:, i] @ x[:, j]) if ci and cj and ci != cj else 0.0

    def between(a: str, b: str) -> float:
        of_a = [i for i in range(N) if CATEGORIES[i] == a]
        counts = sum(together(i, j) for i in of_a for j in range(N) if CATEGORIES[j] == b)
        every = sum(together(i, j) for i in of_a for j in range(N))
        return (counts + graph * start[names.index(a), names.index(b)]) / (every + graph)

    def share(j: int) -> float:
        same = [i for i in range(N) if CATEGORIES[i] == CATEGORIES[j]]
        return (x[:, j].sum() + 1) / sum(x[:, i].sum() + 1 for i in same)

    all_of_it = sum(together(owned, j) for j in range(N))
    scores = []
    for j in range(N):
        a, b = CATEGORIES[owned], CATEGORIES[j]
        prior = m * between(a, b) * share(j) if a and b else 0.0
        scores.append((together(owned, j) + prior) / (all_of_it + m))
    return scores


@pytest.mark.parametrize("seed", range(4))
def test_scores_are_shares_among_companions(seed: int) -> None:
    pairs = some_baskets(seed)
    chosen = ComplementSettings(prior_weight=4.0, graph_weight=7.0)
    found = fit_complements(*pairs, CATEGORIES, n_baskets=BASKETS, settings=chosen)
    for owned in range(N):
        scores = found.score_products(np.array([owned], np.int32))
        assert scores == pytest.approx(slow_scores(pairs, 4.0, 7.0, owned), rel=1e-6)
        assert scores.sum() == pytest.approx(1.0 if CATEGORIES[owned] else 0.0)


def test_a_cart_is_completed_by_the_weighted_sum_of_its_products() -> None:
    found = fit_complements(*some_baskets(9), CATEGORIES, n_baskets=BASKETS)
    rows, weights = np.array([0, 3, -1, 4], np.int32), np.array([1.0, 0.5, 9.0, 2.0])
    slow = sum(
        weight * found.score_products(np.array([row], np.int32))
        for row, weight in zip(rows, weights, strict=True)
    )
    assert found.score_products(rows, weights) == pytest.approx(slow)


@pytest.mark.parametrize("seed", range(6))
def test_the_source_proposes_what_a_look_at_all_products_finds(seed: int) -> None:
    rng, n = np.random.default_rng(seed), 300
    names = rng.choice([*CATEGORIES[:7], "Charms"], n).tolist()
    baskets = rng.integers(0, 80, 400).astype(np.int32), rng.integers(0, n, 400).astype(np.int32)
    found = fit_complements(*baskets, names, n_baskets=80)
    cart, eligible = rng.integers(0, n, seed).astype(np.int32), rng.random(n) < 0.6
    source, slow = completing_source(found, cart), found.score_products(cart)
    for k in (1, 10, 80, n):
        best = best_rows(slow, np.flatnonzero(eligible & (slow > 0)), k)
        assert source.candidates(k, eligible=eligible).tolist() == best.tolist()
    everything = np.arange(n, dtype=np.int32)
    assert source.scores(everything).tolist() == np.sqrt(slow).tolist()


def test_a_product_of_unknown_category_has_and_is_no_complement() -> None:
    found = fit_complements(*some_baskets(9), CATEGORIES, n_baskets=BASKETS)
    assert not found.score_products(np.array([4], np.int32)).any()
    assert found.score_products(np.array([0], np.int32))[4] == 0
    assert not found.score_products(np.empty(0, np.int32)).any()


def test_many_baskets_outweigh_the_graph() -> None:
    baskets = np.repeat(np.arange(200, dtype=np.int32), 2)
    products = np.tile(np.array([0, 5], np.int32), 200)  # rings with vases, against all custom
    found = fit_complements(baskets, products, CATEGORIES, n_baskets=200)
    for ring in (0, 1):
        assert found.score_products(np.array([ring], np.int32)).argmax() == 5


def test_a_shop_without_categories_has_no_complements() -> None:
    none = np.empty(0, np.int32)
    for categories in ([None, None], ["Rings", "Rings"]):
        found = fit_complements(none, none, categories, n_baskets=0)
        assert not found.score_products(np.array([0], np.int32)).any()


def test_products_of_another_build_are_refused() -> None:
    found = fit_complements(*some_baskets(1), CATEGORIES, n_baskets=BASKETS)
    with pytest.raises(InputError, match="product row 8 is not in the links"):
        found.score_products(np.array([N], np.int32))


@pytest.mark.parametrize(
    ("name", "kind"),
    [("Rings", "ring"), ("ear-rings", "earring"), ("WATCHES", "watch"), ("Dresses", "dress"),
     ("T-shirt", "top"), ("Dress shoes", "shoe"), ("", None),
     ("Watch straps", "watch"), ("Glasses", None), ("Swimwear", None), ("Jeans", "bottom")],
)  # fmt: skip
def test_category_names_are_understood_by_their_last_known_word(
    name: str, kind: str | None
) -> None:
    assert category_kind(name) == kind


def test_the_graph_names_only_kinds_it_knows_and_none_completes_itself() -> None:
    assert GOES_WITH.keys() == WORDS.keys()
    for kind, others in GOES_WITH.items():
        assert others.keys() <= GOES_WITH.keys() - {kind}
    words = [word for one in WORDS.values() for word in one]
    assert len(words) == len(set(words))


def test_affinity_splits_a_kind_among_its_categories_and_knows_nothing_of_sofas() -> None:
    affinity = default_affinity(["Rings", "Studs", "Hoops", "Watches", "Sofas"])
    assert affinity.sum(axis=1) == pytest.approx(np.ones(5))
    assert not np.diag(affinity).any()
    graph, even = np.array([0, 3 / 8, 3 / 8, 1 / 4, 0]), np.array([0, 1, 1, 1, 1]) / 4
    assert affinity[0].tolist() == pytest.approx((0.8 * graph + 0.2 * even).tolist())
    sized = default_affinity(["Rings", "Studs", "Hoops"], np.array([5.0, 3.0, 1.0]))
    assert sized[0].tolist() == pytest.approx([0, 0.75, 0.25])
    assert affinity[4].tolist() == pytest.approx([0.25, 0.25, 0.25, 0.25, 0])
    assert default_affinity(["Rings"]).tolist() == [[0.0]]
    assert default_affinity([]).shape == (0, 0)
