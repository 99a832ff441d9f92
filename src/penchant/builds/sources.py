"""Sources of a build: everything that is learned from baskets, fitted in one go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from penchant.builds.lessons import Lessons
from penchant.candidates.complements import Complements, fit_complements
from penchant.candidates.links import ProductLinks
from penchant.maths.seeds import derived_rng
from penchant.settings import Settings
from penchant.space import Catalogue, Placement, StyleSpace, fit_space
from penchant.space.pairings import Pairings, learn_pairings

MAX_PAIRED_PRODUCTS = 50_000
"""Above, the vectors of pairings and their moments would outgrow everything else in memory."""


@dataclass(frozen=True, slots=True, eq=False)
class Sources:
    """What was learned.

    Attributes:
        space: The style space.
        placement: All products in it.
        pairings: What goes together; None where there are too few baskets or too many products.
        links: Between products the same customers want.
        complements: Products that complete others.
    """

    space: StyleSpace
    placement: Placement
    pairings: Pairings | None
    links: ProductLinks
    complements: Complements


def fit_sources(
    lessons: Lessons,
    catalogue: Catalogue,
    categories: Sequence[str | None],
    settings: Settings,
    *,
    method: str,
) -> Sources:
    """Fit all sources on the same lessons.

    Args:
        lessons: What customers wanted.
        catalogue: What the channels read.
        categories: One per product.
        settings: Of the shop.
        method: One of `settings.finding.METHODS`: how links are fitted.

    Raises:
        InputError: if no product has anything a channel can read.
    """
    baskets = lessons.baskets(settings.space.basket_days)
    space = fit_space(catalogue, baskets, settings=settings.space)
    placement = space.place(catalogue)
    few_products = lessons.n_products <= MAX_PAIRED_PRODUCTS
    pairings = None
    if settings.blend.pairings and space.about["map"] == "softmax" and few_products:
        rng = derived_rng(settings.space.seed, "pairings")
        pairings = learn_pairings(
            placement.channels, baskets, rng, dim=settings.space.dim, groups=catalogue.groups
        )
    return Sources(
        space=space,
        placement=placement,
        pairings=pairings,
        links=lessons.links(settings, method),
        complements=fit_complements(
            np.repeat(np.arange(len(baskets), dtype=np.int32), baskets.lengths),
            baskets.product_row,
            categories,
            n_baskets=len(baskets),
            settings=settings.complements,
        ),
    )
