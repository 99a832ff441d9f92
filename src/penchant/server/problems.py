"""Problems: every failure has one shape, application/problem+json (RFC 9457).

`detail` is the sentence of the exception; `code` is stable. What was not foreseen says nothing of
the inside: it is found in the logs by its request id.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.responses import Response

from penchant.errors import InputError, PenchantError

PROBLEM_JSON: Final = "application/problem+json"

STATUS_OF: Final[Mapping[str, int]] = MappingProxyType(
    {
        "invalid_json": 400,
        "invalid_http": 400,
        "no_key": 401,
        "forbidden": 403,
        "not_found": 404,
        "method_not_allowed": 405,
        "too_slow": 408,
        "busy": 409,
        "refused": 409,
        "too_large": 413,
        "uri_too_long": 414,
        "invalid_input": 422,
        "missing_column": 422,
        "fingerprint_mismatch": 422,
        "rate_limited": 429,
        "headers_too_large": 431,
        "unexpected": 500,
        "missing_extra": 501,
        "store_down": 503,
        "store_full": 503,
        "not_built": 503,
        "build_failed": 503,
        "overloaded": 503,
    }
)
"""code -> HTTP status."""

RETRY_SECONDS: Final[Mapping[str, int]] = MappingProxyType(
    {"store_down": 2, "store_full": 30, "not_built": 10, "build_failed": 10, "overloaded": 1}
)
"""code -> seconds after which it may work again."""

CODES: Final[Mapping[int, str]] = MappingProxyType(
    {
        400: "invalid_json",
        401: "no_key",
        403: "forbidden",
        404: "not_found",
        405: "method_not_allowed",
        413: "too_large",
        415: "invalid_input",
        422: "invalid_input",
    }
)
"""HTTP status -> code, for failures the framework found."""


class ProblemError(HTTPException):
    """A failure of the edge itself, which no exception of penchant stands for.

    It is one of the framework's own, so that one raised while a body is read comes through.

    Args of the constructor:
        code: One of `STATUS_OF`.
        detail: A sentence or two.
        headers: Sent with the answer.
        more: Further members of the problem.
    """

    def __init__(
        self,
        code: str,
        detail: str,
        *,
        headers: Mapping[str, str] = MappingProxyType({}),
        more: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        super().__init__(STATUS_OF[code], detail, dict(headers))
        self.code = code
        self.more = more


def overloaded() -> ProblemError:
    """Make what tells that too much is to be done already."""
    return ProblemError("overloaded", "Too much to do at once. Try again in a second.")


def problem(
    code: str,
    detail: str,
    *,
    request_id: str,
    status: int | None = None,
    headers: Mapping[str, str] = MappingProxyType({}),
    more: Mapping[str, Any] = MappingProxyType({}),
) -> Response:
    """Make the answer to a request that failed.

    Args:
        code: Stable, for programs.
        detail: For people.
        request_id: By which it is found in the logs.
        status: HTTP status; that of the code if absent.
        headers: Sent with it.
        more: Further members.
    """
    number = STATUS_OF.get(code, 500) if status is None else status
    body = {
        "type": f"urn:penchant:problem:{code}",
        "title": HTTPStatus(number).phrase,
        "status": number,
        "detail": detail,
        "code": code,
        "request_id": request_id,
        **more,
    }
    usual = {"Retry-After": str(RETRY_SECONDS[code])} if code in RETRY_SECONDS else {}
    # half a surrogate pair is written the way JSON escapes it
    content = json.dumps(body).encode()
    return Response(content, number, {**usual, **headers}, media_type=PROBLEM_JSON)


def problem_of(error: Exception, *, request_id: str, shop: str = "") -> Response:
    """Make the answer to an exception.

    Args:
        error: Any.
        request_id: By which it is found in the logs.
        shop: Path of the shop; callers read SHOP instead.
    """
    if isinstance(error, ProblemError):
        return problem(
            error.code,
            error.detail,
            request_id=request_id,
            headers=error.headers or {},
            more=error.more,
        )
    if isinstance(error, PenchantError) and (
        error.code in STATUS_OF or isinstance(error, InputError)
    ):
        told = str(error).replace(shop, "SHOP") if shop else str(error)
        return problem(
            error.code, told, request_id=request_id, status=STATUS_OF.get(error.code, 422)
        )
    return problem("unexpected", UNEXPECTED, request_id=request_id)


def _status_of(error: Exception) -> int | None:
    """Give the status of one of our exceptions; None: it is not foreseen here."""
    if not isinstance(error, PenchantError):
        return None
    return STATUS_OF.get(error.code) or (422 if isinstance(error, InputError) else None)


UNEXPECTED: Final = (
    "Something went wrong inside the service. It is in its log under this request_id."
)


def invalid(errors: Sequence[Mapping[str, Any]], *, request_id: str) -> Response:
    """Make the answer to a request that does not fit its description.

    Args:
        errors: Of pydantic: where, and what is wrong.
        request_id: By which it is found in the logs.
    """
    if any(one["type"] == "json_invalid" for one in errors):
        return problem("invalid_json", "The body is no valid JSON.", request_id=request_id)
    places = [
        {"place": ".".join(str(part) for part in one["loc"]), "reason": str(one["msg"])}
        for one in errors[:20]
    ]
    told = "; ".join(f"{one['place']}: {one['reason']}" for one in places[:3])
    return problem("invalid_input", f"{told}.", request_id=request_id, more={"errors": places})
