"""`penchant profile`: a customer's interactions and what each weighs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from penchant.cli.options import AsJson, AsOf, CustomerId, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.answers import ProfileCard

STATUS = {
    "profile": "has a profile",
    "cold": "has too few usable interactions for a profile",
    "unknown": "is not known",
    "opted_out": "refused personalisation: no profile is made",
}


def run(shop: ShopPath, customer: CustomerId, as_of: AsOf = None, as_json: AsJson = False) -> None:
    """Show what a customer did, what each interaction weighs, and how consistent the taste is.

    Example: penchant profile shop C10001
    """
    import penchant
    from penchant.cli.output import print_json

    card = penchant.open(shop).profile(customer, as_of=parse_time(as_of))
    if as_json:
        print_json(card.to_dict())
    else:
        show_card(card)


def show_card(card: ProfileCard) -> None:
    """Print a profile card.

    Args:
        card: What to show.
    """
    from penchant.cli.output import number, out, print_table

    rows = [
        (
            touch.timestamp,
            touch.interaction_type,
            touch.product_id,
            touch.title,
            number(touch.weight, 2),
            touch.note,
        )
        for touch in card.interactions
    ]
    headers = ("time", "interaction", "product", "title", ">weight", "note")
    print_table(f"{card.customer_id} {STATUS[card.status]}", headers, rows)
    if card.consistency is not None:
        out().print(f"style consistency {card.consistency:.2f} (1: all products look the same)")
