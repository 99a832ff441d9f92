"""Diversify: the best products that do not all look alike, and every style its share.

Maximal marginal relevance (MMR, Carbonell and Goldstein 1998) over style vectors, calibrated
(Steck 2018) to the shares of a customer's styles by dealing the slots with D'Hondt's quotients.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from penchant.errors import InputError
from penchant.ranking.ranking import Ranking
from penchant.taste.styles import Style
from penchant.types import Mask, StyleVectors, Weights

ROUNDING = 1e-5
"""More than cosines of float32 vectors exceed 1 by, or `EVEN` lets a gain fall short."""

Places = NDArray[np.intp]

DEPTH = 5
"""Products in a pool per slot wanted: further down, variety would cost too much score."""

MIN_POOL = 50
"""Products in a pool at least."""

EVEN = 1e-9
"""Products this close to the best are as good; the better ranked of them is picked."""


def diversify(
    ranking: Ranking,
    vectors: StyleVectors,
    k: int,
    *,
    diversity: float,
    styles: Sequence[Style] = (),
) -> Ranking:
    """Pick k products, each the best by score and by how little it resembles those picked before.

    Of a pool of the best, the next product has the highest
    (1 - d) * score - d * (highest similarity to one picked). Scores are scaled to 0..1 in the
    pool; ties go to the better rank.

    With several styles, each product belongs to the nearest style, and each style has its own
    pool. A slot goes to the style with the highest share / (slots it has + 1), and the rule above
    picks from its pool. These are D'Hondt's quotients: unlike Sainte-Lague's, they never give a
    style less than floor(share * k) slots, nor less than floor(share * j) of the first j.

    Args:
        ranking: What to pick from, best first. Pinned products are put on top afterwards.
        vectors: Style vectors of all products, by product_row. A row of zeros resembles nothing:
            its similarity is 0.
        k: Slots, >= 0.
        diversity: d, 0..1. 0 keeps the order exactly (with styles, within each); 1 is likeness
            alone, but for the first product.
        styles: Of the customer, largest share first; none or one is the plain rule. A style
            without products left leaves its slots to the others.

    Returns:
        min(k, n) products, in the order shown. Cost: k * dim * the pools' max(5 * k, 50) products
        each; with styles also n * dim * styles.

    Raises:
        InputError: if `k` or a share is negative or `diversity` outside 0..1.

    Example:
        >>> vectors = np.array([[1, 0], [1, 0], [0, 1]], np.float32)
        >>> ranking = Ranking(np.arange(3, dtype=np.int32), np.array([[.9], [.8], [.4]]), ("a",))
        >>> diversify(ranking, vectors, 2, diversity=0.5).rows.tolist()
        [0, 2]
    """
    shares = [one.share for one in styles] if len(styles) > 1 else [1.0]
    _check(k, diversity, shares)
    if not diversity and len(shares) == 1:
        return ranking.take(slice(k))
    pools = _pools(ranking, vectors, max(DEPTH * k, MIN_POOL) if diversity else k, styles)
    turns = deal_slots(shares, [len(pool) for pool in pools], k)
    scores = ranking.scores
    worths = [_worth(scores[pool], diversity) for pool in pools]
    for number, worth in enumerate(worths):
        able = _able(worth, turns.count(number), diversity)
        pools[number], worths[number] = pools[number][able], worth[able]
    stops = list(accumulate(len(one) for one in pools))
    parts = [slice(stop - len(one), stop) for stop, one in zip(stops, pools, strict=True)]
    pool, worth = np.concatenate(pools), np.concatenate(worths)
    own = vectors.take(ranking.rows[pool] if diversity else [], axis=0).astype(np.float64)
    return ranking.take(pool[_pick(worth, own, [parts[turn] for turn in turns], diversity)])


def deal_slots(shares: Sequence[float], available: Sequence[int], k: int) -> list[int]:
    """Deal k slots by highest averages (D'Hondt, also called Jefferson).

    Args:
        shares: Of each style, >= 0; only their ratios matter.
        available: Products of each style, aligned: the most slots it can take.
        k: Slots.

    Returns:
        The style of each slot, min(k, all products); ties go to the style named first.

    Example:
        >>> deal_slots([0.7, 0.3], [9, 9], 6)
        [0, 0, 1, 0, 0, 1]
    """
    if len(shares) == 1:
        return [0] * min(k, available[0])
    quotients = sorted(
        (-round(share / slots, 9), style)
        for style, (share, most) in enumerate(zip(shares, available, strict=True))
        for slots in range(1, min(most, k) + 1)
    )
    return [style for _, style in quotients[:k]]


def _check(k: int, diversity: float, shares: Sequence[float]) -> None:
    if k < 0:
        raise InputError(f"k is {k}, must be >= 0.")
    if not 0 <= diversity <= 1:
        raise InputError(f"diversity is {diversity:g}, must be from 0 (by score alone) to 1.")
    if not min(shares) >= 0:
        raise InputError(f"The share of a style is {min(shares):g}, must be >= 0.")


def _pools(
    ranking: Ranking, vectors: StyleVectors, depth: int, styles: Sequence[Style]
) -> list[Places]:
    """Give the places of the `depth` best of each style: a small one far down is found, too."""
    if len(styles) < 2:
        return [np.arange(min(depth, len(ranking)))]
    directions, nearest = np.stack([one.vector for one in styles]).T, np.empty(0, np.intp)
    while len(nearest) < len(ranking) and _fewest(nearest, len(styles)) < depth:
        stop = 2 * (len(nearest) + len(styles) * depth)  # seldom are all of them looked at
        likeness = vectors.take(ranking.rows[len(nearest) : stop], axis=0) @ directions
        nearest = np.concatenate([nearest, likeness.argmax(axis=1)])
    return [np.flatnonzero(nearest == one)[:depth] for one in range(len(styles))]


def _fewest(nearest: Places, n_styles: int) -> int:
    return int(np.bincount(nearest, minlength=n_styles).min())


def _worth(scores: Weights, diversity: float) -> Weights:
    if diversity == 0 or not len(scores):
        return -np.arange(len(scores), dtype=np.float64)
    least = scores.min()
    spread = scores.max() - least
    return np.asarray((1 - diversity) * (scores - least) / (spread or 1.0))


def _able(worth: Weights, slots: int, diversity: float) -> Mask:
    """Tell which products could be picked at all, whatever they resemble.

    Likeness takes at most d from a gain and adds at most d. Among the `slots` of most worth one is
    always left to pick, so that nothing worth 2 d less than the last of them is ever picked.
    """
    if slots >= len(worth):
        return np.ones(len(worth), bool)
    if not slots:
        return np.zeros(len(worth), bool)
    last = np.partition(worth, len(worth) - slots)[len(worth) - slots]
    return np.asarray(worth >= last - 2 * diversity - ROUNDING)


def _pick(
    worth: Weights, own: NDArray[np.float64], turns: Sequence[slice], diversity: float
) -> Places:
    # nothing is picked yet: as if all had a likeness of -1 to it
    gains, picked = worth + diversity, np.empty(len(turns), np.intp)
    for slot, part in enumerate(turns):
        able = gains[part]
        best = part.start + int((able >= able.max() - EVEN).argmax())
        picked[slot] = best
        gains[best] = -np.inf
        if diversity and slot + 1 < len(turns):
            np.minimum(gains, worth - diversity * (own @ own[best]), out=gains)
    return picked
