"""Serve: carry out a plan, rung by rung, and keep what is needed to say why, or why not.

rules -> pins -> candidates -> blend -> boost -> one per group -> diversify -> explore
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, repeat

import numpy as np
from numpy.typing import NDArray

from penchant.candidates.assortment import Assortment
from penchant.candidates.facet import Facet
from penchant.maths.distinct import among
from penchant.ranking.blend import blend_pool
from penchant.ranking.diversify import diversify
from penchant.ranking.explore import Explored, Stratum, explore
from penchant.ranking.groups import boost, one_per_group, take_turns
from penchant.ranking.lot import draw_evenly, even_chances
from penchant.ranking.pool import Pool, gather_pool
from penchant.ranking.ranking import Ranking, join_rankings, nothing_ranked
from penchant.ranking.rules import Eligibility
from penchant.settings import RecommendSettings, SurfaceSettings
from penchant.settings.showing import NOTHING, RECIPE
from penchant.surfaces.plan import Plan, Rung
from penchant.taste.styles import Style
from penchant.types import Mask, Weights

PINNED = "pinned"

CHOICE = 4
"""Designs to choose from, per slot, where products have variants."""


@dataclass(frozen=True, slots=True, eq=False)
class Stage:
    """What one rung of the ladder did.

    Attributes:
        step: Name of the rung.
        pool: What its sources proposed.
        ranking: The pool in order.
        kept: The ranking with one product of each group.
        by_lot: Whether products were drawn evenly; then the ranking is no order.
    """

    step: str
    pool: Pool
    ranking: Ranking
    kept: Ranking
    by_lot: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Showing:
    """Products in the order they are shown, and how they came to be.

    Attributes:
        picks: The products, with what each source gave.
        lifted_by: Per product, the source that lifted it most above the others of its pool.
        steps: Per product, the rung it came from.
        propensities: Shape (n,), probability that each was shown; 1 for those not drawn.
        stages: The rungs that were used, in order.
        eligibility: The rules.
        policy: By which the surface was filled.
        strata: What each slot could have shown that was drawn.
    """

    picks: Ranking
    lifted_by: tuple[str, ...]
    steps: tuple[str, ...]
    propensities: Weights
    stages: tuple[Stage, ...]
    eligibility: Eligibility
    policy: str = RECIPE
    strata: tuple[Stratum, ...] = ()

    def chances(self) -> tuple[Stratum, ...]:
        """Give what each slot could have shown, in order, and how likely; sure ones too."""
        drawn = {one.place: one for one in self.strata}
        rows, sure = self.picks.rows, np.ones(1)
        return tuple(
            drawn.get(place) or Stratum(place, rows[place : place + 1], sure)
            for place in range(len(rows))
        )

    @property
    def step(self) -> str:
        """The rung of the first product that is not pinned, "pinned" if all are; "empty": none.

        "nothing" where nothing was to be shown.
        """
        if self.policy == NOTHING:
            return NOTHING
        return next((one for one in self.steps if one != PINNED), PINNED if self.steps else "empty")


@dataclass(frozen=True, slots=True, eq=False)
class Manner:
    """How an answer is put together.

    Attributes:
        k: How many products.
        recommend: Rules for all surfaces.
        surface: Diversity and exploration of this one.
        styles: Of the customer, when there are several and they share the slots.
        pinned: Shape (n,), products that come first.
        boosts: Shape (n_products,), added to scores; None: nothing.
        rng: Draws the exploring slots.
    """

    k: int
    recommend: RecommendSettings
    surface: SurfaceSettings
    styles: Sequence[Style]
    pinned: NDArray[np.int32]
    boosts: Weights | None
    rng: np.random.Generator

    @property
    def per_source(self) -> int:
        """How many products each source proposes, at most."""
        return max(self.recommend.candidates, 2 * self.k)


def serve(plan: Plan, stock: Assortment, eligibility: Eligibility, manner: Manner) -> Showing:
    """Choose the products of a plan.

    Args:
        plan: Of a recipe.
        stock: All products.
        eligibility: What may be shown.
        manner: How many, and how.

    Returns:
        k products if k are eligible under the rule of one per group and the last rung gives all.
    """
    left, found = eligibility.eligible, [_pins(stock, manner, eligibility)]
    stages: list[Stage] = []
    used = [rung for rung in plan.rungs if rung.used]
    for place, rung in enumerate(chain(used, repeat(used[-1]))):
        wanted = manner.k - sum(len(one.ranking) for one in found)
        if wanted <= 0:
            break
        left = _left(left, found[-1].ranking, stock, manner)
        eligible = left if rung.within is None else left & rung.within()
        if eligible.any():
            fill = _by_lot if rung.by_lot else _by_rank
            stage, shown = fill(rung, plan.turns, stock, eligible, wanted, manner, not stages)
            if len(shown.ranking):
                found.append(shown)
                stages.append(stage)
                continue
        if place >= len(used) - 1:
            break  # until then the last rung goes on: what it proposed may have been of one group
    return _showing(found, stages, eligibility, plan.policy)


def _pins(stock: Assortment, manner: Manner, eligibility: Eligibility) -> Explored:
    rows = manner.pinned[eligibility.eligible[manner.pinned]]
    pinned = Ranking(rows, np.zeros((len(rows), 1)), (PINNED,))
    if len(rows) and manner.recommend.one_per_group:
        pinned = one_per_group(pinned, stock.group_row)
    pinned = pinned.take(slice(manner.k))
    return Explored(pinned, np.ones(len(pinned)), np.zeros(len(pinned), bool))


def _by_rank(
    rung: Rung,
    turns: Facet | None,
    stock: Assortment,
    eligible: Mask,
    wanted: int,
    manner: Manner,
    first: bool,
) -> tuple[Stage, Explored]:
    per_source = manner.per_source
    stage = _rank(rung, stock, eligible, manner, per_source)
    least = wanted if rung.deep else 0
    while (
        len(stage.kept) < max(least, choice(stage.ranking, stage.kept, wanted))
        and len(stage.pool.rows) >= per_source
    ):
        per_source *= 4
        stage = _rank(rung, stock, eligible, manner, per_source)
    return stage, choose(stage.kept, stock, turns, wanted, manner, first=first)


def choice(ranking: Ranking, kept: Ranking, k: int) -> int:
    """Say how many designs there have to be to choose from, if there are so many.

    Variants of a few designs may fill a pool: then more products are proposed.

    Args:
        ranking: What was proposed.
        kept: The same with one product of each group.
        k: How many are wanted.
    """
    return CHOICE * k if len(kept) < len(ranking) else 0


def _by_lot(
    rung: Rung,
    turns: Facet | None,
    stock: Assortment,
    eligible: Mask,
    wanted: int,
    manner: Manner,
    first: bool,
) -> tuple[Stage, Explored]:
    rows = np.flatnonzero(eligible).astype(np.int32)
    groups = stock.group_row[rows] if manner.recommend.one_per_group else np.arange(len(rows))
    drawn, chances = draw_evenly(rows, np.asarray(groups, np.int32), wanted, manner.rng)
    pool = Pool.of(rung.used, rows)
    drawable = Ranking(rows, pool.scores, pool.sources)
    shown = Ranking(drawn, np.zeros((len(drawn), len(pool.sources))), pool.sources)
    stage = Stage(rung.step, pool, drawable, drawable, by_lot=True)
    each = even_chances(np.asarray(groups, np.int32))
    strata = tuple(Stratum(place, rows, each) for place in range(len(drawn)))
    return stage, Explored(shown, chances, np.ones(len(drawn), bool), strata)


def _rank(rung: Rung, stock: Assortment, eligible: Mask, manner: Manner, per_source: int) -> Stage:
    pool = gather_pool(rung.used, eligible=eligible, per_source=per_source)
    if rung.min_similarity > -1:
        near = rung.sources[0].scores(pool.rows) >= rung.min_similarity
        pool = replace(pool, rows=pool.rows[near], scores=pool.scores[near])
    ranking = blend_pool(pool, rung.blend)
    if manner.boosts is not None:
        ranking = boost(ranking, manner.boosts)
    one_each = manner.recommend.one_per_group and stock.has_variants
    kept = one_per_group(ranking, stock.group_row) if one_each else ranking
    return Stage(rung.step, pool, ranking, kept)


def choose(
    kept: Ranking, stock: Assortment, turns: Facet | None, k: int, manner: Manner, *, first: bool
) -> Explored:
    """Diversify; let slots explore where the answer's first rung has products to spare.

    Args:
        kept: What to choose from, best first.
        stock: All products.
        turns: Labels that take turns, instead of diversity; None: none do.
        k: How many.
        manner: How.
        first: Whether this is the first rung that gives any product.
    """
    share = manner.surface.explore if first and len(kept) > k else 0.0
    if turns is None:
        styles = manner.styles if first else ()
        diversity = manner.surface.diversity
        picked = diversify(kept, stock.index.vectors, k, diversity=diversity, styles=styles)
        return explore(picked, kept, k, share=share, rng=manner.rng)
    picked = take_turns(kept, turns.label_row).take(slice(k))
    pool = _in_turn(kept, picked, turns)
    return explore(picked, pool, k, share=min(share, 1 / k), rng=manner.rng)


def _in_turn(kept: Ranking, picked: Ranking, turns: Facet) -> Ranking:
    """Give what may replace the last pick, the one that explores, without taking another's turn."""
    labels, shown = turns.label_row[kept.rows], turns.label_row[picked.rows]
    return kept.take(~among(labels, shown[:-1]) | (labels == shown[-1:]))


