"""Events as shops send them, loose mappings of any origin, to events that can be recorded.

Each is read on its own: what is wrong with one is said of that one, and the others are kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from penchant import columns as c
from penchant.errors import InputError
from penchant.store.database.values import Event
from penchant.store.event_fields import (
    EventError,
    optional_id,
    read_action,
    read_currency,
    read_flag,
    read_id,
    read_number,
    read_time,
    told,
)
from penchant.tables.ga4 import LIST_SHOWN, NOTHING, Row, is_ga4, unroll
from penchant.taste.from_tables import microseconds

ANONYMOUS_ID: Final = "anonymous_id"
REQUEST_ID: Final = "request_id"
BOUGHT: Final = (c.PURCHASE, c.RETURN)

MOST_HINTS: Final = 5
"""Problems for which it is looked up what may have been meant; those after them say only what is
wrong.
"""


class TooManyRowsError(InputError):
    """There is more than may be read at once; nothing of it was taken."""

    code = "too_large"


@dataclass(frozen=True, slots=True)
class RowProblem:
    """Why an event was not taken.

    Attributes:
        place: Of the event among those given, from 0.
        event_id: As given; "" where it had none.
        code: Stable: a reason of `EventError`, "not_about_products" or "opted_out".
        reason: One sentence for people.
    """

    place: int
    event_id: str
    code: str
    reason: str

    @classmethod
    def opted_out(cls, place: int, event: Event) -> RowProblem:
        """Say that an event is not kept, because its customer refused.

        Args:
            place: Among those given.
            event: One that is not needed to honour what they own and hid.
        """
        reason = (
            f"The customer refused personalisation: no {event.interaction_type} is kept, only "
            "purchases, returns and hides."
        )
        return cls(place, event.event_id, "opted_out", reason)

    def to_dict(self) -> dict[str, Any]:
        """Give it as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class ShownList:
    """A list that was on a customer's screen, as GA4 tells of it.

    Attributes:
        place: Of the event among those given, from 0.
        customer_id: Who saw it.
        request_id: The answer it came from: the `item_list_id` of the page; "" if none.
        product_ids: What was in it, in order.
        shown_us: When, microseconds since 1970 UTC.
    """

    place: int
    customer_id: str
    request_id: str
    product_ids: tuple[str, ...]
    shown_us: int


@dataclass(frozen=True, slots=True)
class EventRows:
    """What became of loose rows.

    Attributes:
        events: To be recorded, in the order given; of a GA4 event, one per product.
        places: Of each event, the place of the row it came from.
        shown: Lists that were shown: exposures.
        ignored: Rows that are right, but tell nothing of a product, such as a page view.
        rejected: Rows that are wrong.
    """

    events: tuple[Event, ...]
    places: tuple[int, ...]
    shown: tuple[ShownList, ...]
    ignored: tuple[RowProblem, ...]
    rejected: tuple[RowProblem, ...]


def events_from(
    rows: Sequence[object],
    *,
    now: datetime,
    customer_id: str | None = None,
    most: int | None = None,
) -> EventRows:
    """Read events.

    A row is one event with the fields event_id, customer_id (or anonymous_id), product_id,
    interaction_type, timestamp, and if known session_id, request_id, order_id, quantity, price,
    value, currency and is_gift; or a GA4 event; or a payload that holds several as `events`.

    Args:
        rows: Of any shape; nothing of them is trusted.
        now: The time of events without one; what lies more than a day later is rejected.
        customer_id: The only customer these may be of; also of rows that name nobody. None: any.
        most: Events, lists and problems together that are read; None: any number.

    Returns:
        Good events whatever the others are; why the others were not taken.

    Raises:
        TooManyRowsError: as soon as there are more than `most`.

    Example:
        >>> from datetime import UTC
        >>> row = {"event_id": "e1", "customer_id": "C1", "product_id": "P1"}
        >>> read = events_from([row | {"interaction_type": "buy"}, row], now=datetime.now(UTC))
        >>> read.events[0].interaction_type, read.rejected[0].reason
        ('purchase', 'interaction_type is missing.')
    """
    reader = _Reader(microseconds(now), customer_id, most)
    for place, (row, envelope) in enumerate(_flat(rows)):
        reader.take(place, row, envelope)
    return reader.result()


def _flat(rows: Sequence[object]) -> Iterator[tuple[object, Row]]:
    """Go through single events; those of a payload come with what it says around them."""
    for row in rows:
        inside = row.get("events") if isinstance(row, Mapping) else None
        if isinstance(row, Mapping) and isinstance(inside, list | tuple):
            around = {key: value for key, value in row.items() if key != "events"}
            yield from ((one, around) for one in inside)
        else:
            yield row, NOTHING


