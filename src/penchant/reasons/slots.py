"""From products chosen to slots: numbered, with similarity, source, propensity and reason."""

from __future__ import annotations

from penchant.candidates.assortment import Assortment
from penchant.maths.cosines import cosines
from penchant.reasons.sentence import make_reasons
from penchant.surfaces.plan import Plan
from penchant.surfaces.serve import Showing
from penchant.surfaces.slate import Slot
from penchant.surfaces.visitor import Visitor
from penchant.types import Rows, Vector


def make_slots(
    showing: Showing, plan: Plan, stock: Assortment, visitor: Visitor
) -> tuple[Slot, ...]:
    """Number the products shown and say of each why it is there.

    Args:
        showing: What was chosen.
        plan: What was asked for.
        stock: All products.
        visitor: Who is looking.
    """
    rows, scores = showing.picks.rows, showing.picks.scores.tolist()
    similarities = similarities_of(rows, plan.towards, stock)
    reasons = make_reasons(showing, plan, stock, visitor)
    return tuple(
        Slot(
            slot=place + 1,
            product_id=stock.product_ids[row],
            score=scores[place],
            similarity=similarities[place],
            source=showing.lifted_by[place],
            propensity=float(showing.propensities[place]),
            reason=reasons[place],
        )
        for place, row in enumerate(rows.tolist())
    )


def similarities_of(rows: Rows, towards: Vector | None, stock: Assortment) -> list[float | None]:
    """Give the cosine of products to a direction; None without one, and where nothing is known.

    Args:
        rows: Shape (n,), products.
        towards: Shape (dim,), length 1.
        stock: All products.
    """
    if towards is None:
        return [None] * len(rows)
    found = cosines(stock.index.vectors, rows, towards).tolist()
    present = stock.index.present[rows].tolist()
    return [one if there else None for one, there in zip(found, present, strict=True)]
