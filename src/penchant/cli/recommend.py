"""`penchant recommend`: products for a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, AsOf, CustomerId, HowMany, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.engine import Shop
    from penchant.surfaces import Slate

STEPS = {
    "profile": "from the customer's taste",
    "popular": "what everyone likes",
    "newest": "the newest products",
    "product": "the most similar products",
    "empty": "no product is eligible",
}


WHY_NOT_PERSONAL = {
    "opted_out": ", who refused personalisation",
    "cold": ", who has too few usable interactions for a profile",
    "unknown": ", of whom nothing is known",
}


def run(
    shop: ShopPath,
    customer: CustomerId,
    surface: Annotated[str, typer.Option(help="Where it is shown.")] = "homepage",
    k: HowMany = None,
    as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:
    """Show the products that match a customer's taste, each with its reason.

    Example: penchant recommend shop C10001 -k 5
    """
    import penchant
    from penchant.cli.output import print_json

    opened = penchant.open(shop)
    slate = opened.recommend(customer, surface=surface, k=k, as_of=parse_time(as_of))
    if as_json:
        print_json(slate.to_dict())
    else:
        status = opened.customer(customer, as_of=parse_time(as_of)).status
        show_slate(opened, slate, f"{surface} of {customer}{WHY_NOT_PERSONAL.get(status, '')}")


def show_slate(shop: Shop, slate: Slate, title: str) -> None:
    """Print a slate as a table.

    Args:
        shop: For titles.
        slate: What to show.
        title: Above the table.
    """
    from penchant.cli.output import number, print_table

    assortment, categories = shop.assortment, shop.build.products["category"].fill_null("")
    rows = [
        (
            str(slot.slot),
            slot.product_id,
            assortment.titles[row],
            categories[row],
            number(slot.similarity),
            _reason(slot.reason.text, slot.reason.share, slot.similarity),
        )
        for slot in slate.slots
        for row in [assortment.product_ids.row(slot.product_id)]
    ]
    headers = (">slot", "product", "title", "category", ">similarity", "reason")
    print_table(f"{title} ({STEPS[slate.step]})", headers, rows)


def _reason(text: str, share: float | None, similarity: float | None) -> str:
    if share is None or not similarity or similarity <= 0:
        return text
    return f"{text} ({min(share / similarity, 1.0):.0%})"
