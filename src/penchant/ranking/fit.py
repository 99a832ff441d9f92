"""Fit a blend on hidden purchases: the weights under which what customers took ranks first.

The shop hides one purchase of some customers, fits its sources on the rest, and asks what each said
about the product that was hidden. What a source learned by heart is worth nothing there, so it gets
no more weight than it earns on purchases it has not seen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from penchant.maths.topk import top_k
from penchant.ranking.blend import Blend
from penchant.ranking.hidden import HiddenPurchases
from penchant.ranking.logit import fit_conditional_logit
from penchant.types import Rows, Scores

Scorer = Callable[[Rows], Scores]
"""Customer rows -> scores of all products, shape (n, n_products), on the scale that is blended."""

MIN_FOUND = 50
"""Hidden purchases within the pools; half as many now and then fit clearly worse than all do."""

PER_SOURCE = 30
"""Products each source proposes: from deeper pools, weights learn to sort what nobody sees."""

CELLS = 8_000_000
"""Scores held at a time by each source."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedBlend:
    """A blend, and what it rests on.

    Attributes:
        blend: Weights and scale of each source.
        about: For the manifest: hidden purchases, those found in the pools, what was done and why.
        fitted: Whether it was fitted; else it is the defaults.
    """

    blend: Blend
    about: Mapping[str, object]
    fitted: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Choices:
    features: NDArray[np.float64]
    starts: NDArray[np.int64]
    chosen: NDArray[np.int64]


def fit_blend(
    scorers: Mapping[str, Scorer],
    hidden: HiddenPurchases,
    *,
    defaults: Blend,
    per_source: int = PER_SOURCE,
    min_found: int = MIN_FOUND,
) -> FittedBlend:
    """Fit what each source weighs.

    The pool of a customer is what the sources propose together, as when an answer is made. A hidden
    purchase that no source proposes is left out: no weight could bring it back.

    Args:
        scorers: Source name -> what it says, fitted without the hidden purchases.
        hidden: Who took what, and what they are known to own.
        defaults: Used when too few hidden purchases were found; sources it has and `scorers` lacks
            keep their default share of all weights.
        per_source: Products each source proposes, those owned left out.
        min_found: Hidden purchases within the pools that are needed.

    Returns:
        The fitted blend, or the defaults and a sentence. Cost: one score of every product for every
        hidden purchase and source.
    """
    names = tuple(scorers)
    about = {"hidden": len(hidden), "sources": list(names), "per_source": per_source}
    choices = _gather(scorers, hidden, per_source) if len(hidden) and names else None
    found = len(choices.chosen) if choices else 0
    about["found"] = found
    if choices is None or found < min_found:
        reason = f"{found} hidden purchases were found again, a fit needs {min_found}."
        about["reason"] = f"Defaults: {reason}"
        return FittedBlend(defaults, MappingProxyType(about), fitted=False)
    spread = _spread(choices)
    fitted = fit_conditional_logit(choices.features / spread, choices.starts, choices.chosen)
    if not fitted.any():
        about["reason"] = f"Defaults: of {found} hidden purchases no source told any apart."
        return FittedBlend(defaults, MappingProxyType(about), fitted=False)
    weights = {name: float(one) for name, one in zip(names, fitted, strict=True)}
    scale = {name: float(one) for name, one in zip(names, spread, strict=True)}
    about["reason"] = f"Fitted on {found} hidden purchases."
    blend = _beside_defaults(weights, scale, defaults)
    return FittedBlend(blend, MappingProxyType(about), fitted=True)


def _gather(scorers: Mapping[str, Scorer], hidden: HiddenPurchases, per_source: int) -> _Choices:
    """Give the pools that hold the hidden purchase, one after another."""
    features, starts, chosen = [], [0], []
    step = max(1, CELLS // hidden.n_products)
    for first in range(0, len(hidden), step):
        here = slice(first, first + step)
        scores = [score(hidden.customer_row[here]) for score in scorers.values()]
        for number, taken in enumerate(hidden.product_row[here].tolist()):
            lines = np.stack([one[number] for one in scores])
            rows = _pool(lines, hidden.owned(first + number), per_source)
            place = int(np.searchsorted(rows, taken))
            if place < len(rows) and rows[place] == taken:
                features.append(lines[:, rows].T.astype(np.float64))
                chosen.append(starts[-1] + place)
                starts.append(starts[-1] + len(rows))
    options = np.concatenate([np.empty((0, len(scorers))), *features])
    return _Choices(options, np.array(starts), np.array(chosen, np.int64))


def _pool(lines: Scores, owned: Rows, per_source: int) -> Rows:
    masked = np.asarray(lines, np.float32).copy()
    masked[:, owned] = -np.inf
    best = np.unique(top_k(masked, per_source).rows)
    return best[best >= 0]


def _spread(choices: _Choices) -> NDArray[np.float64]:
    """Give the standard deviation of each feature within a pool, 1 where it tells nothing apart."""
    firsts, lengths = choices.starts[:-1], np.diff(choices.starts)
    means = np.add.reduceat(choices.features, firsts) / lengths[:, None]
    spread = np.sqrt(np.mean((choices.features - np.repeat(means, lengths, axis=0)) ** 2, axis=0))
    return np.asarray(np.where(spread > 0, spread, 1.0))


def _beside_defaults(
    weights: Mapping[str, float], scale: Mapping[str, float], defaults: Blend
) -> Blend:
    """Join fitted weights with those of sources that were not fitted, at their default share."""
    rest = {name: one for name, one in defaults.weights.items() if name not in weights}
    replaced = sum(one for name, one in defaults.weights.items() if name in weights)
    factor = sum(weights.values()) / replaced if replaced else 1.0
    kept = {name: one * factor for name, one in rest.items()}
    return Blend({**weights, **kept}, {**defaults.scale, **scale})
