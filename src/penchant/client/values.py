"""From JSON back to the values the service made it of, and what only the service answers."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class Fate:
    """An event that was not recorded.

    Attributes:
        place: Its place among those sent, from 0.
        event_id: Its name, if it had one.
        reason: Why, in a sentence.
        code: Stable; "" for one that was ignored as its customer wishes.
    """

    place: int
    event_id: str | None
    reason: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class EventsAnswer:
    """What became of events that were sent.

    Attributes:
        accepted: New ones, on disk by now.
        duplicates: Those that were there before.
        ignored: Those their customer does not want to be kept.
        rejected: Those that are wrong.
        unknown_products: product_ids the shop does not know, the first 20; events with them are
            kept, and count once a build knows them.
    """

    accepted: int
    duplicates: int
    ignored: tuple[Fate, ...]
    rejected: tuple[Fate, ...]
    unknown_products: tuple[str, ...] = ()


def value_of(kind: type[Value], values: Mapping[str, Any]) -> Value:
    """Make a value of its JSON; what a newer service adds is passed over.

    Args:
        kind: A dataclass, of plain values and other dataclasses.
        values: Its fields.

    Example:
        >>> value_of(Fate, {"place": 0, "event_id": None, "reason": "Late.", "more": 1}).reason
        'Late.'
    """
    hints = get_type_hints(kind)
    known = {one.name for one in fields(kind)}  # type: ignore[arg-type]
    return kind(**{name: _part(hints[name], one) for name, one in values.items() if name in known})


def _part(hint: Any, value: Any) -> Any:
    """Make one field: a dataclass, a tuple of something, or what JSON holds already."""
    if isinstance(hint, types.UnionType) and value is not None:
        hint = next(one for one in get_args(hint) if one is not type(None))
    if isinstance(hint, type) and is_dataclass(hint) and isinstance(value, Mapping):
        return value_of(hint, value)
    if get_origin(hint) is tuple and isinstance(value, list):
        return tuple(_part(get_args(hint)[0], one) for one in value)
    return value
