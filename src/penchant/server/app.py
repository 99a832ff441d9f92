"""The app: routes in their envelope. One is made for each front, and in tests for each case."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp

from penchant.errors import PenchantError
from penchant.server.middleware.body import BodyLimit
from penchant.server.middleware.cors import Cors
from penchant.server.middleware.crowd import Crowd
from penchant.server.middleware.envelope import Envelope
from penchant.server.middleware.record import Record
from penchant.server.problems import CODES, invalid, problem, problem_of
from penchant.server.putting import UPLOAD
from penchant.server.routes import all_routes
from penchant.server.service import MOST_AT_ONCE, Service

HUNG_UP: Final = 499
"""Status in the log of a request whose caller hung up; the one proxies use."""


def create_app(service: Service) -> ASGIApp:
    """Make the app of a service; the service starts and stops with it.

    Args:
        service: Not started yet.

    Returns:
        An ASGI app.
    """
    app = FastAPI(
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=partial(_lifespan, service),
        exception_handlers={
            PenchantError: partial(_failed, service),
            RequestValidationError: _invalid,
            HTTPException: partial(_refused, service),
            ClientDisconnect: partial(_gone, service),
            Exception: partial(_failed, service),
        },
    )
    app.state.service = service
    app.router.routes.extend(all_routes())
    server = service.settings.server
    inner: ASGIApp = Crowd(app, MOST_AT_ONCE)
    inner = BodyLimit(inner, partial(_most_bytes, server.max_body_kb * 1024))
    if server.cors_origins:
        inner = Cors(inner, server.cors_origins)
    return Envelope(Record(inner, service.logs, service.metrics), service.logs)


@asynccontextmanager
async def _lifespan(service: Service, app: FastAPI) -> AsyncIterator[None]:
    service.start()
    try:
        yield
    finally:
        service.stop()


def _most_bytes(usual: int, method: str, path: str) -> int:
    is_upload = method == "PUT" and path.startswith("/v1/products/")
    return UPLOAD * usual if is_upload else usual


async def _failed(service: Service, request: Request, error: Exception) -> Response:
    return problem_of(error, request_id=request.state.request_id, shop=str(service.directory.path))


async def _invalid(request: Request, error: RequestValidationError) -> Response:
    return invalid(error.errors(), request_id=request.state.request_id)


async def _gone(service: Service, request: Request, error: Exception) -> Response:
    """Note that who asked hung up before all of the body came; nobody reads the answer."""
    service.logs.tell("debug", "hung_up", request_id=request.state.request_id)
    return Response(status_code=HUNG_UP)


async def _refused(service: Service, request: Request, error: HTTPException) -> Response:
    """Put what the framework found into the usual shape; our own have it already."""
    if isinstance(error.__cause__, ClientDisconnect):  # it takes that for a broken body
        return await _gone(service, request, error)
    request_id = request.state.request_id
    code = CODES.get(error.status_code)
    if hasattr(error, "more") or code is None:
        return problem_of(error, request_id=request_id)
    told = {
        "not_found": "There is no such address. Those there are: see /openapi.json.",
        "method_not_allowed": "This address is not there for this method.",
        "invalid_json": "The body is no valid JSON.",
    }
    detail = told.get(code, f"{error.detail}.")
    return problem(
        code,
        detail,
        request_id=request_id,
        status=error.status_code,
        headers=error.headers or {},
    )
