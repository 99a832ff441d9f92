"""`penchant explain`: what each past interaction gives to a product's similarity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penchant.cli.options import AsJson, AsOf, CustomerId, ProductId, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.engine import Shop
    from penchant.reasons.explanation import Explanation


def run(
    shop: ShopPath,
    customer: CustomerId,
    product: ProductId,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Split the similarity of a product to a customer's taste into exact shares.

    Example: penchant explain shop C10001 111350
    """
    import penchant
    from penchant.cli.output import print_json

    opened = penchant.open(shop)
    explanation = opened.explain(customer, product, as_of=parse_time(as_of))
    if as_json:
        print_json(explanation.to_dict())
    else:
        show_explanation(opened, explanation)


def show_explanation(shop: Shop, explanation: Explanation) -> None:
    """Print an explanation as a table, shares summed at the end.

    Args:
        shop: For titles.
        explanation: What to show.
    """
    from penchant.cli.output import number, print_table

    channels = list(explanation.channels)
    assortment = shop.assortment
    rows = [
        (
            share.interaction_type,
            share.product_id,
            assortment.titles[assortment.product_ids.row(share.product_id)],
            share.timestamp,
            number(share.share, 4),
            *(number(share.channels[name], 4) for name in channels),
        )
        for share in explanation.shares
    ]
    totals = (number(explanation.channels[name], 4) for name in channels)
    rows.append(("sum", "", "", "", number(explanation.similarity, 4), *totals))
    headers = ("interaction", "product", "title", "time", ">share", *(f">{n}" for n in channels))
    title = f"why {explanation.product_id} matches {explanation.customer_id}"
    print_table(title, headers, rows)
