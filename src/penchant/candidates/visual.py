"""The visual source: products near a customer's taste, looked up from each of their styles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penchant.candidates.nearest import NearestSource
from penchant.index import Index
from penchant.settings.showing import VISUAL
from penchant.types import Vector


def visual_source(index: Index, taste: Vector, styles: Sequence[Vector] = ()) -> NearestSource:
    """Find products by taste.

    Args:
        index: Over the style vectors of all products.
        taste: Shape (dim,), the customer's profile.
        styles: Of a customer with several: these are looked up instead of the taste, their mean,
            which would find what lies between them.
    """
    starts = np.stack(styles) if len(styles) > 1 else taste[None]
    return NearestSource(VISUAL, index, taste, starts)
