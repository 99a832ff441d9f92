"""Answers with products, and what is asked for a cart."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import Field

from penchant.server.models.base import Answered, Asked, example, shown_as
from penchant.server.models.ids import Id
from penchant.settings.showing import MAX_K

MOST_PRODUCTS: Final = 200


class ReasonShown(Answered):
    """Why a product is shown."""

    text: str = Field(description="One sentence a customer can read.")
    product_id: str | None = Field(description="The product that caused it, if one did.")
    share: float | None = Field(description="What that product gave to the similarity.")


class SlotShown(Answered):
    """One product in its place."""

    slot: int = Field(ge=1, description="1-based place.")
    product_id: str
    score: float = Field(description="What it was ranked by.")
    similarity: float | None = Field(description="Cosine to the taste, or to the product shown.")
    source: str = Field(description="What lifted it most above the others.")
    propensity: float = Field(description="Probability that it was shown here, in (0, 1].")
    reason: ReasonShown


class ExperimentShown(Answered):
    """What the customer got in an experiment."""

    experiment: str = Field(description="Name of the experiment.")
    variant: str = Field(description="Name of the variant.")


class SlateShown(Answered):
    """What is shown in one place of the shop."""

    customer_id: str | None = Field(description="For whom; null: nobody known.")
    product_id: str | None = Field(description="The product it goes with; null: none, or several.")
    surface: str
    step: str = Field(description="The rung of the ladder it stands on, such as styles or popular.")
    build_id: str
    request_id: str | None = Field(
        description="To send back with events and exposures; null for who refused personalisation."
    )
    degraded: bool = Field(description="True when the database did not answer in time.")
    slots: list[SlotShown] = Field(description="Best first.")
    experiments: list[ExperimentShown] = Field(
        description="The experiments this answer was made in; empty where nothing is compared."
    )


class CartAsked(Asked):
    """A cart to be completed."""

    model_config = shown_as(products=["111350"], customer_id="C10001", k=4)

    products: list[Id] = Field(
        min_length=1, max_length=MOST_PRODUCTS, description="What is in it.", examples=[["111350"]]
    )
    customer_id: Id | None = Field(None, description="Whose; absent: nobody known.")
    k: Annotated[int, Field(ge=1, le=MAX_K)] | None = Field(None, description="How many products.")


SLATE: Final = example(
    SlateShown,
    customer_id="C10001",
    product_id=None,
    surface="homepage",
    step="styles",
    build_id="20260701-0123456789ab",
    request_id="5b1f8f3e0c9a4d6e8b7a2c1d0e9f8a7b",
    degraded=False,
    slots=[
        {
            "slot": 1,
            "product_id": "111899",
            "score": 0.83,
            "similarity": 0.91,
            "source": "visual",
            "propensity": 1.0,
            "reason": {
                "text": "Because you bought Silver ring",
                "product_id": "111350",
                "share": 0.41,
            },
        }
    ],
    experiments=[{"experiment": "bolder-homepage", "variant": "bold"}],
)
