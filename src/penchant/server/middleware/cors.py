"""Which pages may ask from a browser; a page that may not is told in the usual shape."""

from __future__ import annotations

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp

from penchant.server.problems import problem

SHOWN = ("X-Request-ID", "Retry-After")
TAKEN = ("Authorization", "Content-Type", "X-API-Key", "X-Request-ID")


class Cors(CORSMiddleware):
    """Answers the questions browsers ask before they let a page ask.

    Args of the constructor:
        app: What is inside.
        origins: Pages that may, such as "https://shop.example".
    """

    def __init__(self, app: ASGIApp, origins: tuple[str, ...]) -> None:
        super().__init__(
            app,
            allow_origins=origins,
            allow_methods=("GET", "POST", "PUT"),
            allow_headers=TAKEN,
            expose_headers=SHOWN,
        )

    def preflight_response(self, request_headers: Headers) -> Response:
        """Say whether a page may ask.

        Args:
            request_headers: Origin, and what it wants to send.
        """
        answer = super().preflight_response(request_headers)
        if answer.status_code == 200:
            return answer
        # the request id is in the header: the envelope adds it to every answer
        return problem(
            "forbidden",
            "This page may not ask from a browser. Pages that may: [server] cors_origins.",
            request_id=request_headers.get("x-request-id", ""),
        )
