"""A request: one place to fill for one visitor; and what turns it into a plan, a recipe."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from penchant.candidates.assortment import Assortment
from penchant.ranking.blend import Blend
from penchant.settings import RecommendSettings
from penchant.surfaces.plan import Plan
from penchant.surfaces.visitor import Visitor
from penchant.types import Rows


@dataclass(frozen=True, slots=True, eq=False)
class Request:
    """One place to fill for one visitor.

    Attributes:
        surface: One of `settings.showing.SURFACES`.
        visitor: Who is looking.
        product_rows: Shape (n,), what the surface is about: the product shown, the cart, what was
            bought; none on the homepage and among new arrivals.
        k: How many products.
        as_of_us: Now, microseconds since 1970 UTC.
        rng: Draws the exploring slots.
    """

    surface: str
    visitor: Visitor
    product_rows: Rows
    k: int
    as_of_us: int
    rng: np.random.Generator


Recipe = Callable[[Assortment, Request, Blend, RecommendSettings], Plan]
"""All products, what is asked, what each source weighs, rules for all surfaces -> what is wanted.

Every surface is one of these; each uses what it needs.
"""
