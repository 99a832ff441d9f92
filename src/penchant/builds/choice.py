"""Which collaborative method suits a shop: the one that finds most of its hidden purchases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from penchant.builds.lessons import Lessons
from penchant.candidates.links import ProductLinks
from penchant.maths.topk import top_k
from penchant.ranking.hidden import HiddenPurchases
from penchant.settings import Settings
from penchant.settings.finding import EASE, GRAPH_FILTER, ITEM_KNN

MOST = {GRAPH_FILTER: 20_000, EASE: 4_000}
"""Products up to which a method is tried: its cost grows with their square, or their cube."""

K = 20
CHUNK = 512
Z95 = 1.96


def choose_method(
    settings: Settings, known: Lessons | None, hidden: HiddenPurchases
) -> tuple[str, dict[str, object]]:
    """Choose how links are fitted.

    Args:
        settings: Of the shop; may name the method.
        known: What is left when purchases are hidden; None: nothing can be tried.
        hidden: The hidden purchases.

    Returns:
        Item-kNN unless another one finds clearly more (by a paired 95 % interval) of the hidden
        products among K, or the settings name it; and what was found.
    """
    asked = settings.blend.collaborative
    if asked != "auto" or known is None:
        return (ITEM_KNN if asked == "auto" else asked), {"reason": "Not tried."}
    hits = {ITEM_KNN: _hits(known.links(settings, ITEM_KNN), hidden)}
    best = ITEM_KNN
    for method, most in MOST.items():
        if known.n_products <= most:
            hits[method] = _hits(known.links(settings, method), hidden)
            if _clearly_more(hits[method], hits[best]):
                best = method
    shares = {method: round(float(one.mean()), 4) for method, one in hits.items()}
    return best, {"hidden": len(hidden), f"found among {K}": shares}


def _hits(links: ProductLinks, hidden: HiddenPurchases) -> NDArray[np.float64]:
    found = np.zeros(len(hidden))
    for first in range(0, len(hidden), CHUNK):
        numbers = range(first, min(first + CHUNK, len(hidden)))
        scores = links.scores([hidden.owned(number) for number in numbers])
        for place, number in enumerate(numbers):
            scores[place, hidden.owned(number)] = -np.inf
        best = top_k(scores, K).rows
        wanted = hidden.product_row[first : first + CHUNK]
        found[first : first + CHUNK] = (best == wanted[:, None]).any(axis=1)
    return found


def _clearly_more(one: NDArray[np.float64], other: NDArray[np.float64]) -> bool:
    gain = one - other
    return bool(gain.mean() > Z95 * gain.std() / np.sqrt(len(gain)))
