"""What a shop reports. Events are read one by one elsewhere: their models only describe them."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ConfigDict, Field

from penchant import columns as c
from penchant.server.models.base import Answered, Asked, example, shown_as
from penchant.server.models.ids import Id
from penchant.settings.showing import MAX_K


class EventReported(Answered):
    """One thing a customer did. Other fields are passed over."""

    event_id: str = Field(description="Names it: sent again, it changes nothing.")
    customer_id: str | None = Field(None, description="Who; or give anonymous_id.")
    anonymous_id: str | None = Field(None, description="A visitor who is not logged in.")
    product_id: str
    interaction_type: str = Field(
        description=f"One of {', '.join(c.ACTIONS)}, or a common other spelling."
    )
    timestamp: str | int | float | None = Field(
        None, description="ISO 8601 with a zone, or seconds or milliseconds; absent: now."
    )
    session_id: str | None = None
    request_id: str | None = Field(None, description="Of the answer it came from.")
    order_id: str | None = Field(None, description="Of a purchase or return.")
    quantity: float | None = None
    price: float | None = Field(None, description="Of one piece.")
    value: float | None = Field(None, description="Paid in all.")
    currency: str | None = Field(None, description="ISO 4217.")
    is_gift: bool | None = Field(None, description="Bought for somebody else.")

    model_config = ConfigDict(extra="allow")


class EventsReported(Answered):
    """Several events; each is judged on its own."""

    events: list[dict[str, Any]] = Field(description="Each as a single event, or as GA4 sends it.")

    model_config = ConfigDict(extra="allow")


class Fate(Answered):
    """An event that was not recorded."""

    place: int = Field(description="Its place among those sent, from 0.")
    event_id: str | None = None
    code: str | None = Field(None, description="Stable, for programs.")
    reason: str = Field(description="Why, in a sentence.")


class EventsAnswered(Answered):
    """What became of the events."""

    accepted: int = Field(description="New ones; they are on disk by now.")
    duplicates: int = Field(description="Those that were there before.")
    ignored: list[Fate] = Field(description="Right, but not kept: their customer, or they, say so.")
    rejected: list[Fate] = Field(description="Wrong; mend and send them again.")
    unknown_products: list[str] = Field(
        description="Products the shop does not know, the first 20: events with them are kept, and "
        "count once a build knows them. If all are here, these are not the ids of the feed."
    )


class ExposureReported(Asked):
    """Slots of an answer that were really on the screen."""

    model_config = shown_as(request_id="5b1f8f3e0c9a4d6e8b7a2c1d0e9f8a7b", slots=[1, 2, 3])

    request_id: Id = Field(
        description="Of the answer.", examples=["5b1f8f3e0c9a4d6e8b7a2c1d0e9f8a7b"]
    )
    slots: list[int] | None = Field(
        None,
        min_length=1,
        max_length=MAX_K,
        description="1-based places; absent: all of that answer.",
        examples=[[1, 2, 3]],
    )
    shown_at: str | int | float | None = Field(
        None, description="ISO 8601 with a zone, or seconds or milliseconds; absent: now."
    )


class ExposuresReported(Asked):
    """Exposures of several answers."""

    model_config = shown_as(
        exposures=[{"request_id": "5b1f8f3e0c9a4d6e8b7a2c1d0e9f8a7b", "slots": [1, 2, 3]}]
    )

    exposures: list[ExposureReported] = Field(min_length=1, max_length=500)


class ExposuresAnswered(Answered):
    """What became of the exposures."""

    accepted: int = Field(description="Slots that are new.")
    duplicates: int = Field(description="Slots that were there before.")
    ignored: list[Fate] = Field(description="Of answers that are not known, or have no such slot.")


EVENTS: Final = example(
    EventsAnswered,
    accepted=1,
    duplicates=0,
    ignored=[],
    rejected=[
        {
            "place": 1,
            "event_id": "e-2",
            "code": "missing_field",
            "reason": "product_id is missing.",
        }
    ],
    unknown_products=[],
)
EXPOSURES: Final = example(ExposuresAnswered, accepted=3, duplicates=0, ignored=[])
