"""From proposals to one ranking: the pool, the weighted sum, and rankings put together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from penchant.candidates.nearest import NearestSource
from penchant.candidates.recent import RecentSource
from penchant.candidates.visual import visual_source
from penchant.errors import InputError
from penchant.index import ExactIndex
from penchant.ranking.blend import SCALES, Blend, blend_pool
from penchant.ranking.pool import Pool, gather_pool
from penchant.ranking.ranking import Ranking, join_rankings, nothing_ranked
from penchant.settings.showing import SOURCES
from tests.stock import circle, linked_of, rows

seeds = st.integers(0, 2**32)


def test_a_pool_holds_the_best_of_every_source_and_every_source_scores_all() -> None:
    linked = linked_of("collaborative", np.array([0, 9, 4, 0, 1, 0], float))
    recent = RecentSource(rows(0, 2, 5), np.array([1.0, 2.0, 4.0]))
    eligible = np.array([1, 1, 1, 1, 1, 0], bool)
    pool = gather_pool([linked, recent], eligible=eligible, per_source=2)
    assert pool.rows.tolist() == [0, 1, 2]
    assert pool.sources == ("collaborative", "recent")
    assert pool.scores.tolist() == [[0, 0.25], [3, 0], [2, 0.5]]
    assert len(gather_pool([linked], eligible=np.zeros(6, bool), per_source=2).rows) == 0


def test_sources_that_share_vectors_score_together_as_each_does_alone() -> None:
    looks, pairs = ExactIndex.over(circle(*range(0, 90, 9))), ExactIndex.over(circle(*range(10)))
    sources = [
        visual_source(looks, circle(30)[0]),
        RecentSource(rows(2), np.ones(1)),
        NearestSource("pairings", pairs, circle(4)[0], circle(4)),
        NearestSource("similar", looks, circle(75)[0], circle(70, 80)),
    ]
    some = rows(0, 2, 3, 9)
    pool = Pool.of(sources, some)
    assert np.array_equal(pool.scores, np.stack([one.scores(some) for one in sources], axis=1))
    assert pool.sources == ("visual", "recent", "pairings", "similar")


@given(seeds)
@settings(max_examples=50, deadline=None)
def test_a_blend_is_the_weighted_sum_of_scores_in_standard_deviations(seed: int) -> None:
    rng = np.random.default_rng(seed)
    names = ("visual", "popular", "recent", "strange")
    pool = Pool(
        np.sort(rng.permutation(40)[:12]).astype(np.int32),
        np.round(rng.standard_normal((12, 4)), 1),  # with ties
        names,
    )
    blend = Blend({"visual": 0.4, "popular": 0.6, "strange": 0.5}, {"visual": 0.2, "popular": 2.0})
    slow = {
        row: 0.4 * visual / 0.2 + 0.6 * popular / 2.0 + 0.5 * strange
        for row, (visual, popular, _, strange) in zip(pool.rows.tolist(), pool.scores, strict=True)
    }
    found = blend_pool(pool, blend)
    assert found.rows.tolist() == sorted(slow, key=lambda row: (-round(slow[row], 6), row))
    assert found.scores == pytest.approx([slow[row] for row in found.rows.tolist()])
    assert not found.parts[:, 2].any()  # a source without a weight gives nothing


def test_every_source_has_a_scale() -> None:
    assert set(SCALES) == set(SOURCES)
    assert all(scale > 0 for scale in SCALES.values())


@given(seeds, st.floats(0.1, 10))
@settings(max_examples=25, deadline=None)
def test_only_the_ratio_of_weights_orders(seed: int, factor: float) -> None:
    rng = np.random.default_rng(seed)
    pool = Pool(rows(*range(20)), rng.standard_normal((20, 2)), ("visual", "popular"))
    one = blend_pool(pool, Blend({"visual": 0.4, "popular": 0.6}))
    other = blend_pool(pool, Blend({"visual": 0.4 * factor, "popular": 0.6 * factor}))
    assert one.rows.tolist() == other.rows.tolist()


def test_rankings_in_a_row_keep_each_products_parts_under_the_sources_names() -> None:
    one = Ranking(rows(4, 1), np.array([[1.0, 2.0], [0.5, 0.5]]), ("visual", "popular"))
    two = Ranking(rows(3), np.array([[7.0]]), ("popular",))
    found = join_rankings([one, two])
    assert (found.rows.tolist(), found.sources) == ([4, 1, 3], ("visual", "popular"))
    assert found.parts.tolist() == [[1, 2], [0.5, 0.5], [0, 7]]
    assert found.scores.tolist() == [3, 1, 7]
    assert len(join_rankings([nothing_ranked(("visual",)), nothing_ranked()])) == 0


def test_parts_that_do_not_fit_are_refused() -> None:
    with pytest.raises(InputError, match=r"parts has shape \(1, 2\), must be one row for each of"):
        Ranking(rows(1), np.zeros((1, 2)), ("visual",))
