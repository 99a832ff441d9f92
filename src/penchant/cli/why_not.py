"""`penchant why-not`: where on its way to the slate a product fell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penchant.cli.options import (
    AsJson,
    AsOf,
    CustomerId,
    HowMany,
    ProductId,
    Products,
    ShopPath,
    Surface,
    parse_time,
)

if TYPE_CHECKING:
    from penchant.reasons.why_not import WhyNot


def run(
    shop: ShopPath,
    customer: CustomerId,
    product: ProductId,
    surface: Surface = "homepage",
    about: Products = None,
    k: HowMany = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Say why a product is not shown: removed by a rule, not found, or outranked.

    Example: penchant why-not shop C10001 111350
    """
    import penchant
    from penchant.cli.output import print_json

    found = penchant.open(shop).why_not(
        customer, product, surface=surface, products=about, k=k, as_of=parse_time(as_of)
    )
    if as_json:
        print_json(found.to_dict())
    else:
        show_why_not(found)


def show_why_not(found: WhyNot) -> None:
    """Print the trace of a product.

    Args:
        found: What to show.
    """
    from penchant.cli.output import out, print_table

    out().print(f"{found.product_id} on the {found.surface} of {found.customer_id}: {found.text}")
    rows = [(name, str(rank)) for name, rank in found.source_ranks.items()]
    if rows:
        print_table("place among all products that may be shown", ("source", ">place"), rows)
