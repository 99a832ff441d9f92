"""Answers about customers: their profile and who shares their taste, ready for people and JSON."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Touch:
    """One interaction of a customer.

    Attributes:
        product_id: The product.
        title: Its title.
        interaction_type: What was done.
        timestamp: When, ISO 8601 UTC.
        weight: What it weighs in the profile; 0 when it does not count.
        note: Why it does not count; "" when it does.
    """

    product_id: str
    title: str
    interaction_type: str
    timestamp: str
    weight: float
    note: str


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
        interactions: Newest first.
    """

    customer_id: str
    build_id: str
    as_of: str
    status: str
    mass: float
    consistency: float | None
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
