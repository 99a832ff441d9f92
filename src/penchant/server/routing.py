"""Routes that know who may call them: that is checked before a body is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping
from typing import Any
from urllib.parse import unquote

from fastapi.routing import APIRoute
from starlette.requests import Request
from starlette.responses import Response

from penchant.server.parameters import Parameters
from penchant.server.scopes import ACCESS
from penchant.server.service import Service


class Guarded(APIRoute):
    """A route of the table in `scopes`; one that is not in it cannot be made."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give what answers a request, with the check in front of it."""
        handle = super().get_route_handler() if self.body_field else self._without_body()
        method = next(iter(self.methods or ()))
        access = ACCESS[(method, self.path)]

        async def checked(request: Request) -> Response:
            if not access.open:
                caller = service_of(request).admit(request, access)
                named = request.path_params.get("customer_id")
                if caller.customer_id is not None and named is not None:
                    # what cannot be decoded is nobody: it is refused here, not read below
                    caller.check_is(unquote(named, errors="replace"))
            return await handle(request)

        return checked

    def _without_body(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give what answers a request whose body the framework is not to read."""
        function, parameters = self.endpoint, Parameters(self.dependant)
        name = self.dependant.request_param_name

        async def handle(request: Request) -> Response:
            own = {} if name is None else {name: request}
            answer: Response = await function(**own, **parameters.read(request))
            return answer

        return handle


def service_of(request: Request) -> Service:
    """Give the service a request came to.

    Args:
        request: Any.
    """
    service: Service = request.app.state.service
    return service


def about(request: Request, customer_id: str | None) -> None:
    """Note whom a request is about, for the pseudonym in its line of the log.

    Args:
        request: Any.
        customer_id: Whom; None: nobody known.
    """
    if customer_id is not None:
        request.state.person = customer_id


def json_answer(
    values: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Make an answer of JSON-ready values, as they are.

    Args:
        values: JSON-ready.
        status: HTTP status.
        headers: Sent with it.
    """
    return json_response(json_bytes(values), status, headers)


def json_bytes(values: Mapping[str, Any]) -> bytes:
    """Write JSON as it is sent: nothing is validated again.

    Args:
        values: JSON-ready.
    """
    return json.dumps(values, allow_nan=False, separators=(",", ":")).encode()


def json_response(
    content: bytes, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Make an answer of what is JSON already.

    Args:
        content: Of `json_bytes`.
        status: HTTP status.
        headers: Sent with it.
    """
    return Response(content, status, headers, media_type="application/json")
