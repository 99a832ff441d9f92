"""Weights: what each source earns on purchases it has not seen, surface by surface.

One purchase of some customers is hidden, all sources are fitted on the rest, and each surface is
asked for the hidden product from what it would be given: all a customer owns on the homepage, the
rest of the basket in the cart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from penchant.builds.choice import choose_method
from penchant.builds.lessons import Lessons
from penchant.builds.scorers import make_scorers, owned_matrix
from penchant.builds.sources import fit_sources
from penchant.candidates.popular import count_popularity
from penchant.maths.decay import MICROSECONDS_PER_DAY
from penchant.maths.seeds import derived_rng
from penchant.ranking.blend import Blend, default_blend
from penchant.ranking.fit import MIN_FOUND, fit_blend
from penchant.ranking.hidden import HiddenPurchases, hide_purchases
from penchant.settings import Settings
from penchant.settings import showing as s
from penchant.space import Catalogue
from penchant.types import Mask, Weights

if TYPE_CHECKING:
    from scipy.sparse import csr_array

FITTED = (s.HOMEPAGE, s.CART, s.POST_PURCHASE)
"""Surfaces that are fitted.

New arrivals have no past: taste alone ranks them. A product page shows what is alike, though what
was bought next seldom is: weights fitted on purchases would leave no likeness there.
"""

MOST_ELSEWHERE = 2000
"""Hidden purchases that are enough for surfaces other than the homepage."""


@dataclass(frozen=True, slots=True, eq=False)
class FittedWeights:
    """What was fitted.

    Attributes:
        blends: Surface -> what each source weighs; only surfaces that were fitted.
        method: How links are best fitted.
        about: Per surface and for the method: what it rests on.
    """

    blends: Mapping[str, Blend]
    method: str
    about: Mapping[str, object]


def fit_weights(
    lessons: Lessons,
    liked: Weights,
    catalogue: Catalogue,
    categories: Sequence[str | None],
    settings: Settings,
) -> FittedWeights:
    """Fit the weights of all surfaces.

    Args:
        lessons: What customers wanted.
        liked: Shape (n_products,), how much all customers like each product.
        catalogue: What the channels read.
        categories: One per product.
        settings: Of the shop.

    Returns:
        The weights; none where the shop has too few purchases to hide, or the settings say so.
    """
    groups = np.arange(lessons.n_products) if catalogue.groups is None else catalogue.groups
    rng = derived_rng(settings.space.seed, "hidden")
    hidden = hide_purchases(lessons.customer_row, lessons.product_row, lessons.time_us, groups, rng)
    if not settings.blend.fit or len(hidden) < MIN_FOUND:
        hid = f"{len(hidden)} purchases could be hidden."
        why = hid if settings.blend.fit else "Switched off."
        return FittedWeights({}, choose_method(settings, None, hidden)[0], {"reason": why})
    known, gone = lessons.where(hidden.known), lessons.where(~hidden.known)
    method, told = choose_method(settings, known, hidden)
    sources = fit_sources(known, catalogue, categories, settings, method=method)
    owned, near = owned_matrix(known), _same_basket(known, gone, settings.space.basket_days)
    blind = () if sources.placement.vectors.any() else (s.VISUAL, s.SIMILAR)
    left_out = {*settings.blend.leave_out, *blind}
    left = liked - count_popularity(
        gone.customer_row, gone.product_row, gone.weights, n_products=lessons.n_products
    )
    blends: dict[str, Blend] = {}
    about: dict[str, object] = {"collaborative": told}
    for surface in FITTED:
        seeds = owned if surface == s.HOMEPAGE else owned_matrix(known.where(near))
        asked = _asked(surface, hidden, seeds, categories)
        scorers = make_scorers(surface, sources, np.maximum(left, 0.0), owned, seeds)
        kept = {name: one for name, one in scorers.items() if name not in left_out}
        defaults = default_blend(surface, left_out)
        fitted = fit_blend(kept, asked, defaults=defaults)
        about[surface] = dict(fitted.about)
        if fitted.fitted:
            blends[surface] = fitted.blend
    return FittedWeights(MappingProxyType(blends), method, MappingProxyType(about))


def _same_basket(known: Lessons, gone: Lessons, days: float) -> Mask:
    """Tell which known interactions lie within a basket's length of the customer's hidden one."""
    when = np.full(known.n_customers, np.iinfo(np.int64).min // 2)
    when[gone.customer_row] = gone.time_us
    apart = np.abs(known.time_us - when[known.customer_row])
    return np.asarray(apart <= int(days * MICROSECONDS_PER_DAY))


def _asked(
    surface: str, hidden: HiddenPurchases, seeds: csr_array, categories: Sequence[str | None]
) -> HiddenPurchases:
    """Give the hidden purchases a surface could have shown, from what it starts from."""
    if surface == s.HOMEPAGE:
        return hidden
    has_seed = np.diff(seeds.indptr)[hidden.customer_row] > 0
    asked = hidden.where(has_seed).first(MOST_ELSEWHERE)
    return _of_other_categories(asked, seeds, categories) if surface == s.CART else asked


def _of_other_categories(
    hidden: HiddenPurchases, seeds: csr_array, categories: Sequence[str | None]
) -> HiddenPurchases:
    """Keep purchases of categories that are not in the basket; those that are may not be shown."""
    names, label = np.unique([one or "" for one in categories], return_inverse=True)
    by_label = [np.flatnonzero(label == one).astype(np.int32) for one in range(len(names))]
    kept, barred = [], []
    for number, (customer, taken) in enumerate(
        zip(hidden.customer_row.tolist(), hidden.product_row.tolist(), strict=True)
    ):
        own = seeds.indices[seeds.indptr[customer] : seeds.indptr[customer + 1]]
        present = np.unique(label[own])
        if names[label[taken]] and label[taken] not in present:
            kept.append(number)
            barred.append(np.concatenate([own, *(by_label[one] for one in present)]))
    starts = np.concatenate([[0], np.cumsum([len(one) for one in barred])]).astype(np.int64)
    rows = np.concatenate([np.empty(0, np.int32), *barred]).astype(np.int32)
    which = np.array(kept, np.int64)
    return replace(
        hidden,
        customer_row=hidden.customer_row[which],
        product_row=hidden.product_row[which],
        starts=starts,
        owned_row=rows,
    )
