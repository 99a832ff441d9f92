"""The blend: a weighted sum of what the sources say, each on the scale of its own spread."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from penchant.ranking.pool import Pool
from penchant.ranking.ranking import Ranking
from penchant.settings import showing as s

SCALES: Mapping[str, float] = MappingProxyType(
    {
        s.VISUAL: 0.15,
        s.SIMILAR: 0.15,
        s.COLLABORATIVE: 0.1,
        s.COMPLEMENTS: 0.1,
        s.PAIRINGS: 0.2,
        s.RECENT: 0.3,
        s.POPULAR: 1.0,
        s.TRENDING: 1.0,
        s.NEWEST: 30.0,
    }
)
"""Typical spread of each source's scores within a pool, where a shop's own was not measured."""


@dataclass(frozen=True, slots=True)
class Blend:
    """What each source weighs.

    Attributes:
        weights: Per source, >= 0, for one standard deviation of its scores; absent: 0.
        scale: Per source, > 0: that standard deviation.
    """

    weights: Mapping[str, float]
    scale: Mapping[str, float] = field(default_factory=lambda: SCALES)


def default_blend(surface: str, leave_out: Collection[str] = ()) -> Blend:
    """Give what sources weigh where nothing is set and nothing was fitted.

    Args:
        surface: One of `settings.showing.SURFACES`.
        leave_out: Sources that weigh nothing.

    Example:
        >>> dict(default_blend("cart", ["popular"]).weights)
        {'complements': 0.45, 'similar': 0.25, 'visual': 0.2}
    """
    weights = s.DEFAULT_WEIGHTS[surface]
    return Blend({name: one for name, one in weights.items() if name not in leave_out})


def blend_pool(pool: Pool, blend: Blend) -> Ranking:
    """Rank a pool.

    score = sum over sources of weight * score of the source / scale

    Args:
        pool: Candidates with the scores of all sources.
        blend: What each source weighs.

    Returns:
        All products of the pool, best first; ties go to the lower row.

    Example:
        >>> pool = Pool(np.array([4, 7], np.int32), np.array([[0.2], [0.8]]), ("visual",))
        >>> blend_pool(pool, Blend({"visual": 1.0}, {"visual": 0.2})).scores
        array([4., 1.])
    """
    factors = [blend.weights.get(name, 0.0) / blend.scale.get(name, 1.0) for name in pool.sources]
    return Ranking(pool.rows, pool.scores * np.array(factors), pool.sources).sorted()
