"""Products that are added while the shop is open."""

from __future__ import annotations

from typing import Any, Final

from pydantic import ConfigDict, Field, model_validator

from penchant.server.models.base import Answered, Asked, example


class ProductPut(Asked):
    """A product: any column of the products table, and how it looks, in one of three ways."""

    title: str | None = Field(None, max_length=2_000, examples=["Silver ring"])
    category: str | None = Field(None, max_length=500, examples=["ring"])
    price: float | str | None = Field(None, examples=[49.0])
    vector: list[float] | None = Field(
        None, max_length=65_536, description="Raw output of the encoder the build was made with."
    )
    photo: str | None = Field(None, description="A photo, base64.")
    photo_url: str | None = Field(
        None, max_length=2_000, description="Where a photo is; only hosts of [server] photo_hosts."
    )

    model_config = ConfigDict(
        extra="allow",
        strict=True,
        json_schema_extra={"examples": [{"title": "Silver ring", "category": "ring", "price": 49}]},
    )

    @model_validator(mode="after")
    def _one_look(self) -> ProductPut:
        given = [one for one in (self.vector, self.photo, self.photo_url) if one is not None]
        if len(given) > 1:
            raise ValueError("give only one of vector, photo and photo_url")
        return self

    def facts(self) -> dict[str, Any]:
        """Give what is said of it but how it looks."""
        return self.model_dump(exclude={"vector", "photo", "photo_url"}, exclude_none=True)


class ProductShown(Answered):
    """What became of a product."""

    product_id: str
    placed: bool = Field(
        description="Whether it has a style vector: else it is found by popularity."
    )
    in_build: bool = Field(
        description="True: the build knows it already; only stock_status counts until the next."
    )
    findings: list[str] = Field(description="What was repaired or passed over.")


class ProductRemoved(Answered):
    """What was taken away."""

    product_id: str
    removed: bool = Field(description="False: no such product had been added.")


PRODUCT: Final = example(
    ProductShown, product_id="113000", placed=True, in_build=False, findings=[]
)
REMOVED: Final = example(ProductRemoved, product_id="113000", removed=True)
