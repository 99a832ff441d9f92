"""Homepage: products near the customer's taste; what everyone likes for those without one."""

from __future__ import annotations

from functools import partial

from penchant.candidates.assortment import Assortment
from penchant.candidates.candidate import Candidates
from penchant.candidates.newest import newest_candidates
from penchant.candidates.popular import popular_candidates
from penchant.candidates.visual import visual_candidates
from penchant.surfaces.fill import SourceCall, fill_slots
from penchant.taste.profile import Profile
from penchant.types import Mask


def homepage(
    assortment: Assortment,
    profile: Profile | None,
    *,
    eligible: Mask,
    k: int,
    min_similarity: float = -1.0,
) -> tuple[Candidates, ...]:
    """Choose k products for a customer's homepage.

    Args:
        assortment: All products.
        profile: The customer's taste; None for a cold customer.
        eligible: Shape (n_products,), which may be shown.
        k: How many.
        min_similarity: Cosine below which a product does not count as near the taste.

    Returns:
        Candidates in the order they are shown: visual, then popular, then newest.
    """
    sources: list[SourceCall] = [
        lambda left, n: popular_candidates(assortment.popularity, n, eligible=left),
        lambda left, n: newest_candidates(assortment.created_us, n, eligible=left),
    ]
    if profile is not None:
        near = partial(visual_candidates, assortment.index, profile.vector)
        sources.insert(0, lambda left, n: near(n, eligible=left, min_similarity=min_similarity))
    return fill_slots(sources, eligible=eligible, k=k)
