"""One suite for every collaborative source, and the slow twin of each."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.candidates import graph_filter, item_knn
from penchant.candidates.collaborative import fit_links
from penchant.candidates.ease import fit_ease
from penchant.candidates.graph_filter import fit_graph_filter
from penchant.candidates.item_knn import fit_item_knn
from penchant.candidates.links import ProductLinks
from penchant.errors import InputError
from penchant.settings import EaseSettings, GraphFilterSettings, ItemKnnSettings, Settings
from penchant.settings.finding import METHODS

every_source = pytest.mark.parametrize("name", METHODS)
CUSTOMERS, PRODUCTS = 60, 18


def some_pairs(seed: int, n: int = 260) -> tuple[np.ndarray, np.ndarray]:
    """Give pairs with repeats, unknown products, and a product nobody owns."""
    rng = np.random.default_rng(seed)
    customers = rng.integers(0, CUSTOMERS, n).astype(np.int32)
    products = (rng.beta(1, 3, n) * (PRODUCTS - 1)).astype(np.int32)
    products[rng.random(n) < 0.05] = -1
    return customers, products


def matrix_of(pairs: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    matrix = np.zeros((CUSTOMERS, PRODUCTS))
    for customer, product in zip(*pairs, strict=True):
        if product >= 0:
            matrix[customer, product] = 1
    return matrix


def square_of(links: ProductLinks) -> np.ndarray:
    rows = [links.score_products(np.array([row], np.int32)) for row in range(links.n_products)]
    return np.array(rows)


def fit(name: str, pairs: tuple[np.ndarray, np.ndarray]) -> ProductLinks:
    return fit_links(name, *pairs, n_customers=CUSTOMERS, n_products=PRODUCTS, settings=Settings())


@pytest.mark.parametrize("dense_from", [0, 20, 10**9])
@pytest.mark.parametrize("block", [5, 512])
def test_item_knn_is_its_formula(
    dense_from: int, block: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_knn, "DENSE_FROM", dense_from)
    monkeypatch.setattr(item_knn, "BLOCK", block)
    pairs = some_pairs(1)
    x = matrix_of(pairs)
    n, s = x.sum(axis=1), x.sum(axis=0)
    slow = np.zeros((PRODUCTS, PRODUCTS))
    for i in range(PRODUCTS):
        for j in range(PRODUCTS):
            both = [n[u] ** -0.7 for u in range(CUSTOMERS) if x[u, i] and x[u, j]]
            if i != j:
                slow[i, j] = sum(both) / (s[i] ** 0.4 * s[j] ** 0.1 + 2.5)
    chosen = ItemKnnSettings(
        customer_power=0.7, owned_power=0.4, candidate_power=0.1, shrinkage=2.5
    )
    links = fit_item_knn(*pairs, n_customers=CUSTOMERS, n_products=PRODUCTS, settings=chosen)
    assert square_of(links) == pytest.approx(slow, rel=1e-6)


@pytest.mark.parametrize("power", [0.0, 0.5])
def test_ease_predicts_each_product_from_the_others_as_a_ridge_regression(power: float) -> None:
    pairs = some_pairs(2)
    x = matrix_of(pairs)
    weighted = x * np.sqrt(np.maximum(x.sum(axis=1), 1) ** -power)[:, None]
    slow = np.zeros((PRODUCTS, PRODUCTS))
    for j in range(PRODUCTS):
        others = [i for i in range(PRODUCTS) if i != j]
        a = weighted[:, others]
        ridge = a.T @ a + 7.0 * np.eye(len(others))
        slow[others, j] = np.linalg.solve(ridge, a.T @ weighted[:, j])
    chosen = EaseSettings(penalty=7.0, customer_power=power)
    links = fit_ease(*pairs, n_customers=CUSTOMERS, n_products=PRODUCTS, settings=chosen)
    assert square_of(links) == pytest.approx(slow, abs=1e-6)


@pytest.mark.parametrize(("dim", "small", "error"), [(3, 99, 1e-6), (9, 99, 1e-6), (3, 0, 0.03)])
def test_the_graph_filter_is_its_formula(
    dim: int, small: int, error: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(graph_filter, "SMALL", small)
    pairs = some_pairs(3)
    x = matrix_of(pairs)
    seen = np.flatnonzero(x.sum(axis=0))
    s = x.sum(axis=0)[seen]
    graph = np.maximum(x.sum(axis=1), 1)[:, None] ** -0.5 * x[:, seen] / np.sqrt(s)
    _, vectors = np.linalg.eigh(graph.T @ graph)
    smooth = vectors[:, -dim:] @ vectors[:, -dim:].T
    inner = graph.T @ graph + 2.0 * smooth * (s**0.3)[None, :] / (s**0.3)[:, None]
    np.fill_diagonal(inner, 0)
    slow = np.zeros((PRODUCTS, PRODUCTS))
    slow[np.ix_(seen, seen)] = inner
    chosen = GraphFilterSettings(dim=dim, smooth_weight=2.0, tilt=0.3)
    links = fit_graph_filter(*pairs, n_customers=CUSTOMERS, n_products=PRODUCTS, settings=chosen)
    assert square_of(links) == pytest.approx(slow, abs=error)


@every_source
def test_about_names_the_method_its_settings_and_who_counted(name: str) -> None:
    about = fit(name, some_pairs(4)).about
    assert about["method"] == name
    assert {"settings", "customers", "left_out"} <= about.keys()


@every_source
def test_no_product_speaks_for_itself_or_for_what_nobody_owns(name: str) -> None:
    square = square_of(fit(name, some_pairs(5)))
    assert not np.diag(square).any()
    assert not square[:, -1].any()
    assert not square[-1].any()


@every_source
def test_no_purchases_give_no_links(name: str) -> None:
    none = np.empty(0, np.int32)
    links = fit_links(name, none, none, n_customers=0, n_products=4, settings=Settings())
    assert (links.n_products, len(links.weights)) == (4, 0)
    one = np.zeros(1, np.int32), np.ones(1, np.int32)
    single = fit_links(name, *one, n_customers=1, n_products=4, settings=Settings())
    assert len(single.weights) == 0


@every_source
@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_order_and_repeats_of_purchases_change_no_byte(name: str, seed: int) -> None:
    customers, products = some_pairs(seed, 120)
    order = np.random.default_rng(seed).permutation(len(customers))
    order = np.concatenate([order, order[:20]])
    one, other = (
        fit(name, pairs) for pairs in ((customers, products), (customers[order], products[order]))
    )
    for part in ("starts", "product_row", "weights"):
        assert getattr(one, part).tobytes() == getattr(other, part).tobytes()


@every_source
def test_products_owned_together_are_proposed_before_those_of_strangers(name: str) -> None:
    groups = [(0, 1, 2), (3, 4, 5)]
    customers, products = [], []
    for customer in range(40):
        for product in groups[customer % 2]:
            if (customer + product) % 4:
                customers.append(customer)
                products.append(product)
    pairs = np.array(customers, np.int32), np.array(products, np.int32)
    links = fit_links(name, *pairs, n_customers=40, n_products=6, settings=Settings())
    scores = links.score_products(np.array([4], np.int32))
    assert set(np.argsort(scores)[-2:].tolist()) == {3, 5}


@pytest.mark.parametrize(
    ("function", "chosen"),
    [
        (fit_ease, EaseSettings(max_products=3)),
        (fit_graph_filter, GraphFilterSettings(max_products=3)),
    ],
)
def test_sources_that_grow_with_the_square_refuse_large_shops(function, chosen) -> None:
    pairs = np.zeros(4, np.int32), np.arange(4, dtype=np.int32)
    with pytest.raises(InputError, match=r"max_products .*allows 3.*Use item-kNN"):
        function(*pairs, n_customers=1, n_products=99, settings=chosen)
    kept = pairs[0][:3], pairs[1][:3]
    assert function(*kept, n_customers=1, n_products=99, settings=chosen).n_products == 99


def test_islands_of_the_graph_leave_the_other_links_as_they_are() -> None:
    customers, products = some_pairs(7)
    chosen = GraphFilterSettings(dim=3)
    alone = fit_graph_filter(
        customers, products, n_customers=CUSTOMERS, n_products=PRODUCTS, settings=chosen
    )
    island_customers = CUSTOMERS + np.repeat(np.arange(20, dtype=np.int32), 2)
    island_products = PRODUCTS + np.arange(40, dtype=np.int32)
    links = fit_graph_filter(
        np.concatenate([customers, island_customers]),
        np.concatenate([products, island_products]),
        n_customers=CUSTOMERS + 20,
        n_products=PRODUCTS + 40,
        settings=chosen,
    )
    square = square_of(links)
    assert square[:PRODUCTS, :PRODUCTS] == pytest.approx(square_of(alone), abs=1e-6)
    assert not square[:PRODUCTS, PRODUCTS:].any()
    assert square[PRODUCTS, PRODUCTS + 1] == pytest.approx(0.5)
