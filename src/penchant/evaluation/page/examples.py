"""Customers in pictures: what they had, what they were shown, what they took."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from penchant.charts.markup import Markup, joined, tag
from penchant.evaluation.page.thumbnails import SIDE, make_thumbnails
from penchant.evaluation.report_values import Example, Picture

BEFORE, SHOWN, TAKEN = 2, 6, 2
"""Products pictured of what a customer had, was shown and took; the rest is counted. Six customers
fill the page's photos."""

Thumbnails = Mapping[Path, str]


def pictured(examples: Sequence[Example]) -> Markup:
    """Show customers with photos, the hits of their lists marked.

    Args:
        examples: In the order they are shown.
    """
    views = [_View.of(example) for example in examples]
    every = [one for view in views for one in (*view.taken, *view.shown.values(), *view.before)]
    thumbnails = make_thumbnails(one.image for one in every if one.image)
    return joined(map(_article, examples, views, [thumbnails] * len(views)))


@dataclass(frozen=True, slots=True)
class _View:
    """What is pictured of an example: `shown` by slot."""

    before: tuple[Picture, ...]
    shown: Mapping[int, Picture]
    taken: tuple[Picture, ...]
    hits: tuple[int, ...]

    @classmethod
    def of(cls, example: Example) -> _View:
        """Choose: of the list the hits, then the first slots."""
        taken = {one.product_id for one in example.taken}
        slots = dict(enumerate(example.shown, 1))
        hits = tuple(slot for slot, one in slots.items() if one.product_id in taken)
        chosen = sorted(sorted(slots, key=lambda slot: slot not in hits)[:SHOWN])
        shown = {slot: slots[slot] for slot in chosen}
        return cls(example.before[:BEFORE], shown, example.taken[:TAKEN], hits)


def _article(example: Example, view: _View, thumbnails: Thumbnails) -> Markup:
    told = f"hit in slot {', '.join(map(str, view.hits))}" if view.hits else "no hit"
    before = [_tile(one, thumbnails) for one in view.before]
    shown = [_tile(one, thumbnails, slot, slot in view.hits) for slot, one in view.shown.items()]
    taken = [_tile(one, thumbnails) for one in view.taken]
    return tag(
        "article",
        tag("h3", f"Customer {example.customer}: {told}"),
        _row("Had before", before, example.before),
        _row("Was shown", shown, example.shown),
        _row("Then took", taken, example.taken),
        class_=f"example {example.kind}",
    )


def _row(title: str, tiles: Sequence[Markup], every: Sequence[Picture]) -> Markup:
    if len(tiles) < len(every):
        title = f"{title}: {len(tiles)} of {len(every)}"
    none = None if every else tag("li", "nothing")
    return tag("div", tag("h4", title), tag("ul", *tiles, none), class_="row")


def _tile(picture: Picture, thumbnails: Thumbnails, slot: int = 0, hit: bool = False) -> Markup:
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
