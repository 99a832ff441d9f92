"""The pairings source: products that go with others, looked up by what baskets taught."""

from __future__ import annotations

import numpy as np

from penchant.candidates.nearest import NearestSource
from penchant.index import Index
from penchant.settings.showing import PAIRINGS
from penchant.space.pairings import Pairings
from penchant.types import Rows, Weights


def paired_source(
    pairings: Pairings, index: Index, rows: Rows, weights: Weights | None = None
) -> NearestSource | None:
    """Find products by what goes with some.

    Args:
        pairings: What was learned.
        index: Over its candidates' side.
        rows: Shape (n,), products a customer wanted, or has in the cart.
        weights: Shape (n,), how much each counts; 1 each by default.

    Returns:
        The source; None when nothing is known of any of the products.
    """
    wanted = pairings.wanted(rows, weights)
    return NearestSource(PAIRINGS, index, wanted, wanted[None]) if np.any(wanted) else None