class _Reader:
    """Reads one row after the other, and keeps what came of them."""

    def __init__(self, now_us: int, customer_id: str | None, most: int | None) -> None:
        self.now_us = now_us
        self.customer_id = customer_id
        self.most = most
        self.count = 0
        self.events: list[tuple[int, Event]] = []
        self.shown: list[ShownList] = []
        self.ignored: list[RowProblem] = []
        self.rejected: list[RowProblem] = []

    def result(self) -> EventRows:
        return EventRows(
            events=tuple(event for _, event in self.events),
            places=tuple(place for place, _ in self.events),
            shown=tuple(self.shown),
            ignored=tuple(self.ignored),
            rejected=tuple(self.rejected),
        )

    @property
    def hints(self) -> bool:
        return len(self.rejected) < MOST_HINTS

    def _one_more(self) -> None:
        self.count += 1
        if self.most is not None and self.count > self.most:
            raise TooManyRowsError(f"There are more than {self.most} events at once.")

    def take(self, place: int, row: object, envelope: Row) -> None:
        if not isinstance(row, Mapping):
            self._one_more()
            message = f"The event is {told(row)}, must be an object with fields such as event_id."
            self.rejected.append(RowProblem(place, "", "not_an_object", message))
        elif is_ga4(row):
            self._take_ga4(place, row, envelope)
        else:
            self._try(place, row)

    def _take_ga4(self, place: int, row: Row, envelope: Row) -> None:
        # one beyond the limit is enough to see that it is passed
        left = None if self.most is None else self.most - self.count + 1
        unrolled = unroll(row, envelope, now_us=self.now_us, most=left)
        given = _id_shown(row)
        if unrolled.other or unrolled.lacking:
            self._one_more()
        if unrolled.other:
            message = f"GA4 event {told(unrolled.other)} tells nothing of a product."
            self.ignored.append(RowProblem(place, given, "not_about_products", message))
        if unrolled.lacking:
            message = f"GA4 event {told(unrolled.lacking)} names no products in items."
            self.rejected.append(RowProblem(place, given, "no_products", message))
        if unrolled.shown is not None:
            self._try_shown(place, unrolled.shown)
        for one in unrolled.rows:
            self._try(place, one)

    def _try(self, place: int, row: Row) -> None:
        self._one_more()
        try:
            self.events.append((place, self._event(row)))
        except EventError as error:
            problem = RowProblem(place, _id_shown(row), error.reason, str(error))
            self.rejected.append(problem)

    def _try_shown(self, place: int, row: Row) -> None:
        self._one_more()
        ids = row["product_ids"]
        try:
            listed = [{c.PRODUCT_ID: one} for one in ids] if isinstance(ids, tuple) else []
            products = tuple(read_id(one, c.PRODUCT_ID) for one in listed)
            request_id, who = optional_id(row, REQUEST_ID), self._who(row)
            shown_us = read_time(row[c.TIMESTAMP], now_us=self.now_us)
            self.shown.append(ShownList(place, who, request_id, products, shown_us))
        except EventError as error:
            self.rejected.append(RowProblem(place, "", error.reason, f"{LIST_SHOWN}: {error}"))

    def _event(self, row: Row) -> Event:
        action = read_action(row, hints=self.hints)
        quantity = read_number(row, c.QUANTITY, above=0)
        price, value = read_number(row, c.PRICE), read_number(row, "value")
        if value is None and price is not None:
            value = price * (quantity or 1.0)
        bought = action in BOUGHT
        return Event(
            event_id=read_id(row, c.EVENT_ID, hints=self.hints),
            customer_id=self._who(row),
            product_id=read_id(row, c.PRODUCT_ID, hints=self.hints),
            interaction_type=action,
            time_us=read_time(row.get(c.TIMESTAMP), now_us=self.now_us),
            session_id=optional_id(row, c.SESSION_ID),
            request_id=optional_id(row, REQUEST_ID),
            order_id=optional_id(row, c.ORDER_ID) if bought else "",
            quantity=1.0 if quantity is None else quantity,
            value=value if bought else None,
            currency=read_currency(row),
            is_gift=read_flag(row, c.IS_GIFT),
        )

    def _who(self, row: Row) -> str:
        """Give whom a row is of: the customer it names, else the visitor."""
        own = optional_id(row, c.CUSTOMER_ID) or optional_id(row, ANONYMOUS_ID)
        if self.customer_id is None:
            return own or read_id(row, c.CUSTOMER_ID, hints=self.hints)
        if own and own != self.customer_id:
            raise EventError("not_yours", f"customer_id is {told(own)}, which is somebody else.")
        return self.customer_id


def _id_shown(row: Row) -> str:
    """Give the event_id as it can be shown again; "" for what is no id."""
    try:
        return optional_id(row, c.EVENT_ID)
    except EventError:
        return ""
