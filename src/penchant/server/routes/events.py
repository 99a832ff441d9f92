"""What customers do: recorded before it is acknowledged, counted in their next answer."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from penchant.server.models.problem import failures
from penchant.server.models.reports import EVENTS, EventReported, EventsReported
from penchant.server.reporting import LARGE_BODY, read_events, record
from penchant.server.routing import Guarded, about, json_answer, service_of
from penchant.tables.ga4 import EXAMPLE

router = APIRouter(route_class=Guarded, tags=["events"])

_SINGLE: Final = {
    "event_id": "e-1",
    "customer_id": "C10001",
    "product_id": "111350",
    "interaction_type": "view",
    "timestamp": "2026-07-01T10:00:00Z",
}

BODY: Final[dict[str, Any]] = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "title": "An event, several, or a GA4 Measurement Protocol payload",
                "anyOf": [
                    {"$ref": "#/components/schemas/EventReported"},
                    {"$ref": "#/components/schemas/EventsReported"},
                ],
            },
            "examples": {
                "one": {"summary": "One event", "value": _SINGLE},
                "several": {"summary": "Several", "value": {"events": [_SINGLE]}},
                "ga4": {"summary": "As GA4 sends it", "value": dict(EXAMPLE)},
            },
        }
    },
}

BODY_MODELS: Final = (EventReported, EventsReported)
"""Models that only the description of the body names."""


@router.post(
    "/v1/events",
    operation_id="reportEvents",
    summary="Report what customers did",
    responses={200: EVENTS, **failures(400, 401, 403, 408, 413, 415, 422, 429, 503)},
    openapi_extra={"requestBody": BODY},
)
async def report_events(request: Request) -> Response:
    """One event, several, or a GA4 payload. Each is judged on its own: good ones are kept.

    An event is on disk when it is acknowledged, and counts in the customer's next answer. The same
    event_id again changes nothing: after a 503 send the same events once more. 422 only when every
    event was rejected.

    Args:
        request: As it came.
    """
    service = service_of(request)
    body, caller = await request.body(), request.state.caller
    if len(body) > LARGE_BODY:
        read = await service.chores.run(lambda: read_events(service, body, caller))
    else:
        read = read_events(service, body, caller)
    about(request, read.only_customer)
    return json_answer(await record(service, read))