def _left(eligible: Mask, shown: Ranking, stock: Assortment, manner: Manner) -> Mask:
    if not len(shown):
        return eligible
    left = eligible.copy()
    left[stock.variants_of(shown.rows) if manner.recommend.one_per_group else shown.rows] = False
    return left


def _showing(
    found: Sequence[Explored], stages: Sequence[Stage], eligibility: Eligibility, policy: str
) -> Showing:
    pins, *rest = found
    lifted = [PINNED] * len(pins.ranking)
    steps = [PINNED] * len(pins.ranking)
    for stage, one in zip(stages, rest, strict=True):
        lifted += _lifted_by(one.ranking, stage.ranking)
        steps += [stage.step] * len(one.ranking)
    shown = [one.ranking for one in found if len(one.ranking)]
    return Showing(
        picks=join_rankings(shown) if shown else nothing_ranked(),
        lifted_by=tuple(lifted),
        steps=tuple(steps),
        propensities=np.concatenate([one.propensities for one in found]),
        stages=tuple(stages),
        eligibility=eligibility,
        policy=policy,
        strata=tuple(_strata(found)),
    )


def _strata(found: Sequence[Explored]) -> Iterator[Stratum]:
    """Give what drawn slots could have shown, by their places in the whole answer."""
    before = 0
    for one in found:
        yield from (replace(each, place=before + each.place) for each in one.strata)
        before += len(one.ranking)


def _lifted_by(shown: Ranking, pool: Ranking) -> list[str]:
    above = np.where(shown.parts != 0, shown.parts - pool.parts.mean(axis=0), -np.inf)
    return [shown.sources[place] for place in above.argmax(axis=1).tolist()]
