"""The envelope: a request id, headers that keep browsers from guessing, and no bare exception."""

from __future__ import annotations

import re
import secrets
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penchant.server.logs import Logs
from penchant.server.problems import problem_of

_SANE: Final = re.compile(rb"[0-9A-Za-z_-]{16,64}")
"""A request id from outside that is long enough to be random, and no e-mail address or path."""

_NAME: Final = b"x-request-id"

SECURITY: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-frame-options", b"DENY"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
)

NO_STORE: Final = (b"cache-control", b"no-store")


class Envelope:
    """The outermost layer.

    Args of the constructor:
        app: What is inside.
        logs: Where what was not foreseen is told.
    """

    def __init__(self, app: ASGIApp, logs: Logs) -> None:
        self.app = app
        self.logs = logs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on.

        Args:
            scope: Of ASGI, as the others.
            receive: Gives the body.
            send: Takes the answer.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        # ids may hold any character: routes are found in the path as it was sent
        scope["path"] = scope["raw_path"].decode("latin-1")
        started = False

        async def send_wrapped(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = [*message["headers"], *SECURITY, (_NAME, request_id.encode())]
                if not any(name == b"cache-control" for name, _ in message["headers"]):
                    headers.append(NO_STORE)
                message["headers"] = headers
            await send(message)

        try:
            await self.app(scope, receive, send_wrapped)
        except Exception as error:
            self.logs.unexpected(error, request_id=request_id)
            if not started:
                answer = problem_of(error, request_id=request_id)
                await answer(scope, receive, send_wrapped)


def _request_id(scope: Scope) -> str:
    """Give the request's id; one that is made is put into its headers, for those inside."""
    given = next((value for name, value in scope["headers"] if name == _NAME), b"")
    if _SANE.fullmatch(given):
        return str(given.decode())
    made = secrets.token_hex(16)
    others = [one for one in scope["headers"] if one[0] != _NAME]
    scope["headers"] = [*others, (_NAME, made.encode())]
    return made
