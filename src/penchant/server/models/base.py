"""What all models share."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict


class Asked(BaseModel):
    """Something a caller sends: nothing is guessed, a field that is not known is a mistake."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Answered(BaseModel):
    """Something the service sends; more fields may come with a newer one."""


def shown_as(**values: Any) -> ConfigDict:
    """Give what puts an example of a body into the OpenAPI.

    Args:
        values: JSON-ready, of the fields of the model it stands in.
    """
    return ConfigDict(json_schema_extra={"examples": [values]})


def example(kind: type[BaseModel], **values: Any) -> dict[str, Any]:
    """Give the entry of the OpenAPI for an answer: its model, and an example that fits it.

    Args:
        kind: The model.
        values: Of the example; checked, so that the documentation is never wrong.
    """
    shown = kind.model_validate(values).model_dump(mode="json", exclude_unset=True)
    return {"model": kind, "content": {"application/json": {"example": shown}}}
