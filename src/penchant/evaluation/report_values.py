"""What a report of an evaluation says, as values; `page` shows them, `to_dict` writes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Final, Literal

from penchant.errors import InputError
from penchant.evaluation.intervals import MeanInterval

SHOP: Final = "shop"
POPULARITY: Final = "popularity"
BASELINE: Final = "baseline"

COUNTS: Final[Mapping[str, str]] = {
    "customers": "Customers judged: they bought after the cut",
    "hidden": "Hidden purchases: what they bought after the cut, and a method could have shown",
    "products": "Products that could be shown",
    "impossible": "Left out: purchases of products no method could show, such as new ones",
    "repeats": "Left out: purchases of what the customer owned already",
    "without_purchases": "Left out: customers without a purchase after the cut",
}
"""{name of a count: what it counts}. Other names are shown as they are."""


@dataclass(frozen=True, slots=True)
class MethodRow:
    """How well one method did.

    Attributes:
        name: As people call it.
        kind: `shop` for the build that is judged, `popularity` for best sellers, else `baseline`.
        measures: {metric: its mean over customers}.
        lead: {metric: the shop's build minus this method, customer by customer}; empty for itself.
    """

    name: str
    kind: Literal["shop", "popularity", "baseline"]
    measures: Mapping[str, MeanInterval]
    lead: Mapping[str, MeanInterval] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """How well the methods did among some customers or products.

    Attributes:
        name: Such as "thin".
        about: Who belongs to it, in a few words.
        methods: As in `Report`.
    """

    name: str
    about: str
    methods: tuple[MethodRow, ...]


@dataclass(frozen=True, slots=True)
class BeyondRow:
    """What a method's lists are like, apart from hitting.

    Attributes:
        method: Its name.
        values: {measure: its value}; ends of NaN where there is no interval.
    """

    method: str
    values: Mapping[str, MeanInterval]


@dataclass(frozen=True, slots=True)
class Picture:
    """A product as people see it.

    Attributes:
        product_id: The shop's own id.
        title: May be empty.
        image: Its photo; None: it has none.
    """

    product_id: str
    title: str
    image: Path | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """One customer's list beside what they took.

    Attributes:
        customer: Whom to call them.
        before: What they had before the cut, the latest first.
        shown: The build's list, slot 1 first.
        taken: What they bought after the cut.
        kind: `win` if something shown was taken, else `loss`.
    """

    customer: str
    before: tuple[Picture, ...]
    shown: tuple[Picture, ...]
    taken: tuple[Picture, ...]
    kind: Literal["win", "loss"]


@dataclass(frozen=True, slots=True)
class Report:
    """An offline evaluation, ready to be shown.

    Attributes:
        shop: Its name.
        build_id: The build that is judged.
        as_of: When it was judged, ISO 8601.
        cut: What is later was hidden, ISO 8601.
        until: End of the hidden time, ISO 8601.
        k: Products shown per customer.
        counts: {name of `COUNTS`: number}.
        methods: One of them of kind `shop`.
        ceiling: {metric: the best that any list could reach}.
        segments: In the order they are shown.
        beyond: One per method.
        examples: Wins and losses.
        notes: What else a reader must know, a sentence or two each.
        settings: What it was made with.
        headline: The metric that decides.

    Raises:
        InputError: if not exactly one method is the shop's, or one lacks the headline metric.
    """

    shop: str
    build_id: str
    as_of: str
    cut: str
    until: str
    k: int
    counts: Mapping[str, int]
    methods: tuple[MethodRow, ...]
    ceiling: Mapping[str, float]
    segments: tuple[SegmentRow, ...] = ()
    beyond: tuple[BeyondRow, ...] = ()
    examples: tuple[Example, ...] = ()
    notes: tuple[str, ...] = ()
    settings: Mapping[str, object] = field(default_factory=dict)
    headline: str = "ndcg"

    def __post_init__(self) -> None:
        for methods in (self.methods, *(segment.methods for segment in self.segments)):
            kinds = [one.kind for one in methods]
            if kinds.count(SHOP) != 1:
                raise InputError(
                    f'methods are of kinds {kinds}; exactly one must be "{SHOP}", the build judged.'
                )
        lacking = [one.name for one in self.methods if self.headline not in one.measures]
        if lacking:
            raise InputError(
                f'{", ".join(lacking)} lacks the headline metric "{self.headline}"; measure it for '
                "every method, or name another headline."
            )


def shop_of(methods: tuple[MethodRow, ...]) -> MethodRow:
    """Give the row of the build that is judged.

    Args:
        methods: One of them of kind `shop`.
    """
    return next(one for one in methods if one.kind == SHOP)


def to_dict(report: Report) -> dict[str, Any]:
    """Give a report as JSON-ready values: paths as text, what is not known as null.

    Args:
        report: Any.

    Example:
        >>> row = MethodRow("ours", "shop", {"ndcg": MeanInterval(0.1, 0.1, float("nan"), 1)})
        >>> to_dict(Report("S", "b", "", "", "", 10, {}, (row,), {}))["methods"][0]["measures"]
        {'ndcg': {'value': 0.1, 'low': 0.1, 'high': None, 'n': 1}}
    """
    return {one.name: _plain(getattr(report, one.name)) for one in fields(report)}


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)
