"""`penchant consent`: what a person allows, and what that comes to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, CustomerId, ShopPath

if TYPE_CHECKING:
    from penchant.privacy.consent import ConsentCard

Profiles = Annotated[
    str | None, typer.Option(metavar="yes|no", help="Whether a profile may be made of the person.")
]
Mail = Annotated[str | None, typer.Option(metavar="yes|no", help="Whether they may get mail.")]
ANSWERS = {"yes": True, "no": False}


def run(
    shop: ShopPath,
    customer: CustomerId,
    personalization: Profiles = None,
    marketing: Mail = None,
    as_json: AsJson = False,
) -> None:
    """Show what a person allows, or write it down: it holds from the very next answer on.

    Example: penchant consent shop C10001 --personalization no
    """
    from penchant.cli.output import print_json
    from penchant.cli.stores import store_of
    from penchant.privacy.consent import consent_card
    from penchant.shop_directory import ShopDirectory
    from penchant.store.database.values import Consent
    from penchant.taste.from_tables import microseconds

    words = _word(personalization, "--personalization"), _word(marketing, "--marketing")
    said, directory = words != (None, None), ShopDirectory.open(shop)
    with store_of(directory, create=said) as store:
        if said and store is not None:
            at_us = microseconds(datetime.now(UTC))
            store.people.set_consent(Consent(customer, *words, at_us))
        card = consent_card(directory, store, customer)
    if as_json:
        print_json(card.to_dict())
    else:
        _show(card)


def _word(text: str | None, option: str) -> bool | None:
    from penchant.errors import InputError

    if text is not None and text not in ANSWERS:
        raise InputError(f'{option} is "{text}", must be yes or no.')
    return None if text is None else ANSWERS[text]


def _show(card: ConsentCard) -> None:
    from penchant.cli.output import out, print_table

    rows = [
        (place, _told(said.personalization), _told(said.marketing), said.at)
        for place, said in (("open shop", card.open_shop), ("tables", card.tables))
    ]
    holds = (_told(card.personalization), _told(card.marketing), "")
    print_table(
        f"consent of {card.customer_id}",
        ("said in", "personalization", "marketing", "since"),
        [*rows, ("what holds", *holds)],
    )
    if not card.profiling:
        out().print("This shop makes no profiles of anybody.")


def _told(word: bool | None) -> str:
    return "-" if word is None else "yes" if word else "no"
