"""The record: one line in the log and one count for every request, without a word about people."""

from __future__ import annotations

import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from penchant.server.logs import Logs
from penchant.server.metrics import Metrics

METHODS = frozenset(("GET", "POST", "PUT", "DELETE", "OPTIONS", "HEAD", "PATCH"))


class Record:
    """Tells how each request went.

    Args of the constructor:
        app: What is inside.
        logs: Gets a line.
        metrics: Gets a count and a time.
    """

    def __init__(self, app: ASGIApp, logs: Logs, metrics: Metrics) -> None:
        self.app = app
        self.logs = logs
        self.metrics = metrics

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
        begun, status = time.perf_counter(), 500

        async def send_wrapped(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self.app(scope, receive, send_wrapped)
        finally:
            seconds, state = time.perf_counter() - begun, scope["state"]
            method = scope["method"] if scope["method"] in METHODS else "OTHER"
            route = getattr(scope.get("route"), "path", "unmatched")
            self.metrics.request(route, method, status, seconds)
            self.logs.request(
                method=method, route=route, status=status, seconds=seconds, state=state
            )
