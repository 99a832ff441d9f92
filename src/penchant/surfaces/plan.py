"""A plan: what a recipe asks for, as data; `serve` carries it out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from penchant.candidates.facet import Facet
from penchant.candidates.source import Source
from penchant.ranking.blend import Blend
from penchant.ranking.rules import Rule
from penchant.settings.showing import RECIPE
from penchant.types import Mask, Rows, Vector

Within = Callable[[], Mask] | None
"""Gives a mask of shape (n_products,), the only products a rung may give; None: all."""


@dataclass(frozen=True, slots=True, eq=False)
class Rung:
    """One step of the fallback ladder.

    Attributes:
        step: Its name, such as "profile" or "newest".
        sources: Where its products come from, at least one.
        blend: What each source weighs.
        within: Gives a mask of shape (n_products,), the only products it may give; asked only when
            the rung is reached. None: all.
        min_similarity: What the first source must score a product at least.
        deep: Whether it is asked for more until all slots are filled or it has no more.
        by_lot: Whether products are drawn evenly instead of ranked.
    """

    step: str
    sources: tuple[Source, ...]
    blend: Blend
    within: Within = None
    min_similarity: float = -np.inf
    deep: bool = False
    by_lot: bool = False

    @property
    def used(self) -> tuple[Source, ...]:
        """The sources that weigh anything."""
        return tuple(one for one in self.sources if self.blend.weights.get(one.name, 0.0) > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """What one answer is made of.

    Attributes:
        rungs: Best first; each fills what those before left open. The last one always weighs
            something and gives every eligible product.
        seeds: Shape (n,), products the guards compare with.
        rules: Rules of this surface alone.
        turns: Labels that take turns, so that each is shown once before any is shown twice.
        towards: Shape (dim,), what a product's similarity is measured with; None: nothing.
        policy: One of `settings.showing.POLICIES`.
    """

    rungs: tuple[Rung, ...]
    seeds: Rows = field(default_factory=lambda: np.empty(0, np.int32))
    rules: tuple[Rule, ...] = ()
    turns: Facet | None = None
    towards: Vector | None = None
    policy: str = RECIPE

    @property
    def best(self) -> Rung:
        """The first rung whose sources weigh anything."""
        return next(one for one in self.rungs if one.used)
