"""The visual source: products near a customer's taste, looked up from each of their styles."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from penchant.candidates.nearest import NearestSource
from penchant.index import Index
from penchant.settings.showing import VISUAL
from penchant.types import StyleVectors, Vector


def visual_source(index: Index, taste: Vector, styles: Sequence[Vector] = ()) -> NearestSource:
    """Find products by taste.

    Args:
        index: Over the style vectors of all products.
        taste: Shape (dim,), the customer's profile.
        styles: Of the customer, if there are several.
    """
    return NearestSource(VISUAL, index, taste, taste_starts(taste, styles))


def taste_alone(index: Index, taste: Vector) -> NearestSource:
    """Score products by taste and propose none: for a place where something else leads.

    Args:
        index: Over the style vectors of all products.
        taste: Shape (dim,), the customer's profile.
    """
    return NearestSource(VISUAL, index, taste, taste[None][:0])


def taste_starts(taste: Vector, styles: Sequence[Vector]) -> StyleVectors:
    """Give what products are looked up by, shape (n, dim).

    Args:
        taste: Shape (dim,), the customer's profile.
        styles: Of a customer with several: these instead of the taste, their mean, which would find
            what lies between them.

    Example:
        >>> one, other = np.eye(2, dtype=np.float32)
        >>> taste_starts((one + other) / np.float32(2**0.5), [one, other]).tolist()
        [[1.0, 0.0], [0.0, 1.0]]
    """
    return np.stack(styles) if len(styles) > 1 else taste[None]
