"""A slate: the products shown in one place, with score, source and reason; one JSON shape."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from penchant.errors import InputError


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a product is shown.

    Attributes:
        text: One sentence a customer can read.
        product_id: The product that caused it, if one did.
        share: What that product gave to the similarity, absolute: all shares sum to it.
    """

    text: str
    product_id: str | None = None
    share: float | None = None


@dataclass(frozen=True, slots=True)
class Slot:
    """One product in its place.

    Attributes:
        slot: 1-based place.
        product_id: The product.
        score: What it was ranked by: the weighted sum of what its sources say.
        similarity: Cosine to the taste, or to the product shown; None where there is none.
        source: The source that lifted it most above the other candidates.
        propensity: Probability that it was shown here.
        reason: Why.
    """

    slot: int
    product_id: str
    score: float
    similarity: float | None
    source: str
    propensity: float
    reason: Reason

    def to_dict(self) -> dict[str, Any]:
        """Give the slot as JSON-ready values."""
        why = self.reason
        return {
            "slot": self.slot,
            "product_id": self.product_id,
            "score": self.score,
            "similarity": self.similarity,
            "source": self.source,
            "propensity": self.propensity,
            "reason": {"text": why.text, "product_id": why.product_id, "share": why.share},
        }


@dataclass(frozen=True, slots=True)
class InExperiment:
    """What somebody got in an experiment.

    Attributes:
        experiment: Name of the experiment.
        variant: Name of the variant.
    """

    experiment: str
    variant: str


@dataclass(frozen=True, slots=True)
class Slate:
    """What is shown.

    Attributes:
        customer_id: For whom; None when for anyone.
        product_id: The product it goes with; None on a surface without one, or with several.
        surface: Where.
        step: The rung of the ladder it stands on: "styles", "profile", "session" (the few products
            touched so far), "history" (what buyers of the same products like, where none of them
            has a style vector), "product", "cart" or "purchase" (what it goes with), "segment",
            "category", "popular", "newest"; "popularity", "random" or "nothing" where that is the
            policy of the surface; "pinned" when the shop's own picks fill it; "empty" when nothing
            is eligible.
        build_id: From which build.
        request_id: To send back with clicks; None where nothing is to be known of who looks: they
            refused personalisation, the shop makes no profiles, or nobody could be asked.
        degraded: True when the database did not answer, and the answer is one for nobody known.
        slots: Best first.
        experiments: Those it was made in, and by which variant; none where nobody compares.
    """

    customer_id: str | None
    product_id: str | None
    surface: str
    step: str
    build_id: str
    request_id: str | None
    degraded: bool
    slots: tuple[Slot, ...]
    experiments: tuple[InExperiment, ...] = ()

    def __post_init__(self) -> None:
        if [one.slot for one in self.slots] != list(range(1, len(self.slots) + 1)):
            raise InputError("Slots must be numbered 1, 2, 3, ... in order.")

    @property
    def product_ids(self) -> tuple[str, ...]:
        """The products shown, best first."""
        return tuple(one.product_id for one in self.slots)

    def to_dict(self) -> dict[str, Any]:
        """Give the slate as JSON-ready values; by hand, ten times as fast as `asdict`."""
        values = {name: getattr(self, name) for name in self.__slots__}
        told = [{"experiment": one.experiment, "variant": one.variant} for one in self.experiments]
        return {**values, "slots": [one.to_dict() for one in self.slots], "experiments": told}
