"""Builds: which there are, which serves, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from penchant.rollback import roll_back
from penchant.server.models.admin import BUILDS, PUBLISHED, PublishAsked, RollbackAsked
from penchant.server.models.problem import failures
from penchant.server.routing import Guarded, json_answer, service_of
from penchant.shelf import list_builds

router = APIRouter(route_class=Guarded, tags=["admin"])

FAILURES = failures(401, 403, 429, 503)
CHANGING = failures(400, 401, 403, 404, 408, 409, 413, 415, 422, 429, 503)


@router.get(
    "/v1/admin/builds",
    operation_id="builds",
    summary="All builds",
    responses={200: BUILDS, **FAILURES},
)
async def builds(request: Request) -> Response:
    """All builds, the one made last first, with their scores and what became of them.

    Args:
        request: As it came.
    """
    service = service_of(request)

    def listed() -> Response:
        return json_answer({"builds": [one.to_dict() for one in list_builds(service.directory)]})

    return await service.chores.run(listed)


@router.post(
    "/v1/admin/publish",
    operation_id="publish",
    summary="Let a build serve",
    responses={200: PUBLISHED, **CHANGING},
)
async def publish(request: Request, asked: PublishAsked) -> Response:
    """Verify a build, ask the gate, and let it serve; that takes as long as the gate takes.

    All workers take it up within a second. It answers 409 `refused` when the gate is against it.

    Args:
        request: As it came.
        asked: Which build.
    """
    service = service_of(request)
    done = await service.publishing.publish(asked.build_id, asked.force)
    await service.chores.run(service.watcher.look)
    return json_answer(done)


@router.post(
    "/v1/admin/rollback",
    operation_id="rollback",
    summary="Go back to an earlier build",
    responses={200: PUBLISHED, **CHANGING},
)
async def rollback(request: Request, asked: RollbackAsked) -> Response:
    """Let the build serve again that was published before; no gate is asked.

    Args:
        request: As it came.
        asked: Which build.
    """
    service = service_of(request)
    back = partial(roll_back, service.directory, asked.build_id, at=datetime.now(UTC))
    done = await service.chores.run(back)
    await service.chores.run(service.watcher.look)
    return json_answer(done.to_dict())
