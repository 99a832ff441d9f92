"""A failure, as every route answers it."""

from __future__ import annotations

from typing import Any, Final

from pydantic import Field

from penchant.server.models.base import Answered
from penchant.server.problems import CODES, PROBLEM_JSON, STATUS_OF


class Place(Answered):
    """A part of the request that does not fit."""

    place: str = Field(description="Where, such as query.k or body.products.0.")
    reason: str = Field(description="What is wrong with it.")


class Problem(Answered):
    """What went wrong (RFC 9457)."""

    type: str = Field(description="A name for this kind of problem.")
    title: str = Field(description="The HTTP status in words.")
    status: int = Field(description="The HTTP status.")
    detail: str = Field(description="A sentence or two for people.")
    code: str = Field(description=f"Stable, for programs: one of {', '.join(STATUS_OF)}.")
    request_id: str = Field(description="By which it is found in the logs.")
    errors: list[Place] | None = Field(None, description="Each part that does not fit.")


MEANINGS: Final = {
    400: "The body is no JSON.",
    401: "No key, or none that is known and good.",
    403: "The key or page token may not do this.",
    404: "There is no such thing.",
    405: "Not with this method.",
    408: "The body took too long to come.",
    409: "Another command writes to the shop, or the gate refused.",
    413: "The body is too large.",
    414: "The address is too long.",
    415: "The body is not said to be JSON.",
    422: "Something in the request is wrong.",
    429: "Too many requests.",
    501: "This needs an optional part of penchant that is not installed.",
    503: "Nothing is published yet, the database does not answer, or too much is asked at once.",
}


def failures(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Give the entries of the OpenAPI for the failures of a route.

    Args:
        statuses: HTTP statuses, of `MEANINGS`.
    """
    return {one: _failure(one) for one in statuses}


def _failure(status: int) -> dict[str, Any]:
    named = (name for name, number in STATUS_OF.items() if number == status)
    code = CODES.get(status) or next(named)
    shown = {
        "type": f"urn:penchant:problem:{code}",
        "title": MEANINGS[status].rstrip("."),
        "status": status,
        "detail": MEANINGS[status],
        "code": code,
        "request_id": "3f0c2a9d5e7b4c1f8a6d2b9e0c7f4a1d",
    }
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        "description": MEANINGS[status],
        "content": {PROBLEM_JSON: {"schema": schema, "example": shown}},
    }
