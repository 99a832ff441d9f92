"""From candidates to slots: numbered, with similarity, source and reason."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from penchant.candidates.assortment import Assortment
from penchant.candidates.candidate import Candidates
from penchant.reasons.sentence import plain_reason, taste_reasons
from penchant.surfaces.slate import Reason, Slot
from penchant.taste.profile import Profile


def make_slots(
    candidates: Sequence[Candidates],
    assortment: Assortment,
    *,
    profile: Profile | None = None,
    like: str | None = None,
) -> tuple[Slot, ...]:
    """Number candidates and say of each why it is there.

    Args:
        candidates: In the order they are shown.
        assortment: All products.
        profile: The taste that "visual" candidates were found by, if it was a taste.
        like: Title of the product that they were found by, if it was a product.
    """
    chosen = _with_reasons(candidates, assortment, profile, like)
    return tuple(
        Slot(
            slot=number,
            product_id=assortment.product_ids[row],
            score=score,
            similarity=score if source == "visual" else None,
            source=source,
            propensity=1.0,
            reason=reason,
        )
        for number, (row, score, source, reason) in enumerate(chosen, start=1)
    )


def _with_reasons(
    candidates: Sequence[Candidates],
    assortment: Assortment,
    profile: Profile | None,
    like: str | None,
) -> Iterator[tuple[int, float, str, Reason]]:
    for part in candidates:
        if part.source == "visual" and profile is not None:
            reasons = taste_reasons(assortment, profile, part.rows)
        else:
            reasons = [plain_reason(part.source, like=like)] * len(part)
        rows, scores = part.rows.tolist(), part.scores.tolist()
        for row, score, reason in zip(rows, scores, reasons, strict=True):
            yield row, score, part.source, reason
