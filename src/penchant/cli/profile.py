"""`penchant profile`: a customer's styles, how the taste changed, and what each interaction weighs.

Also marks by hand: an interaction that was a gift, or that was no gift.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from penchant.cli.options import AsJson, AsOf, CustomerId, ShopPath, parse_time

if TYPE_CHECKING:
    from penchant.answers import EvolutionCard, ProfileCard, ShiftCard, Touch
    from penchant.engine import Shop

STATUS = {
    "profile": "has a profile",
    "cold": "has too few usable interactions for a profile",
    "unknown": "is not known",
    "opted_out": "refused personalisation: no profile is made",
}
SHOWN = 10
"""Interactions shown unless all are asked for."""

PLAIN = ("time", "interaction", "product", "title", ">weight", "note")
JUDGED = ("event", ">trust", "verdict", ">style")

Event = Annotated[str | None, typer.Option(metavar="EVENT", help="Set this event aside: a gift.")]
OwnEvent = Annotated[str | None, typer.Option(metavar="EVENT", help="Count this event in full.")]
Unmark = Annotated[str | None, typer.Option(metavar="EVENT", help="Take this event's mark back.")]
Events = Annotated[bool, typer.Option("--events", help="List all interactions, with verdicts.")]


def run(
    shop: ShopPath,
    customer: CustomerId,
    as_of: AsOf = None,
    events: Events = False,
    mark_gift: Event = None,
    mark_own: OwnEvent = None,
    unmark: Unmark = None,
    as_json: AsJson = False,
) -> None:
    """Show a customer's styles, how consistent the taste is, how it changed, and what counts.

    Example: penchant profile shop C10001
    """
    import penchant
    from penchant.cli.output import print_json

    opened, moment = penchant.open(shop), parse_time(as_of)
    _mark(opened, customer, {"gift": mark_gift, "own": mark_own, None: unmark})
    card = opened.profile(customer, as_of=moment)
    if as_json:
        print_json(card.to_dict())
    else:
        show_card(card, events=events)


def _mark(shop: Shop, customer: str, events: dict[str | None, str | None]) -> None:
    from penchant.errors import InputError

    given = [(mark, event) for mark, event in events.items() if event is not None]
    if len(given) > 1:
        raise InputError("--mark-gift, --mark-own and --unmark come one at a time.")
    for mark, event in given:
        if mark is None:
            shop.unmark(customer, event)
        else:
            shop.mark(customer, event, mark)


def show_card(card: ProfileCard, *, events: bool = False) -> None:
    """Print a profile card.

    Args:
        card: What to show.
        events: Show all interactions with event_id, trust and verdict, not the newest few.
    """
    from penchant.cli.output import out, print_table

    if card.styles:
        _show_styles(card)
    if card.evolution is not None:
        _show_evolution(card.evolution)
    shown = card.interactions if events else card.interactions[:SHOWN]
    rows = [(*(_judged(one) if events else ()), *_plain(one)) for one in shown]
    headers = (*(JUDGED if events else ()), *PLAIN)
    print_table(f"{card.customer_id} {STATUS[card.status]}", headers, rows)
    if len(shown) < len(card.interactions):
        more = len(card.interactions) - len(shown)
        out().print(f"and {more} older ones: --events lists all, with verdicts")
    if card.consistency is not None:
        out().print(f"style consistency {card.consistency:.2f} (1: all products look the same)")


def _plain(one: Touch) -> tuple[str, ...]:
    weight = f"{one.weight:.2f}"
    return one.timestamp, one.interaction_type, one.product_id, one.title, weight, one.note


def _judged(one: Touch) -> tuple[str, ...]:
    style = "-" if one.style is None else f"{one.style}"
    return one.event_id or "-", f"{one.trust:.2f}", one.verdict or "-", style


def _show_styles(card: ProfileCard) -> None:
    from penchant.cli.output import print_table

    rows = [
        (f"{place}", f"{one.share:.0%}", one.product_id, one.title, f"{one.interactions}")
        for place, one in enumerate(card.styles, start=1)
    ]
    headers = (">style", ">share", "face", "title", ">interactions")
    print_table(f"the taste of {card.customer_id}", headers, rows)


def _show_evolution(evolution: EvolutionCard) -> None:
    from penchant.cli.output import print_table

    rows = [
        (
            f"{window.start[:10]} .. {window.end[:10]}",
            f"{window.days}",
            window.product_id,
            window.title,
            _shift(shift),
        )
        for window, shift in zip(evolution.windows, (None, *evolution.shifts), strict=True)
    ]
    headers = ("window", ">days", "face", "title", "shift from the window before")
    print_table("how the taste changed", headers, rows)


def _shift(shift: ShiftCard | None) -> str:
    if shift is None:
        return ""
    if shift.value is None:
        return shift.text
    return f"{shift.value:.2f} [{shift.low:.2f}, {shift.high:.2f}]: {shift.text}"
