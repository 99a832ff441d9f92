"""One suite for every index, its slow twin, and the recall of the graph whatever the filter."""

import dataclasses
from contextlib import contextmanager
from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import penchant
from penchant.bench.index import plant_styles, recall_of
from penchant.errors import InputError
from penchant.index import ExactIndex, HnswGraph, PlannedIndex, planner
from penchant.maths.rows import unit_rows


def plan(vectors, exact_below=0):
    return PlannedIndex(ExactIndex.over(vectors), HnswGraph.over(vectors), exact_below)


def grown(vectors):
    """The graph knows the first rows only."""
    known = vectors[: max(1, 2 * len(vectors) // 3)]
    return PlannedIndex(ExactIndex.over(vectors), HnswGraph.over(known), 0)


KINDS = {
    "exact": ExactIndex.over,
    "planned, no graph": lambda vectors: PlannedIndex(ExactIndex.over(vectors), None, 0),
    "planned, graph": plan,
    "planned, grown": grown,
}
every_index = pytest.mark.parametrize("kind", KINDS)


@contextmanager
def graph_asked_for_everything():
    """Let order and masks be judged apart from recall and speed."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planner, "ROWS_PER_NODE", 0)
        patch.setattr(planner, "SPARE", 0)
        for name in ("breadth", "rough_breadth"):
            patch.setattr(HnswGraph, name, lambda graph, n: len(graph.starts))
        yield


def vectors_of(n, dim, seed=0):
    return unit_rows(np.random.default_rng(seed).standard_normal((n, dim)))


def naive_query(vectors, query, k, eligible, banned):
    similarities = vectors.astype(np.float64) @ query.astype(np.float64)
    rows = np.flatnonzero(
        vectors.any(axis=1) & eligible & ~np.isin(np.arange(len(vectors)), banned)
    )
    rows = rows[np.lexsort((rows, -np.round(similarities[rows], 9)))[:k]]
    return rows, similarities[rows]


def check(index, queries, k, eligible=None, excluded=None):
    vectors = index.vectors
    with graph_asked_for_everything():
        found = index.query(queries, k, eligible=eligible, excluded=excluded)
    width = min(k, len(vectors))
    assert found.rows.shape == found.similarities.shape == (len(queries), width)
    assert (found.rows.dtype, found.similarities.dtype) == (np.int32, np.float64)
    assert np.array_equal(found.rows < 0, np.isnan(found.similarities))
    everything = np.ones(len(vectors), bool)
    for number, query in enumerate(queries):
        rows, similarities = naive_query(
            vectors,
            query,
            k,
            everything if eligible is None else eligible,
            [] if excluded is None else excluded[number],
        )
        assert [row for row, _ in found.of(number)] == rows.tolist()
        given_back = [similarity for _, similarity in found.of(number)]
        np.testing.assert_allclose(given_back, similarities, rtol=0, atol=1e-12)


@every_index
@pytest.mark.parametrize(("n", "dim"), [(1, 1), (2, 3), (17, 5), (900, 24)])
@pytest.mark.parametrize("k", [1, 10, 40])
def test_answers_equal_a_full_float64_sort(kind, n, dim, k):
    check(KINDS[kind](vectors_of(n, dim)), vectors_of(4, dim, seed=1), k)


@every_index
@given(st.integers(0, 2**32), st.integers(1, 12), st.integers(1, 60), st.booleans(), st.booleans())
@settings(max_examples=40, deadline=None)
def test_ties_go_to_the_lower_row_whatever_the_masks(kind, seed, k, n_kinds, masked, banned):
    rng = np.random.default_rng(seed)
    vectors = unit_rows(rng.standard_normal((n_kinds, 6)))[rng.integers(0, n_kinds, 120)]
    vectors[1 + np.flatnonzero(rng.random(119) < 0.1)] = 0
    eligible = rng.random(120) < rng.choice([0.05, 0.5, 1.0]) if masked else None
    excluded = [rng.integers(-1, 120, 30).astype(np.int32) for _ in "abc"] if banned else None
    queries = np.concatenate([vectors[:1], unit_rows(rng.standard_normal((2, 6)))])
    check(KINDS[kind](vectors), queries, k, eligible=eligible, excluded=excluded)


@every_index
def test_each_query_keeps_its_own_exclusions(kind):
    vectors = vectors_of(300, 12)
    excluded = [np.array([-1, n, n + 10], np.int32) for n in range(5)]
    check(KINDS[kind](vectors), vectors[:5], 8, excluded=excluded)


@every_index
def test_a_query_of_zeros_is_equally_near_to_all(kind):
    check(KINDS[kind](vectors_of(90, 4)), np.zeros((2, 4), np.float32), 3)


@every_index
def test_rows_of_zeros_are_never_found(kind):
    vectors = -np.abs(vectors_of(50, 3))
    vectors[2] = 0  # similarity 0 would be the best
    check(KINDS[kind](vectors), np.abs(vectors_of(1, 3, seed=8)), 50)


@every_index
def test_no_queries_have_no_answers(kind):
    found = KINDS[kind](vectors_of(5, 3)).query(np.empty((0, 3), np.float32), 2, excluded=[])
    assert found.rows.shape == found.similarities.shape == (0, 2)


@every_index
@pytest.mark.parametrize(
    ("queries", "k", "masks", "message"),
    [
        (np.zeros((1, 3), np.float32), 2, {}, r"shape \(1, 3\), must be \(n_queries, 4\)"),
        (np.zeros(4, np.float32), 2, {}, r"queries has shape \(4,\)"),
        (np.zeros((1, 4), np.float32), 0, {}, "k is 0, must be >= 1"),
        (np.zeros((1, 4), np.float32), 2, {"eligible": np.ones(8, bool)}, r"must be \(9,\)"),
        (np.zeros((2, 4), np.float32), 2, {"excluded": [np.array([1])]}, "one for each of 2"),
    ],
)
def test_what_does_not_fit_the_index_is_refused(kind, queries, k, masks, message):
    with pytest.raises(InputError, match=message):
        KINDS[kind](vectors_of(9, 4)).query(queries, k, **masks)


@cache
def clustered():
    """Twelve thousand products in clusters, every tenth a copy of another, and some profiles."""
    rng = np.random.default_rng(4)
    vectors = plant_styles(rng, 12_000, dim=48)
    vectors[::10] = vectors[rng.integers(0, 12_000, 1200)]
    queries = unit_rows(vectors[rng.integers(0, 12_000, (40, 2))].sum(axis=1))
    return plan(vectors), queries, rng.random(12_000)


@pytest.mark.parametrize("rows_per_node", [0, planner.ROWS_PER_NODE])
@pytest.mark.parametrize("share", [1.0, 0.5, 0.1, 0.025, 0.001])
@pytest.mark.parametrize("k", [10, 500])
def test_no_filter_lowers_recall(monkeypatch, rows_per_node, share, k):
    monkeypatch.setattr(planner, "ROWS_PER_NODE", rows_per_node)
    index, queries, chance = clustered()
    queries, eligible = queries[: 40 if k == 10 else 12], chance < share
    found = index.query(queries, k, eligible=eligible)
    assert recall_of(found, index.exact.query(queries, k, eligible=eligible)) >= 0.985
    assert ((found.rows >= 0).sum(axis=1) == min(k, int(eligible.sum()))).all()


@pytest.mark.parametrize("k", [10, 500])
def test_nor_does_one_that_takes_out_the_nearest(k):
    index, queries, _ = clustered()
    nearest = index.exact.query(queries, 300).rows
    for number in range(10):
        eligible = ~np.isin(np.arange(12_000), nearest[number])
        one = queries[number : number + 1]
        for masks in ({"eligible": eligible}, {"excluded": [nearest[number]]}):
            found = index.query(one, k, **masks)
            assert recall_of(found, index.exact.query(one, k, **masks)) >= 0.97
            assert (found.rows >= 0).all()


def around_slowly(index, starts, k, eligible):
    """Each start asked by itself, exactly."""
    exact = ExactIndex(index.vectors, index.present)
    found = [exact.query(one[None], k, eligible=eligible).rows[0] for one in starts]
    rows = [own[own >= 0].tolist() for own in found]
    return rows[0] if len(rows) == 1 else sorted(set().union(*rows))


@pytest.mark.parametrize("kind", ["exact", "planned, no graph"])
@pytest.mark.parametrize("n_starts", [1, 3])
@pytest.mark.parametrize("share", [1.0, 0.2, 0.0])
def test_around_some_starts_lie_the_nearest_of_each(kind, n_starts, share):
    index = KINDS[kind](vectors_of(300, 12))
    eligible = np.random.default_rng(7).random(300) < share
    starts = index.vectors[:n_starts]
    slow = around_slowly(index, starts, 20, eligible)
    assert index.around(starts, 20, eligible=eligible).tolist() == slow


@pytest.mark.parametrize(
    ("share", "asked"), [(1.0, True), (0.9, True), (0.6, True), (0.1, False), (0.001, False)]
)
@pytest.mark.parametrize("n_starts", [1, 3])
@pytest.mark.parametrize("later", [0, 36])
def test_around_some_starts_the_graph_finds_nearly_all_that_are_near(
    monkeypatch, share, asked, n_starts, later
):
    """Its short vectors tell the order, so that the last of many may be others as near."""
    known, queries, chance = clustered()
    calls, roughly = [], HnswGraph.roughly
    monkeypatch.setattr(HnswGraph, "roughly", lambda *args: calls.append(1) or roughly(*args))
    monkeypatch.setattr(planner, "ROWS_PER_NODE", 16)
    newer = unit_rows(queries[:later] + 0.1 * vectors_of(later, 48, seed=3))
    index = PlannedIndex(
        ExactIndex.over(np.concatenate([known.vectors, newer])), known.graph, 12_000
    )
    eligible = np.concatenate([chance < share, np.ones(later, bool)])
    hits = []
    for first in range(0, 36, n_starts):
        starts = queries[first : first + n_starts]
        found = index.around(starts, 100, eligible=eligible)
        assert found.dtype == np.int32
        assert eligible[found].all()
        assert len(set(found.tolist())) == len(found)
        slow = around_slowly(index, starts, 100, eligible)
        assert {row for row in slow if row >= 12_000} <= set(found.tolist())
        hits.append(np.isin(slow, found).mean())
        if n_starts == 1:
            assert len(found) == len(slow)
        else:
            assert (np.diff(found) > 0).all()
    assert bool(calls) == asked
    assert np.mean(hits) >= 0.97


def test_around_a_start_whose_nearest_are_not_eligible_as_many_are_found():
    index, queries, _ = clustered()
    eligible = ~np.isin(np.arange(12_000), index.exact.query(queries[:1], 300).rows[0])
    found = index.around(queries[:1], 100, eligible=eligible)
    assert np.isin(around_slowly(index, queries[:1], 100, eligible), found).mean() >= 0.97
    assert len(found) == 100


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("n_seeds", [1, 3])
@pytest.mark.parametrize("share", [1.0, 0.8, 0.3, 0.01])
def test_around_rows_lies_what_lies_around_their_vectors(monkeypatch, kind, n_seeds, share):
    monkeypatch.setattr(planner, "ROWS_PER_NODE", 0)
    index = KINDS[kind](vectors_of(1500, 24))
    rng = np.random.default_rng(9)
    eligible = rng.random(1500) < share
    eligible[::97] = False
    hits = []
    for seeds in np.split(rng.permutation(1500)[: 12 * n_seeds].astype(np.int32), 12):
        starts = index.vectors[seeds]
        found = index.around(starts, 40, eligible=eligible, rows=seeds)
        assert eligible[found].all()
        assert len(set(found.tolist())) == len(found)
        slow = around_slowly(index, starts, 40, eligible)
        assert n_seeds > 1 or len(found) == len(slow)
        hits.append(np.isin(slow, found).mean())
    assert np.mean(hits) >= (0.96 if kind in ("planned, graph", "planned, grown") else 1.0)


@pytest.mark.parametrize("share", [1.0, 0.3, 0.01])
@pytest.mark.parametrize("k", [10, 100])
def test_what_came_later_is_found_as_surely(share, k):
    index, queries, chance = clustered()
    later = unit_rows(queries + 0.1 * vectors_of(len(queries), 48, seed=3))
    vectors = np.concatenate([index.vectors, later, np.zeros((1, 48), np.float32)])
    longer = PlannedIndex(ExactIndex.over(vectors), index.graph, 0)
    eligible = np.concatenate([chance < share, np.ones(len(later) + 1, bool)])
    eligible[12_000::5] = False
    found = longer.query(queries, k, eligible=eligible)
    truth = longer.exact.query(queries, k, eligible=eligible)
    assert recall_of(found, truth) >= 0.985
    wanted = [set(rows[rows >= 12_000].tolist()) for rows in truth.rows]
    assert sum(map(len, wanted)) >= 0.8 * len(queries)
    assert all(new <= set(rows.tolist()) for new, rows in zip(wanted, found.rows, strict=True))
    banned = [np.array([one[0], 5, -1], np.int32) for one in truth.rows]
    without = longer.query(queries, k, eligible=eligible, excluded=banned)
    assert not any(one[0] in rows for one, rows in zip(banned, without.rows, strict=True))


def test_a_shop_answers_the_same_by_the_graph_where_few_are_searched(built_shop):
    exact = penchant.open(built_shop)
    settings = {name: dict(part) for name, part in exact.manifest.settings.items()}
    settings["index"]["exact_below"] = 1
    build = dataclasses.replace(exact.build, graph=HnswGraph.over(exact.build.styles))
    large = penchant.Shop(dataclasses.replace(exact.manifest, settings=settings), build)
    with graph_asked_for_everything():
        assert isinstance(large.assortment.index, PlannedIndex)
        for product_id in list(exact.build.product_ids)[:5]:
            assert large.similar(product_id).product_ids == exact.similar(product_id).product_ids
