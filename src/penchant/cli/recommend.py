"""`penchant recommend`: products for a customer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penchant.cli.options import (
    AsJson,
    AsOf,
    CustomerId,
    HowMany,
    Products,
    ShopPath,
    Staging,
    Surface,
    parse_time,
)

if TYPE_CHECKING:
    from penchant.engine import Shop
    from penchant.surfaces import Slate

STEPS = {
    "styles": "from the customer's styles",
    "profile": "from the customer's taste",
    "session": "from the few products touched so far",
    "history": "from what buyers of the same products like",
    "product": "the most similar products",
    "cart": "what completes the look",
    "purchase": "what goes with the purchase",
    "segment": "what customers alike like",
    "category": "what is liked in the category",
    "popular": "what everyone likes",
    "newest": "the newest products",
    "popularity": "what everyone likes most",
    "random": "drawn by lot",
    "nothing": "nothing is to be shown",
    "pinned": "what the shop picked",
    "empty": "no product is eligible",
}

WHY_NOT_PERSONAL = {
    "opted_out": ", who refused personalisation",
    "cold": ", who has too few usable interactions for a profile",
    "unknown": ", of whom nothing is known",
    "degraded": ", whom nobody could ask for: the database does not answer",
}


def run(
    shop: ShopPath,
    customer: CustomerId,
    surface: Surface = "homepage",
    product: Products = None,
    k: HowMany = None,
    as_of: AsOf = None,
    staging: Staging = False,
    as_json: AsJson = False,
) -> None:
    """Show the products for a place in the shop, each with its reason.

    The cart and the page after a purchase are about the customer's own cart and last purchase,
    unless products are named.

    Example: penchant recommend shop C10001 -k 5

    Example: penchant recommend shop C10001 --surface cart --product 111350 --product 112192
    """
    import penchant
    from penchant.cli.output import print_json

    pointer = "staging" if staging else "current"
    opened, moment = penchant.open(shop, pointer=pointer), parse_time(as_of)
    slate = opened.recommend(customer, surface=surface, products=product, k=k, as_of=moment)
    if as_json:
        print_json(slate.to_dict())
    else:
        status = "degraded" if slate.degraded else opened.customer(customer, as_of=moment).status
        show_slate(opened, slate, f"{surface} of {customer}{WHY_NOT_PERSONAL.get(status, '')}")


def show_slate(shop: Shop, slate: Slate, title: str) -> None:
    """Print a slate as a table.

    Args:
        shop: For titles.
        slate: What to show.
        title: Above the table.
    """
    from penchant.cli.output import number, out, print_table

    assortment, categories = shop.assortment, shop.build.products["category"].fill_null("")
    rows = [
        (
            str(slot.slot),
            slot.product_id,
            assortment.titles[row],
            categories[row],
            number(slot.score, 2),
            number(slot.similarity),
            "*" if slot.propensity < 1 else "",
            _reason(slot.reason.text, slot.reason.share, slot.similarity),
        )
        for slot in slate.slots
        for row in [assortment.product_ids.row(slot.product_id)]
    ]
    headers = (">slot", "product", "title", "category", ">score", ">similarity", "", "reason")
    print_table(f"{title} ({STEPS[slate.step]})", headers, rows)
    if any(slot.propensity < 1 for slot in slate.slots):
        out().print("* drawn from the next best products, to learn and to surprise")


def _reason(text: str, share: float | None, similarity: float | None) -> str:
    if share is None or not similarity or similarity <= 0:
        return text
    return f"{text} ({min(share / similarity, 1.0):.0%})"
