"""Every source keeps one contract; then each against a slow twin: who comes, in which order."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from penchant.candidates.newest import NewestSource, newest_order
from penchant.candidates.paired import paired_source
from penchant.candidates.popular import PopularSource, popular_order
from penchant.candidates.recent import RecentSource
from penchant.candidates.similar import similar_source
from penchant.candidates.source import Source, best_rows, first_eligible
from penchant.candidates.visual import taste_alone, visual_source
from penchant.index import ExactIndex
from penchant.maths.rows import unit_rows
from penchant.settings.showing import SOURCES
from penchant.space.pairings import Pairings
from tests.stock import DAY, circle, linked_of, rows, stock_of

N = 50
UNKNOWN = np.iinfo(np.int64).min


def some_index(rng: np.random.Generator) -> ExactIndex:
    vectors = unit_rows(rng.normal(size=(N, 5)).astype(np.float32))
    vectors[[4, 17]] = 0.0
    return ExactIndex.over(vectors)


def popular(rng: np.random.Generator) -> Source:
    liked = rng.integers(0, 5, N).astype(np.float64)
    return PopularSource("popular", liked, popular_order(liked))


def newest(rng: np.random.Generator) -> Source:
    created = rng.integers(0, 20, N) * DAY
    created[rng.random(N) < 0.2] = UNKNOWN
    return NewestSource(created, newest_order(created))


def styles(rng: np.random.Generator) -> Source:
    index = some_index(rng)
    return visual_source(index, index.vectors[7], [index.vectors[8], index.vectors[9]])


def similar(rng: np.random.Generator) -> Source:
    found = similar_source(some_index(rng), rows(3, 4, 30))
    assert found is not None
    return found


def recent(rng: np.random.Generator) -> Source:
    own = np.sort(rng.permutation(N)[:12]).astype(np.int32)
    return RecentSource(own, rng.choice([0.1, 0.5, 2.0], 12))


def linked(rng: np.random.Generator) -> Source:
    return linked_of("complements", np.maximum(rng.normal(size=N).round(1), 0))


def visual(rng: np.random.Generator) -> Source:
    index = some_index(rng)
    return visual_source(index, index.vectors[7])


def paired(rng: np.random.Generator) -> Source:
    owned, index = rng.normal(size=(N, 5)).astype(np.float32), some_index(rng)
    found = paired_source(Pairings(owned, index.vectors), index, rows(3, 8), np.array([1.0, 0.2]))
    assert found is not None
    return found


MAKERS = (visual, styles, similar, linked, paired, recent, popular, newest)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("make", MAKERS)
def test_every_source_keeps_the_contract(
    make: Callable[[np.random.Generator], Source], seed: int
) -> None:
    rng = np.random.default_rng(seed)
    source, everything = make(rng), np.arange(N, dtype=np.int32)
    eligible = rng.random(N) < 0.6
    scores = source.scores(everything)
    assert source.name in SOURCES
    assert scores.dtype == np.float64
    assert np.isfinite(scores).all()
    whole = source.candidates(N, eligible=eligible)
    for k in (1, 3, N):
        found = source.candidates(k, eligible=eligible)
        proposed = found.tolist()
        assert found.dtype == np.int32
        assert len(set(proposed)) == len(proposed)
        assert eligible[found].all()
        if make is styles or make is similar:  # these look up from several starts
            assert proposed == sorted(proposed)
        else:
            assert (np.diff(scores[found]) <= 1e-6).all()  # best first
            assert proposed == whole[:k].tolist()
    assert source.scores(found) == pytest.approx(scores[found], abs=1e-6)
    assert not len(source.candidates(3, eligible=np.zeros(N, bool)))
    assert source.scores(rows()).tolist() == []


@pytest.mark.parametrize("make", [visual, linked, paired, recent, popular, newest])
def test_a_source_of_one_start_leaves_out_nothing_better(
    make: Callable[[np.random.Generator], Source],
) -> None:
    """No eligible product outside its k best scores above the last of them."""
    rng = np.random.default_rng(9)
    source, eligible = make(rng), rng.random(N) < 0.7
    found = source.candidates(5, eligible=eligible)
    left = np.setdiff1d(np.flatnonzero(eligible), found).astype(np.int32)
    present = left if make not in (visual, paired) else left[source.index.present[left]]  # type: ignore[attr-defined]
    assert len(found) == 5
    assert source.scores(present).max() <= source.scores(found).min() + 1e-6


@pytest.mark.parametrize("seed", range(6))
def test_best_rows_are_those_of_a_full_sort(seed: int) -> None:
    rng = np.random.default_rng(seed)
    scores = rng.integers(0, 6, 40).astype(np.float64)  # many ties
    chosen = np.flatnonzero(rng.random(40) < 0.6)
    for k in (0, 1, 3, len(chosen) - 1, len(chosen), 100):
        slow = sorted(chosen.tolist(), key=lambda row: (-scores[row], row))[:k]
        assert best_rows(scores, chosen, k).tolist() == slow


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 1.0])
def test_the_first_eligible_of_an_order_are_those_of_a_walk_through_it(share: float) -> None:
    rng = np.random.default_rng(1)
    order, eligible = rng.permutation(1000).astype(np.int32), rng.random(1000) < share
    walk = [row for row in order.tolist() if eligible[row]]
    for k in (1, 7, 2000):
        assert first_eligible(order, eligible, k).tolist() == walk[:k]


def test_popular_leaves_out_what_nobody_touched_and_counts_by_the_logarithm() -> None:
    liked = np.array([0.0, 3.0, 1.0, 3.0, 9.0])
    source = PopularSource("trending", liked, popular_order(liked))
    found = source.candidates(5, eligible=np.array([1, 1, 1, 1, 0], bool))
    assert found.tolist() == [1, 3, 2]
    assert source.scores(rows(0, 4)).tolist() == pytest.approx([0.0, np.log(10.0)])


def test_newest_first_and_those_without_a_date_last() -> None:
    created = np.array([3 * DAY, UNKNOWN, 5 * DAY, 5 * DAY, UNKNOWN], np.int64)
    source = NewestSource(created, newest_order(created))
    found = source.candidates(9, eligible=np.ones(5, bool))
    assert found.tolist() == [2, 3, 0, 1, 4]
    assert source.scores(found).tolist() == [5.0, 5.0, 3.0, 0.0, 0.0]


def test_visual_gives_the_nearest_eligible() -> None:
    rng = np.random.default_rng(2)
    index = some_index(rng)
    towards, eligible = index.vectors[7], rng.random(N) < 0.8
    cosines = index.vectors.astype(np.float64) @ towards.astype(np.float64)
    order = np.argsort(-cosines, kind="stable").tolist()
    slow = [row for row in order if eligible[row] and row not in (4, 17)]
    found = visual_source(index, towards).candidates(10, eligible=eligible)
    assert found.tolist() == slow[:10]


def test_several_styles_are_each_looked_up_and_all_scored_by_the_whole_taste() -> None:
    """What lies between two styles is nearest to the taste, their mean, but not looked up."""
    vectors = np.zeros((N, 3), np.float32)
    vectors[:, 0], vectors[: N // 2, 1], vectors[N // 2 :, 1] = 0.1, 1, -1
    vectors[:, 2] = np.linspace(-0.1, 0.1, N)
    vectors[20:24] = [1, 0, 0]
    index = ExactIndex.over(unit_rows(vectors))
    one, other = index.vectors[0], index.vectors[-1]
    taste = unit_rows((one + other)[None].astype(np.float32))[0]
    everything = np.ones(N, bool)
    source = visual_source(index, taste, [one, other])
    found = source.candidates(8, eligible=everything)
    wanted = {
        row for start in (one, other)
        for row in np.argsort(-(index.vectors @ start), kind="stable")[:4].tolist()
    }  # fmt: skip
    assert set(found.tolist()) == wanted
    assert set(np.argsort(-(index.vectors @ taste))[:4].tolist()) == {20, 21, 22, 23}
    assert not wanted & {20, 21, 22, 23}
    assert source.scores(found) == pytest.approx(index.vectors[found] @ taste, abs=1e-6)


def test_taste_alone_scores_and_proposes_nothing() -> None:
    index = some_index(np.random.default_rng(3))
    alone, looked_up = taste_alone(index, index.vectors[7]), visual_source(index, index.vectors[7])
    every = np.arange(N, dtype=np.int32)
    assert alone.candidates(10, eligible=np.ones(N, bool)).tolist() == []
    assert alone.scores(every).tolist() == looked_up.scores(every).tolist()


def test_similar_looks_up_each_seed_and_scores_by_their_mean() -> None:
    index = some_index(np.random.default_rng(6))
    source = similar_source(index, rows(0, 4, 1))  # 4 has no vector
    assert source is not None
    mean = unit_rows((index.vectors[0] + index.vectors[1])[None])[0]
    every = np.arange(N, dtype=np.int32)
    assert source.scores(every) == pytest.approx(index.vectors @ mean, abs=1e-6)
    near = source.candidates(1, eligible=np.ones(N, bool))
    assert sorted(near.tolist()) == [0, 1]
    assert similar_source(index, rows(4, 17)) is None
    assert similar_source(index, rows()) is None


def test_what_was_learned_of_no_product_pairs_with_nothing() -> None:
    pairings = Pairings(np.zeros((3, 2), np.float32), circle(0, 30, 60))
    assert paired_source(pairings, ExactIndex.over(pairings.candidates), rows(0, 1)) is None
    assert stock_of(circle(0, 9)).paired(rows(0)) == ()


def test_opposite_seeds_are_like_nothing() -> None:
    index = ExactIndex.over(np.array([[1, 0], [-1, 0], [0, 1]], np.float32))
    assert similar_source(index, rows(0, 1)) is None


def test_linked_proposes_only_what_is_linked_and_counts_by_the_root() -> None:
    source = linked_of("collaborative", np.array([0.0, 4.0, -1.0, 9.0]))
    found = source.candidates(9, eligible=np.ones(4, bool))
    assert found.tolist() == [3, 1]
    assert source.scores(np.arange(4, dtype=np.int32)).tolist() == [0.0, 2.0, 0.0, 3.0]


def test_recent_gives_the_history_by_weight_and_scores_all_else_zero() -> None:
    source = RecentSource(rows(2, 5, 8), np.array([1.0, 4.0, 2.0]))
    assert source.candidates(2, eligible=np.ones(9, bool)).tolist() == [5, 8]
    assert source.scores(rows(8, 0, 2, 5)).tolist() == [0.5, 0.0, 0.25, 1.0]
    nothing = RecentSource(rows(), np.empty(0))
    assert nothing.scores(rows(1, 2)).tolist() == [0.0, 0.0]
