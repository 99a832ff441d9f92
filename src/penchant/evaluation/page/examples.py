"""Customers in pictures: what they had, what they were shown, what they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from penchant.charts.markup import Markup, joined, tag
from penchant.evaluation.page.thumbnails import SIDE, make_thumbnails
from penchant.evaluation.report_values import Example, Picture

BEFORE, TAKEN = 3, 2
"""Products pictured of what a customer had and took; the rest is counted."""

Thumbnails = Mapping[Path, str]


def pictured(examples: Sequence[Example]) -> Markup:
    """Show customers with photos: the list in full, with its hits marked.

    Args:
        examples: In the order they are shown.
    """
    shots = [one.image for example in examples for one in _in_view(example) if one.image]
    thumbnails = make_thumbnails(shots)
    return joined(_article(example, thumbnails) for example in examples)


def _in_view(example: Example) -> list[Picture]:
    """Give the pictures shown of one customer, hits and purchases first."""
    taken = {one.product_id for one in example.taken}
    hits_first = sorted(example.shown, key=lambda one: one.product_id not in taken)
    return [*example.taken[:TAKEN], *hits_first, *example.before[:BEFORE]]


def _article(example: Example, thumbnails: Thumbnails) -> Markup:
    taken = {one.product_id for one in example.taken}
    hits = [slot for slot, one in enumerate(example.shown, 1) if one.product_id in taken]
    told = f"hit in slot {', '.join(map(str, hits))}" if hits else "no hit"
    shown = [
        _tile(one, thumbnails, slot=slot, hit=slot in hits)
        for slot, one in enumerate(example.shown, 1)
    ]
    return tag(
        "article",
        tag("h3", f"Customer {example.customer}: {told}"),
        _row(
            "Had before",
            [_tile(one, thumbnails) for one in example.before[:BEFORE]],
            example.before,
        ),
        _row("Was shown", shown, example.shown),
        _row("Then took", [_tile(one, thumbnails) for one in example.taken[:TAKEN]], example.taken),
        class_=f"example {example.kind}",
    )


def _row(title: str, tiles: Sequence[Markup], every: Sequence[Picture]) -> Markup:
    rest = len(every) - len(tiles)
    more = tag("li", f"and {rest} more", class_="more") if rest else None
    none = tag("li", "nothing", class_="more") if not every else None
    return tag("div", tag("h4", title), tag("ul", *tiles, more, none), class_="row")


def _tile(picture: Picture, thumbnails: Thumbnails, *, slot: int = 0, hit: bool = False) -> Markup:
    title = picture.title or picture.product_id
    source = thumbnails.get(picture.image) if picture.image else None
    photo = (
        tag("img", src=source, alt=title, width=SIDE, height=SIDE)
        if source
        else tag("span", title, class_="no-photo")
    )
    # the photo's alternative text says the title already
    words = tag("span", title, class_="title", aria_hidden="true") if source else None
    place = tag("span", f"{slot}", tag("b", " taken") if hit else None, class_="slot")
    return tag("li", photo, place if slot else None, words, class_="hit" if hit else None)
