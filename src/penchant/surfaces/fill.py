"""Fill k slots from sources in turn: what the first cannot fill, the next one does."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from penchant.candidates.candidate import Candidates
from penchant.types import Mask

SourceCall = Callable[[Mask, int], Candidates]
"""Given what is still eligible and how many are wanted, the candidates of one source."""


def fill_slots(sources: Sequence[SourceCall], *, eligible: Mask, k: int) -> tuple[Candidates, ...]:
    """Ask each source in turn until k products are found.

    Args:
        sources: Best source first.
        eligible: Shape (n_products,), which may be shown.
        k: How many products are wanted.

    Returns:
        What each source that was needed gave; no product twice, k in all if k are eligible and
        the last source gives every eligible product.
    """
    left, found, wanted = eligible.copy(), [], k
    for source in sources:
        if wanted <= 0:
            break
        candidates = source(left, wanted)
        if len(candidates):
            found.append(candidates)
            left[candidates.rows] = False
            wanted -= len(candidates)
    return tuple(found)
