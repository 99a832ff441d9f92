"""Answers about customers: their profile and who shares their taste, ready for people and JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Touch:
    """One interaction of a customer.

    Attributes:
        event_id: Names it for a mark by hand; "" where the product is not in the shop.
        product_id: The product.
        title: Its title.
        interaction_type: What was done.
        timestamp: When, ISO 8601 UTC.
        trust: How much it tells of the customer's taste, in [0, 1].
        verdict: Why it is trusted so: "gift_order", "bulk", "outlier", "marked", "kept"; or "".
        weight: What it weighs in the profile; 0 when it does not count.
        style: 1-based number of its style on the card; None where it is in none.
        note: Why it counts less or not at all; "" when it counts in full.
    """

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


@dataclass(frozen=True, slots=True)
class StyleCard:
    """One of a customer's styles.

    Attributes:
        share: Of the customer's taste, in (0, 1].
        product_id: Its face: the product that is most similar to the style.
        title: Title of the face.
        interactions: How many belong to it.
    """

    share: float
    product_id: str
    title: str
    interactions: int


@dataclass(frozen=True, slots=True)
class WindowCard:
    """A taste within a span of time.

    Attributes:
        start: Begin, ISO 8601 UTC.
        end: End, ISO 8601 UTC; belongs to the next window.
        days: Different days with interactions that count.
        product_id: The product that is most similar to the taste; "" where nothing was liked.
        title: Title of that product.
    """

    start: str
    end: str
    days: int
    product_id: str
    title: str


@dataclass(frozen=True, slots=True)
class ShiftCard:
    """How far a taste moved from one window to the next.

    Attributes:
        value: 1 - cosine of the two tastes, in [0, 2]; None where there are too few days to tell.
        low: Lower end of its 95 % interval; None with the value.
        high: Upper end.
        noise: What a taste that stays the same stays below.
        changed: Whether it is more than noise; False where nobody can tell.
        text: The same in words.
    """

    value: float | None
    low: float | None
    high: float | None
    noise: float | None
    changed: bool
    text: str


@dataclass(frozen=True, slots=True)
class EvolutionCard:
    """How a taste changed.

    Attributes:
        windows: In time order.
        shifts: One fewer, between neighbours.
    """

    windows: tuple[WindowCard, ...]
    shifts: tuple[ShiftCard, ...]


@dataclass(frozen=True, slots=True)
class ProfileCard:
    """A customer's taste at a glance.

    Attributes:
        customer_id: The customer.
        build_id: From which build.
        as_of: Reference time, ISO 8601 UTC.
        status: "profile", "cold", "unknown" or "opted_out"; as in `Customer`.
        mass: Total weight behind the profile; 0 without one.
        consistency: Weighted mean cosine of products to the profile, in [0, 1]; None without one.
        styles: What the taste consists of, largest share first; empty without a profile.
        evolution: How it changed; None without a profile or with all in one moment.
        interactions: Newest first.
    """

    customer_id: str
    build_id: str
    as_of: str
    status: str
    mass: float
    consistency: float | None
    styles: tuple[StyleCard, ...]
    evolution: EvolutionCard | None
    interactions: tuple[Touch, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the card as JSON-ready values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Neighbor:
    """A customer with a similar taste.

    Attributes:
        customer_id: The customer.
        similarity: Cosine of the two profiles.
    """

    customer_id: str
    similarity: float


@dataclass(frozen=True, slots=True)
class StyleNeighbors:
    """The customers whose taste is nearest.

    Attributes:
        customer_id: Whose neighbors.
        build_id: From which build.
        neighbors: Most similar first; empty for a customer without a profile.
    """

    customer_id: str
    build_id: str
    neighbors: tuple[Neighbor, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give the neighbors as JSON-ready values."""
        return asdict(self)
