"""Explore: some slots are drawn from plausible products, and every chance is known exactly.

What only ever shows its favorites learns nothing about the rest. The propensities make it possible
to value another way of ranking from the log (inverse propensity scoring), before any experiment.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.maths.distinct import among
from penchant.ranking.ranking import Ranking
from penchant.types import Mask, Rows, Weights

FLOOR = 0.15
"""Part of each draw that is uniform: it bounds the weights 1 / propensity."""

SIZE = 50
"""Products not picked that may be drawn."""


@dataclass(frozen=True, slots=True, eq=False)
class Stratum:
    """All that one slot may show, whatever is drawn.

    Attributes:
        place: Of the slot, from 0.
        rows: Shape (m,), the products.
        chances: Shape (m,), in (0, 1], summing to 1: how likely each is shown there.
    """

    place: int
    rows: Rows
    chances: Weights

    def chance_of(self, row: int) -> float:
        """Give the probability that a product is shown in this slot; 0 if it cannot be.

        Args:
            row: Of the product; -1: of none there is.
        """
        return float(self.chances[self.rows == row].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Explored:
    """Products in the order they are shown, with the chance each had.

    Attributes:
        ranking: The products, slot by slot.
        propensities: Shape (n,), in (0, 1]: the probability that this product was shown in this
            slate, given the customer's ranking and the settings. A product can be drawn in one
            slot only, so it is also the probability that the product stood in this very slot.
        explored: Shape (n,), True where the product was drawn; the others have propensity 1.
        strata: One for each exploring slot, in order; what was drawn does not change them.
    """

    ranking: Ranking
    propensities: Weights
    explored: Mask
    strata: tuple[Stratum, ...] = ()


def explore(
    picked: Ranking,
    pool: Ranking,
    k: int,
    *,
    share: float,
    rng: np.random.Generator,
    temperature: float = 1.0,
    size: int = SIZE,
) -> Explored:
    """Let some slots be drawn from the next best products.

    n = round(share * k) slots explore: at least one if share > 0 and k >= 3, never the first,
    spread evenly towards the end. The `size` best products that were not picked are dealt in turn
    into n strata, one for each exploring slot, together with the product picked for that slot: so
    a slate without exploring can be valued from the log, too. One product is drawn from each
    stratum of m products, with

        p = (1 - FLOOR) * softmax(score / (sd * temperature)) + FLOOR / m

    where sd is the standard deviation of the scores drawn from.

    Why strata: the draws are independent, no product can come twice, and the propensity is p, in
    closed form. Of n draws without replacement from one pool it would be a sum over all orders of
    the others. Dealing in turn makes the strata equally good.

    Args:
        picked: Products in the order they are shown when nothing explores.
        pool: The ranking they were picked from, best first; those picked are passed over. It also
            fills up when fewer than k were picked.
        k: Slots, >= 0.
        share: Share of slots that explore, 0..1.
        rng: Draws one `random()` per exploring slot, in the order of slots, and nothing else, so
            equal seeds give equal slates on any machine.
        temperature: > 0, in standard deviations: small draws the best, large draws evenly.
        size: Products not picked that may be drawn, >= 0; when there are fewer than exploring
            slots, so many slots explore.

    Returns:
        min(k, available) products. Cost: O(k + size).

    Raises:
        InputError: if a number is outside its range, or `picked` and `pool` differ in sources.

    Example:
        >>> rows, parts = np.arange(4, dtype=np.int32), np.array([[4.0], [3.0], [2.0], [2.0]])
        >>> ranking = Ranking(rows, parts, ("a",))
        >>> rng = np.random.default_rng(1)
        >>> shown = explore(ranking.take(slice(3)), ranking, 3, share=0.2, rng=rng)
        >>> shown.ranking.rows.tolist(), shown.propensities.tolist()
        ([0, 1, 3], [1.0, 1.0, 0.5])
    """
    _check(k, share, temperature, size)
    order = _picked_then_rest(picked, pool, k + size)
    slate = np.arange(min(k, len(order)))
    rest = np.arange(len(slate), min(k + size, len(order)))
    places = _exploring_places(k, min(_n_exploring(k, share), len(rest)))
    drawable = np.concatenate([places, rest])
    scores = order.scores[drawable].round(9)
    spread = temperature * (float(scores.std()) if len(places) else 0.0) or 1.0
    propensities, explored = np.ones(len(slate)), np.zeros(len(slate), bool)
    strata = []
    for turn, place in enumerate(places.tolist()):
        stratum = slice(turn, None, len(places))
        chances = _chances(scores[stratum], spread)
        drawn = _draw(chances, rng)
        slate[place] = drawable[stratum][drawn]
        propensities[place], explored[place] = chances[drawn], True
        strata.append(Stratum(place, order.rows[drawable[stratum]], chances))
    return Explored(order.take(slate), propensities, explored, tuple(strata))


def _check(k: int, share: float, temperature: float, size: int) -> None:
    if not 0 <= share <= 1:
        raise InputError(f"share is {share:g}, must be from 0 (never explore) to 1.")
    if not 0 < temperature < np.inf:
        raise InputError(f"temperature is {temperature:g}, must be > 0 and finite.")
    for name, value in (("k", k), ("size", size)):
        if value < 0:
            raise InputError(f"{name} is {value}, must be >= 0.")


def _picked_then_rest(picked: Ranking, pool: Ranking, n: int) -> Ranking:
    if picked.sources != pool.sources:
        raise InputError(
            f"picked has the sources {picked.sources}, the pool has {pool.sources}; "
            "they must be the same: pick from the pool."
        )
    best = pool.take(slice(n + len(picked)))
    rest = ~among(best.rows, picked.rows)
    rows, parts = (picked.rows, best.rows[rest]), (picked.parts, best.parts[rest])
    return Ranking(np.concatenate(rows), np.concatenate(parts), picked.sources)


def _n_exploring(k: int, share: float) -> int:
    wanted = max(int(k * share + 0.5), int(share > 0 and k >= 3))
    return max(min(wanted, k - 1), 0)


def _exploring_places(k: int, n: int) -> NDArray[np.intp]:
    return np.array([-(-(turn + 1) * k // n) - 1 for turn in range(n)], np.intp)


def _chances(scores: Weights, spread: float) -> Weights:
    soft = np.exp((scores - scores.max()) / spread)
    return np.asarray((1 - FLOOR) * soft / soft.sum() + FLOOR / len(soft))


def _draw(chances: Weights, rng: np.random.Generator) -> int:
    reached = chances.cumsum().searchsorted(rng.random(), side="right")
    return min(int(reached), len(chances) - 1)
