"""Health, metrics, and the description of it all."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from penchant.server.models.admin import LIVE, READY
from penchant.server.models.problem import failures
from penchant.server.routing import Guarded, json_answer, json_response, service_of

router = APIRouter(route_class=Guarded, tags=["health"])


@router.get(
    "/health/live",
    operation_id="live",
    summary="Whether the process answers",
    responses={200: LIVE},
)
async def live() -> Response:
    """Answers as long as the process does: if not, start it anew."""
    return json_answer({"status": "ok"})


@router.get(
    "/health/ready",
    operation_id="ready",
    summary="Whether requests can be answered",
    responses={200: READY, 503: {**READY, "description": "Nothing can be answered yet."}},
)
async def ready(request: Request) -> Response:
    """200 when requests are answered, if need be without the database (`degraded`); else 503.

    Args:
        request: As it came.
    """
    state = service_of(request).state()
    return json_answer(state, 503 if state["status"] == "not_ready" else 200)


@router.get(
    "/metrics",
    operation_id="metrics",
    summary="Metrics for Prometheus",
    response_class=Response,
    responses={
        200: {"description": "Metrics.", "content": {"text/plain": {"schema": {"type": "string"}}}},
        **failures(401, 403, 429, 503),
    },
)
async def metrics(request: Request) -> Response:
    """All that is counted, of all workers together.

    Args:
        request: As it came.
    """
    service = service_of(request)
    text = await service.chores.run(service.metrics.text)
    return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")


@router.get(
    "/openapi.json",
    operation_id="openapi",
    summary="This description",
    responses={200: {"description": "OpenAPI 3.1."}},
)
async def openapi() -> Response:
    """The description of all routes, for tools that make clients of it."""
    from penchant.server.description import described_bytes

    return json_response(described_bytes(), headers={"Cache-Control": "public, max-age=300"})
