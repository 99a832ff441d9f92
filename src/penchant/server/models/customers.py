"""What is known of a customer, and what may be said about them."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ConfigDict, Field, model_validator

from penchant.server.models.base import Answered, Asked, example, shown_as
from penchant.server.models.ids import Id


class TouchShown(Answered):
    """One interaction."""

    event_id: str
    product_id: str
    title: str
    interaction_type: str
    timestamp: str
    trust: float
    verdict: str
    weight: float
    style: int | None
    note: str


class StyleShown(Answered):
    """One style."""

    share: float
    product_id: str
    title: str
    interactions: int


class WindowShown(Answered):
    """A taste within a span of time."""

    start: str
    end: str
    days: int
    product_id: str
    title: str


class ShiftShown(Answered):
    """How far a taste moved."""

    value: float | None
    low: float | None
    high: float | None
    noise: float | None
    changed: bool
    text: str


class EvolutionShown(Answered):
    """How a taste changed."""

    windows: list[WindowShown]
    shifts: list[ShiftShown]


class ProfileShown(Answered):
    """A customer's taste at a glance."""

    customer_id: str
    build_id: str
    as_of: str
    status: str = Field(description="profile, cold, unknown or opted_out.")
    mass: float
    consistency: float | None
    styles: list[StyleShown] = Field(description="Largest share first.")
    evolution: EvolutionShown | None
    interactions: list[TouchShown] = Field(description="Newest first.")


class NeighborShown(Answered):
    """A customer with a similar taste."""

    customer_id: str
    similarity: float


class NeighborsShown(Answered):
    """The customers whose taste is nearest."""

    customer_id: str
    build_id: str
    neighbors: list[NeighborShown] = Field(description="Most similar first.")


class ShareShown(Answered):
    """What one interaction gave to a similarity."""

    product_id: str
    interaction_type: str
    timestamp: str
    share: float
    channels: dict[str, float]


class ExplanationShown(Answered):
    """Why a product matches a customer: shares that sum to the similarity."""

    customer_id: str
    product_id: str
    build_id: str
    similarity: float
    shares: list[ShareShown] = Field(description="Largest first.")
    surface: str
    score: float
    sources: dict[str, float] = Field(description="What each source gave to the score.")
    channels: dict[str, float] = Field(description="What each channel gave to the similarity.")


class ConsentSaid(Asked):
    """What a customer allows; a field that is absent stays as it was."""

    model_config = shown_as(personalization=False)

    personalization: bool | None = Field(None, description="Whether a profile may be made.")
    marketing: bool | None = Field(None, description="Whether mail may be sent.")

    @model_validator(mode="after")
    def _says_something(self) -> ConsentSaid:
        if self.personalization is None and self.marketing is None:
            raise ValueError("one of personalization and marketing must be true or false")
        return self


class ConsentShown(Answered):
    """What holds."""

    customer_id: str
    personalization: bool | None = Field(description="As the customer said; null: nothing.")
    marketing: bool | None = Field(description="As the customer said; null: nothing.")
    at: str | None = Field(description="When it was said, ISO 8601 UTC; null: never.")
    personalized: bool = Field(description="Whether the next answer will know the customer.")


class MergeAsked(Asked):
    """A visitor who turned out to be a customer."""

    model_config = shown_as(anonymous_id="visitor-81f0")

    anonymous_id: Id = Field(description="As whom they came.", examples=["visitor-81f0"])


class MergeDone(Answered):
    """What was merged."""

    customer_id: str
    anonymous_id: str
    events: int = Field(description="Events that count for the customer from now on.")


class TokenShown(Answered):
    """A token for a page."""

    token: str = Field(description="For X-API-Key or Authorization: Bearer.")
    customer_id: str
    expires: str = Field(description="ISO 8601 UTC.")


class ReceiptShown(Answered):
    """The receipt of an erasure."""

    receipt_id: str
    person: str = Field(description="Keyed hash of the id: proves whom it was about, to the shop.")
    asked: str = Field(description="ISO 8601 UTC.")
    done: str | None = Field(description="When the last file was done; null: not yet.")
    counts: dict[str, int] = Field(description="Rows and files erased, by place.")


class ExportShown(Answered):
    """Everything that is held of a person."""

    customer_id: str

    model_config = ConfigDict(extra="allow")


PROFILE: Final = example(
    ProfileShown,
    customer_id="C10001",
    build_id="20260701-0123456789ab",
    as_of="2026-07-01T00:00:00Z",
    status="profile",
    mass=21.4,
    consistency=0.71,
    styles=[{"share": 0.8, "product_id": "111350", "title": "Silver ring", "interactions": 5}],
    evolution=None,
    interactions=[],
)
NEIGHBORS: Final = example(
    NeighborsShown,
    customer_id="C10001",
    build_id="20260701-0123456789ab",
    neighbors=[{"customer_id": "C10014", "similarity": 0.88}],
)
EXPLANATION: Final = example(
    ExplanationShown,
    customer_id="C10001",
    product_id="111899",
    build_id="20260701-0123456789ab",
    similarity=0.91,
    shares=[
        {
            "product_id": "111350",
            "interaction_type": "purchase",
            "timestamp": "2026-06-20T12:00:00Z",
            "share": 0.91,
            "channels": {"photo": 0.7, "attributes": 0.21},
        }
    ],
    surface="homepage",
    score=0.83,
    sources={"visual": 0.6, "collaborative": 0.23},
    channels={"photo": 0.7, "attributes": 0.21},
)
CONSENT: Final = example(
    ConsentShown,
    customer_id="C10001",
    personalization=False,
    marketing=None,
    at="2026-07-01T10:00:00Z",
    personalized=False,
)
MERGED: Final = example(MergeDone, customer_id="C10001", anonymous_id="visitor-81f0", events=4)
_TOKEN: Final[dict[str, Any]] = {
    "token": "pt_WyJD...",
    "customer_id": "C10001",
    "expires": "2026-07-01T11:00:00Z",
}
TOKEN: Final = example(TokenShown, **_TOKEN)
_RECEIPT: Final[dict[str, Any]] = {
    "receipt_id": "9d1c0f3b8a7e4c52",
    "person": "b5bb9d8014a0f9b1",
    "asked": "2026-07-01T10:00:00Z",
    "done": None,
    "counts": {"events": 12, "slates": 3},
}
RECEIPT: Final = example(ReceiptShown, **_RECEIPT)
EXPORT: Final = example(ExportShown, customer_id="C10001")
