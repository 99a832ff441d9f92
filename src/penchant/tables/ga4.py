"""GA4 events, as the Measurement Protocol sends and BigQuery exports them, to one row per product.

A row has our column names; nothing in it is checked yet but where it stands.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from types import MappingProxyType
from typing import Final, TypeAlias

from penchant import columns as c

Row: TypeAlias = Mapping[str, object]
"""One event or part of it, as it came: {name: any value}."""

NOTHING: Final[Row] = MappingProxyType({})

LIST_SHOWN: Final = "view_item_list"

ACTION_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        "view_item": c.VIEW,
        "select_item": c.CLICK,
        "add_to_cart": c.ADD_TO_CART,
        "remove_from_cart": c.REMOVE_FROM_CART,
        "add_to_wishlist": c.ADD_TO_WISHLIST,
        "purchase": c.PURCHASE,
        "refund": c.RETURN,
    }
)
"""Name of an event in GA4 -> our action."""

_KINDS = ("string_value", "int_value", "double_value", "float_value")
_ANONYMOUS = ("client_id", "app_instance_id", "user_pseudo_id", "anonymous_id")


@dataclass(frozen=True, slots=True)
class Unrolled:
    """What one GA4 event says.

    Attributes:
        rows: One per product something was done with, by our column names; each has an event_id.
        shown: Of a list that was shown: `request_id`, `product_ids`, who and when; else None.
        other: Name of an event that tells nothing of products, such as "page_view"; else "".
        lacking: Name of an event that should name products and names none; else "".
    """

    rows: tuple[Row, ...] = ()
    shown: Row | None = None
    other: str = ""
    lacking: str = ""


def is_ga4(row: Row) -> bool:
    """Tell whether a row is an event as GA4 writes them.

    Args:
        row: As it came.
    """
    named = "event_name" in row or ("name" in row and c.INTERACTION_TYPE not in row)
    return named and c.PRODUCT_ID not in row


def unroll(event: Row, envelope: Row, *, now_us: int, most: int | None = None) -> Unrolled:
    """Take one GA4 event apart.

    Args:
        event: `{"name": ..., "params": {...}}` of the Measurement Protocol, or a row of the
            BigQuery export with `event_name`, `event_params` and `items`.
        envelope: What was said around it: who, and when; may be empty.
        now_us: When it happened if nothing says so, microseconds since 1970 UTC.
        most: Rows that are made at most; None: one for each product.

    Example:
        >>> event = {"name": "view_item", "params": {"items": [{"item_id": "P1"}]}}
        >>> row = unroll(event, {"client_id": "7.9"}, now_us=0).rows[0]
        >>> row["product_id"], row["interaction_type"], row["anonymous_id"]
        ('P1', 'view', '7.9')
    """
    name = _text(_first(event.get("event_name"), event.get("name")))
    if name != LIST_SHOWN and name not in ACTION_OF:
        return Unrolled(other=name or "event without a name")
    params = _params(event)
    parts = _parts(_first(params.get("items"), event.get("items")))
    if not parts:
        return Unrolled(lacking=name)
    told = _told(event, envelope, params, now_us)
    if name == LIST_SHOWN:
        return Unrolled(shown=_shown(told, parts))
    return Unrolled(rows=tuple(islice(_rows(name, told, params, parts), most)))


def _told(event: Row, envelope: Row, params: Row, now_us: int) -> dict[str, object]:
    """What holds for all products of an event."""
    places = (event, envelope, params)
    listed = _first(params.get("item_list_id"), event.get("item_list_id"))
    commerce = _mapping(event.get("ecommerce"))
    return {
        c.CUSTOMER_ID: _named(places, ("user_id", c.CUSTOMER_ID)),
        "anonymous_id": _named(places, _ANONYMOUS),
        c.TIMESTAMP: _first(_named(places, ("timestamp_micros", "event_timestamp")), now_us),
        c.SESSION_ID: _named((params, event), ("ga_session_id", c.SESSION_ID)),
        "request_id": _first(params.get("request_id"), listed),
        c.ORDER_ID: _first(params.get("transaction_id"), commerce.get("transaction_id")),
        c.CURRENCY: params.get(c.CURRENCY),
        c.EVENT_ID: _first(params.get(c.EVENT_ID), event.get(c.EVENT_ID)),
    }


def _rows(name: str, told: Row, params: Row, parts: Sequence[Row]) -> Iterator[dict[str, object]]:
    seen: dict[str, int] = {}
    for place, part in enumerate(parts):
        product_id = part.get("item_id")
        number = seen[str(product_id)] = seen.get(str(product_id), -1) + 1
        listed = _first(told["request_id"], part.get("item_list_id"))
        value = params.get("value") if len(parts) == 1 and part.get(c.PRICE) is None else None
        yield {
            **told,
            c.EVENT_ID: _event_id(name, told, product_id, number, place, len(parts)),
            c.PRODUCT_ID: product_id,
            c.INTERACTION_TYPE: ACTION_OF[name],
            "request_id": listed,
            c.QUANTITY: part.get(c.QUANTITY),
            c.PRICE: part.get(c.PRICE),
            "value": value,
        }


def _shown(told: Row, parts: Sequence[Row]) -> Row:
    kept = (c.CUSTOMER_ID, "anonymous_id", c.TIMESTAMP)
    listed = _first(told["request_id"], parts[0].get("item_list_id"))
    ids = tuple(part.get("item_id") for part in parts)
    return {**{one: told[one] for one in kept}, "request_id": listed, "product_ids": ids}


def _event_id(
    name: str, told: Row, product_id: object, number: int, place: int, n_parts: int
) -> object:
    """Name what was done with one product: the same event sent again gives the same name.

    A purchase is known by its order, as GA4 itself counts an order once.
    """
    given = told[c.EVENT_ID]
    parts: tuple[object, ...]
    if given is not None:
        return f"{_text(given)}:{place}" if n_parts > 1 else given
    if name == "purchase" and told[c.ORDER_ID] is not None:
        parts = (name, told[c.ORDER_ID], product_id, number)
    else:
        who = _first(told[c.CUSTOMER_ID], told["anonymous_id"])
        parts = (name, who, told[c.TIMESTAMP], told[c.SESSION_ID], product_id, number)
    text = "\x1f".join(_text(one) for one in parts).encode(errors="backslashreplace")
    return f"ga4:{hashlib.blake2b(text, digest_size=16).hexdigest()}"


def _params(event: Row) -> Row:
    """Give the parameters of an event, of either format, as {name: plain value}."""
    plain = event.get("params")
    if isinstance(plain, Mapping):
        return plain
    pairs = event.get("event_params")
    if not isinstance(pairs, Sequence) or isinstance(pairs, str):
        return NOTHING
    found: dict[str, object] = {}
    for pair in pairs:
        if isinstance(pair, Mapping) and isinstance(pair.get("key"), str):
            value = _mapping(pair.get("value"))
            found[pair["key"]] = _first(*(value.get(kind) for kind in _KINDS))
    return found


def _parts(values: object) -> tuple[Row, ...]:
    if not isinstance(values, Sequence) or isinstance(values, str | bytes):
        return ()
    return tuple(_mapping(one) for one in values)


def _mapping(value: object) -> Row:
    return value if isinstance(value, Mapping) else NOTHING


def _named(places: Sequence[Row], names: Sequence[str]) -> object:
    return _first(*(place.get(name) for place in places for name in names))


def _first(*values: object) -> object:
    """Give the first value that says something."""
    return next((one for one in values if one is not None and one != ""), None)


def _text(value: object) -> str:
    """Give a short text of a plain value; "" of anything else."""
    if isinstance(value, str):
        return value
    if isinstance(value, float) or (isinstance(value, int) and value.bit_length() < 1024):
        return str(value)
    return ""


EXAMPLE: Final[Row] = MappingProxyType(
    {
        "client_id": "81f0.1751364000",
        "user_id": "C10001",
        "timestamp_micros": 1_782_900_000_000_000,
        "events": [
            {
                "name": "view_item",
                "params": {"currency": "EUR", "items": [{"item_id": "111350", "price": 49.0}]},
            }
        ],
    }
)
"""A payload of the Measurement Protocol."""
